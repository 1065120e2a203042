import type { Leg } from "./exchange.ts"

export interface LegPolicy {
  /** Bytes of body after decompression (rulebook 1.14). */
  readonly maxBytes: number
  /** Milliseconds until the header section; and until the end, where `total` is set. */
  readonly headersMillis: number
  readonly totalMillis?: number
  /** How many redirects may be followed, same origin only (CR-38); `manual`: the caller looks at each one itself. */
  readonly redirects: number | "manual"
  /** Whether a transient failure may be tried again by itself. What changes state never is. */
  readonly retry: boolean
}

const kilo = 1024
const seconds = 1000
const metadata: LegPolicy = {
  maxBytes: 256 * kilo,
  headersMillis: 10 * seconds,
  totalMillis: 10 * seconds,
  redirects: 3,
  retry: true,
}
const oauth: LegPolicy = {
  maxBytes: 256 * kilo,
  headersMillis: 30 * seconds,
  totalMillis: 30 * seconds,
  redirects: 0,
  retry: false,
}

/** One row per purpose of a request. */
export const legs: Readonly<Record<Leg, LegPolicy>> = {
  // A tool may run long and a stream may stay open: only the header section has a limit here, mcp/ sets the rest.
  mcp: { maxBytes: 16 * kilo * kilo, headersMillis: 60 * seconds, redirects: 0, retry: false },
  "resource-metadata": metadata,
  "server-metadata": metadata,
  "client-metadata": { ...metadata, maxBytes: 5 * kilo, redirects: 0 },
  registration: oauth,
  "client-management": oauth,
  authorization: { ...oauth, redirects: "manual" },
  token: oauth,
  revocation: oauth,
  introspection: oauth,
}

export const connectMillis = 10 * seconds
export const maxHeaderBytes = 32 * kilo
/** How much of a body the journal keeps. */
export const recordedBytes = 64 * kilo

import type { Evidence } from "../text/problem.ts"
import { type WireCode, type WireFailure, wireFailure } from "./failure.ts"

interface Cause {
  readonly code: WireCode
  /** Whether the request may have reached the server when this happens. */
  readonly sent: boolean
}

const certificate: Cause = { code: "tls_failed", sent: false }

/** Error codes of the system, of Node's TLS and HTTP parser, and of got. */
const causes: Readonly<Record<string, Cause>> = {
  ENOTFOUND: { code: "name_not_found", sent: false },
  EAI_AGAIN: { code: "name_not_found", sent: false },
  ECONNREFUSED: { code: "connection_refused", sent: false },
  EHOSTUNREACH: { code: "connection_refused", sent: false },
  ENETUNREACH: { code: "connection_refused", sent: false },
  EADDRNOTAVAIL: { code: "connection_refused", sent: false },
  EBLOCKED: { code: "blocked_address", sent: false },
  ECONNRESET: { code: "connection_lost", sent: true },
  EPIPE: { code: "connection_lost", sent: true },
  ERR_STREAM_PREMATURE_CLOSE: { code: "connection_lost", sent: true },
  ERR_READING_RESPONSE_STREAM: { code: "connection_lost", sent: true },
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: { code: "connection_lost", sent: true },
  ECONNABORTED: { code: "connection_lost", sent: true },
  ETIMEDOUT: { code: "timed_out", sent: true },
  HPE_HEADER_OVERFLOW: { code: "headers_too_large", sent: true },
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate,
  SELF_SIGNED_CERT_IN_CHAIN: certificate,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate,
  UNABLE_TO_GET_ISSUER_CERT: certificate,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate,
  CERT_HAS_EXPIRED: certificate,
  CERT_NOT_YET_VALID: certificate,
  ERR_TLS_CERT_ALTNAME_INVALID: certificate,
  EPROTO: certificate,
}

/** Every other complaint of Node's HTTP parser, and those of its decompressors about data that never was any. */
const malformed = /^(HPE_|Z_DATA_ERROR$|Z_NEED_DICT$|ERR__ERROR_FORMAT|ZSTD_error_)/

/** Phases of got's time-outs in which nothing of the request has left yet. */
const unsentPhases = new Set(["lookup", "connect", "secureConnect"])

const codeIn = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : "")

/** Happy Eyeballs reports several errors in one; the first tells as much as any. */
const causeOf = (error: unknown): Cause | undefined => {
  if (!(error instanceof Error)) return undefined
  const code = codeIn(error)
  // What the decompressor says is wrapped as a stream that broke.
  const reason = error.cause instanceof Error ? codeIn(error.cause) : code
  if (malformed.test(reason) && !Object.hasOwn(causes, reason)) return { code: "answer_malformed", sent: true }
  if (Object.hasOwn(causes, code)) return causes[code]
  return causeOf(error instanceof AggregateError ? error.errors[0] : error.cause)
}

/**
 * Reads an error of got into a failure. The error itself is dropped: its `options` hold the Authorization header and the
 * body. Only its message goes on, which names host, port and phase.
 */
export const failureOf = (error: unknown, evidence: Evidence, timeoutPhase?: string): WireFailure => {
  const cause = causeOf(error)
  const detail = error instanceof Error ? error.message : "unknown error"
  const sent = timeoutPhase === undefined ? (cause?.sent ?? true) : !unsentPhases.has(timeoutPhase)
  return wireFailure(cause?.code ?? "network_failed", { ...evidence, detail }, sent)
}

import type { IncomingMessage } from "node:http"

export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

type Check = (request: IncomingMessage, home: URL, paths: ReadonlyArray<string>) => Refusal | undefined

const no = (status: number, headers: Readonly<Record<string, string>> = {}): Refusal => ({ status, headers })

const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?", 1)[0] ?? ""

const hostsOf = (request: IncomingMessage): ReadonlyArray<string> =>
  request.rawHeaders.filter((_, index) => index % 2 === 1 && request.rawHeaders[index - 1]?.toLowerCase() === "host")

/** In the order of CR-51 and CR-112. Every answer is empty: a page that probes the port learns nothing. */
const checks: ReadonlyArray<Check> = [
  // The target as it was sent, compared and not parsed: `//host/callback` and `http://host/callback` are other targets.
  (request, _, paths) => (paths.includes(pathOf(request)) ? undefined : no(404)),
  (request) => (request.method === "GET" ? undefined : no(405, { Allow: "GET" })),
  // Another name that resolves to this machine is DNS rebinding.
  (request, home) => {
    const [host, ...more] = hostsOf(request)
    return more.length === 0 && host?.toLowerCase() === home.host ? undefined : no(421)
  },
  ({ headers }) =>
    headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0 ? undefined : no(413),
]

/** Why a request is none of ours, before its parameters are looked at; `undefined` when nothing is wrong with it. */
export const refusalOf: Check = (request, home, paths) => {
  for (const check of checks) {
    const refusal = check(request, home, paths)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

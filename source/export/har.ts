import type { Body, RequestRecord, ResponseRecord } from "../wire/exchange.ts"
import type { SavedExchange, SavedRun } from "./saved-run.ts"

// HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/). Members of our own begin with an underscore (§4).

type Fields = ReadonlyArray<readonly [name: string, value: string]>

const pairs = (fields: Fields) => fields.map(([name, value]) => ({ name, value }))

const headerOf = (fields: Fields, wanted: string): string | undefined =>
  fields.find(([name]) => name.toLowerCase() === wanted)?.[1]

/** A redacted address holds placeholders, which are no part of a URL until they are encoded. */
const asUrl = (url: string): string => (URL.canParse(url) ? new URL(url).href : url)

const queryOf = (url: string): Fields => (URL.canParse(url) ? [...new URL(url).searchParams] : [])

const isForm = ({ mediaType }: Body): boolean => mediaType === "application/x-www-form-urlencoded"

const postDataOf = (body: Body) => ({
  mimeType: body.mediaType,
  text: body.text,
  params: isForm(body) ? pairs([...new URLSearchParams(body.text)]) : [],
  ...(body.truncated ? { comment: "cut off when it was recorded" } : {}),
})

const versionOf = (response: ResponseRecord | undefined): string =>
  response?.httpVersion === undefined ? "HTTP/1.1" : `HTTP/${response.httpVersion.replace(/^HTTP\//i, "")}`

const requestOf = (request: RequestRecord, response: ResponseRecord | undefined) => ({
  method: request.method,
  url: asUrl(request.url),
  httpVersion: versionOf(response),
  cookies: [],
  headers: pairs(request.headers),
  queryString: pairs(queryOf(request.url)),
  ...(request.body === undefined ? {} : { postData: postDataOf(request.body) }),
  headersSize: -1,
  bodySize: request.body?.bytes ?? 0,
})

const responseOf = (response: ResponseRecord | undefined) => ({
  // A browser writes 0 for what got no answer.
  status: response?.status ?? 0,
  statusText: "",
  httpVersion: versionOf(response),
  cookies: [],
  headers: pairs(response?.headers ?? []),
  content: {
    size: response?.body?.bytes ?? 0,
    mimeType: response?.body?.mediaType ?? "",
    ...(response?.body === undefined ? {} : { text: response.body.text }),
    ...(response?.body?.truncated === true ? { comment: "cut off when it was recorded" } : {}),
  },
  redirectURL: headerOf(response?.headers ?? [], "location") ?? "",
  headersSize: -1,
  bodySize: response?.body?.bytes ?? 0,
  _transferSize: response?.body?.bytes ?? 0,
  ...(response?.failure === undefined ? {} : { _error: `${response.failure.code}: ${response.failure.detail}` }),
})

/** Milliseconds; -1 where a phase did not happen. `time` is their sum, with TLS as a part of connecting (§4.2.16). */
const timingsOf = (response: ResponseRecord | undefined) => {
  const { dns, connect, tls, firstByte, total = 0 } = response?.timings ?? {}
  const connecting = connect === undefined && tls === undefined ? undefined : (connect ?? 0) + (tls ?? 0)
  const before = (dns ?? 0) + (connecting ?? 0)
  const wait = Math.max(0, firstByte ?? total - before)
  const receive = Math.max(0, total - before - wait)
  return {
    time: before + wait + receive,
    timings: { blocked: -1, dns: dns ?? -1, connect: connecting ?? -1, ssl: tls ?? -1, send: 0, wait, receive },
  }
}

const entryOf = ({ request, response, step, findings }: SavedExchange) => ({
  startedDateTime: new Date(request.at).toISOString(),
  ...timingsOf(response),
  request: requestOf(request, response),
  response: responseOf(response),
  cache: {},
  ...(response?.remoteAddress === undefined ? {} : { serverIPAddress: response.remoteAddress }),
  // Chromium takes JSON for a script unless it is told that a program asked for it.
  _resourceType: request.leg === "authorization" ? "document" : "fetch",
  _exchange: request.exchange,
  _leg: request.leg,
  _step: step ?? null,
  /** The sections that were checked on it, and what was found. */
  _rule: [...new Set(findings.map(({ rule }) => rule))],
  _findings: findings.map(({ severity, rule, text }) => ({ severity, rule, text })),
})

/** The exchanges as an HTTP Archive, for the network panel of a browser. */
export const toHar = (run: SavedRun): object => ({
  log: {
    version: "1.2",
    creator: { name: "mcp-dcr-tui", version: run.version },
    entries: run.exchanges.map(entryOf),
    comment: `${run.state.serverUrl}: secrets were replaced when they were recorded${run.holdsSecrets === true ? ", and those that the store still held were put back: keep this to yourself" : ""}`,
  },
})

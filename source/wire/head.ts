import type http from "node:http"
import type { HeaderField } from "../text/redaction.ts"
import type { Timings } from "./exchange.ts"
import { header, type IncomingHead } from "./wire.ts"

const mediaTypeOf = (head: Pick<IncomingHead, "headers">): string =>
  (header(head, "content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? ""

const pairs = (raw: ReadonlyArray<string>): ReadonlyArray<HeaderField> => {
  const fields: Array<HeaderField> = []
  for (let index = 0; index + 1 < raw.length; index += 2) fields.push([raw[index] ?? "", raw[index + 1] ?? ""])
  return fields
}

type PhaseName = "dns" | "tcp" | "tls" | "firstByte" | "total"

/** The phases that took place, in milliseconds; `total` until now. */
export const timingsOf = (
  phases: { readonly [name in PhaseName]?: number | undefined } | undefined,
  total: number,
): Timings => ({
  ...(phases?.dns === undefined ? {} : { dns: phases.dns }),
  ...(phases?.tcp === undefined ? {} : { connect: phases.tcp }),
  ...(phases?.tls === undefined ? {} : { tls: phases.tls }),
  ...(phases?.firstByte === undefined ? {} : { firstByte: phases.firstByte }),
  total,
})

/** What a response says before its body. */
export const headOf = (
  { rawHeaders, statusCode = 0 }: http.IncomingMessage,
  exchange: number,
  url: string,
  receivedAt: number,
): IncomingHead => {
  const headers = pairs(rawHeaders)
  return { exchange, url, status: statusCode, headers, mediaType: mediaTypeOf({ headers }), receivedAt }
}

/** The header fields of a request as they go out. */
export const sentFields = (sent: http.ClientRequest): ReadonlyArray<HeaderField> =>
  sent.getRawHeaderNames().map((name): HeaderField => [name, String(sent.getHeader(name))])

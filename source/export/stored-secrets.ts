import type { Event } from "../flow/event.ts"
import { placeholderPattern, reveal, type Secret } from "../text/secret.ts"
import type { Body } from "../wire/exchange.ts"

/** A journal with secrets put in, and how many different ones nobody gave. */
export interface WithSecrets {
  readonly events: ReadonlyArray<Event>
  readonly missing: number
}

type Fields = ReadonlyArray<readonly [name: string, value: string]>
type Spelling = (value: string) => string

const asIs: Spelling = (value) => value
const inUrl: Spelling = (value) => encodeURIComponent(value.toWellFormed())
const inJson: Spelling = (value) => JSON.stringify(value).slice(1, -1)

/** How a value is written in a body, by media type; elsewhere as it is. */
const inBody: ReadonlyArray<readonly [mediaType: RegExp, spelling: Spelling]> = [
  [/^application\/x-www-form-urlencoded$/, inUrl],
  [/json$|^text\/event-stream$/, inJson],
]

const addressFields = new Set(["location", "referer", "content-location"])

/** Eight digits among the few secrets of one server do not meet by accident; the length is one more safeguard. */
const identityOf = (length: number | string, fingerprint: string): string => `${length} ${fingerprint}`

/**
 * Puts secrets back where requests and answers of a journal have their placeholders: the reverse of redaction, for
 * `export --reveal`. Known by fingerprint and length, for the label says where a secret was seen first.
 */
export const withSecrets = (events: ReadonlyArray<Event>, secrets: ReadonlyArray<Secret>): WithSecrets => {
  const byIdentity = new Map(secrets.map((hidden) => [identityOf(hidden.length, hidden.fingerprint), hidden]))
  const missing = new Set<string>()
  const fill = (text: string, spelling: Spelling): string =>
    text.replace(placeholderPattern, (whole, _label: string, length: string, print: string) => {
      const identity = identityOf(length, print)
      const hidden = byIdentity.get(identity)
      const value = hidden && reveal(hidden)
      if (value !== undefined) return spelling(value)
      missing.add(identity)
      return whole
    })
  const filled = <Record extends { readonly headers: Fields; readonly body?: Body }>(record: Record): Record => ({
    ...record,
    headers: record.headers.map(([name, value]) => [
      name,
      fill(value, addressFields.has(name.toLowerCase()) ? inUrl : asIs),
    ]),
    ...(record.body === undefined ? {} : { body: { ...record.body, text: bodyText(record.body) } }),
  })
  const bodyText = ({ text, mediaType }: Body): string =>
    fill(text, inBody.find(([pattern]) => pattern.test(mediaType))?.[1] ?? asIs)
  const changed = events.map((event): Event => {
    if (event._tag === "RequestSent")
      return { ...event, request: filled({ ...event.request, url: fill(event.request.url, inUrl) }) }
    if (event._tag === "ExchangeFinished") return { ...event, response: filled(event.response) }
    return event
  })
  return { events: changed, missing: missing.size }
}

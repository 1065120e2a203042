import { oauthError, type Refusal } from "./answer.ts"
import type { Exchange } from "./exchange.ts"

/** Parameters of a query or a form, readable only one value at a time. */
export type Parameters = ReadonlyMap<string, string>

const LIMIT = 64 * 1024

/** Query or form parameters as the event log keeps them: a repeated one becomes a list. */
export function listed(parameters: URLSearchParams): Record<string, string | readonly string[]> {
  const names = [...new Set(parameters.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = parameters.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? "") : values]
    }),
  )
}

/**
 * The parameters as a map. RFC 6749 §3.1: none may occur twice, and one without a value counts as absent.
 * `resource` alone may be repeated (RFC 8707 §2), but this server grants for one resource at a time.
 */
export function single(
  exchange: Exchange,
  parameters: URLSearchParams,
  refuse: (error: string, text: string) => Refusal,
): Parameters {
  const names = [...parameters.keys()]
  const repeated = names.filter((name, index) => names.indexOf(name) !== index)
  const error = repeated.every((name) => name === "resource") ? "invalid_target" : "invalid_request"
  exchange.enforce(
    "parameters-single",
    repeated.length === 0,
    () => refuse(error, `repeated parameter: ${repeated.join(" ")}`),
    repeated.join(" "),
  )
  return new Map([...parameters].filter(([, value]) => value !== ""))
}

/** Reads a form body (RFC 6749 §3.2 asks for exactly this media type) and enters it into the log. */
export async function readForm(exchange: Exchange): Promise<URLSearchParams> {
  const type = exchange.header("content-type")?.split(";")[0]?.trim().toLowerCase()
  const text = await exchange.text(LIMIT)
  exchange.enforce(
    "content-type-form",
    type === "application/x-www-form-urlencoded",
    () => oauthError(400, "invalid_request", "the body must be application/x-www-form-urlencoded"),
    type ?? "none",
  )
  const form = new URLSearchParams(text)
  exchange.event.form = listed(form)
  return form
}

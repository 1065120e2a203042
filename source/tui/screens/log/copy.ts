import type { ExchangeState } from "../../../flow/state.ts"
import { toCurl } from "../../../text/curl.ts"

/** The request as a command line; secrets are variables in it. */
export const curlOf = ({ request }: ExchangeState): string => toCurl(request)

const headers = (fields: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> =>
  fields.map(([name, value]) => `${name}: ${value}`)

/** Request and answer as text, secrets as placeholders. */
export const copyableExchange = ({ request, response }: ExchangeState): string =>
  [
    `${request.method} ${request.url}`,
    ...headers(request.headers),
    ...(request.body === undefined ? [] : ["", request.body.text]),
    "",
    ...(response === undefined
      ? []
      : [
          `HTTP ${response.status ?? response.failure?.code ?? ""}`,
          ...headers(response.headers),
          ...(response.body === undefined ? [] : ["", response.body.text]),
          "",
        ]),
  ].join("\n")

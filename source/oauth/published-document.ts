import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Finding, Findings } from "../text/finding.ts"
import { Wire } from "../wire/wire.ts"
import { lintClientMetadata } from "./client-metadata-document.ts"
import { isStringList, parseJsonObject } from "./json-document.ts"
import { isLoopbackRedirect } from "./redirect-uri.ts"

const rule = "OAuth Client ID Metadata Document, Client Information Discovery"

/**
 * Looks at our own client metadata document as the authorization server will, and says what is wrong with it before anybody
 * is sent to a browser (CR-68). The server has the last word, and may reach what we cannot: nothing here is a failure. Gives
 * the redirect URIs, those on this machine first; none where the document could not be read.
 */
export const lookAtOwnDocument = Effect.fn("oauth.lookAtOwnDocument")(function* (
  url: string,
): Effect.fn.Return<ReadonlyArray<string>, never, Wire | Findings> {
  const wire = yield* Wire
  const findings = yield* Findings
  const headers = { accept: "application/json" }
  const answered = yield* Effect.result(wire.send({ leg: "client-metadata", method: "GET", url, headers, typed: true }))
  const say = (severity: Finding["severity"], text: string, exchange: number | undefined) =>
    findings
      .raise({ severity, rule, text, ...(exchange === undefined ? {} : { exchange }) })
      .pipe(Effect.as<ReadonlyArray<string>>([]))
  if (Result.isFailure(answered)) {
    const { code, what, detail, exchange } = answered.failure
    return code === "body_too_large" || code === "redirect_refused"
      ? yield* say("error", `The client metadata document will be refused: ${what}`, exchange)
      : yield* say("note", `The client metadata document cannot be seen from here: ${detail ?? what}`, exchange)
  }
  const { status, exchange, body } = answered.success
  if (status !== 200)
    return yield* say("error", `The client metadata document is not there: status ${status}.`, exchange)
  const parsed = parseJsonObject(body)
  if (Result.isFailure(parsed))
    return yield* say("error", `The client metadata document is ${parsed.failure}.`, exchange)
  for (const finding of lintClientMetadata(parsed.success, url)) yield* findings.raise({ ...finding, exchange })
  const { redirect_uris: redirects } = parsed.success
  return isStringList(redirects)
    ? redirects.toSorted((one, other) => Number(isLoopbackRedirect(other)) - Number(isLoopbackRedirect(one)))
    : []
})

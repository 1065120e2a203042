import * as Result from "effect/Result"
import type { Secret } from "../text/secret.ts"
import { checkResponse, type Expected } from "./authorization-response.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"

/**
 * What a person pasted, as an address: a terminal breaks long lines, chats add quotes or angle brackets, and some
 * browsers leave the scheme out when copying.
 */
const addressIn = (text: string): string => {
  const bare = text.replace(/\s+/g, "").replace(/^["'`<“‘]+|["'`>”’]+$/g, "")
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//i.test(bare) ? `http://${bare}` : bare
}

/**
 * Manual mode (CR-116): takes the whole callback address, and checks it as if it had reached the listener.
 * Fails with `pasted_not_a_url`, `pasted_elsewhere`, or as {@link checkResponse} does.
 */
export const parsePasted = (
  text: string,
  attempt: Expected,
): Result.Result<{ readonly code: Secret }, OAuthFailure> => {
  const address = addressIn(text)
  // Nothing of what was pasted goes into the evidence: it may hold a code.
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return Result.fail(oauthFailure("pasted_not_a_url"))
  const url = new URL(address)
  const expected = new URL(attempt.redirectUri)
  if (url.origin !== expected.origin || url.pathname !== expected.pathname)
    return Result.fail(
      oauthFailure("pasted_elsewhere", { expected: attempt.redirectUri, received: `${url.origin}${url.pathname}` }),
    )
  // The redirect URI may have a query of its own, which comes back with the answer.
  return checkResponse(attempt, url.searchParams)
}

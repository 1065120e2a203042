import * as Result from "effect/Result"
import { isEncodedHost } from "../text/look-alike.ts"
import { checkUrl } from "../wire/address.ts"

export interface ConsentUrl {
  /** As our URL parser writes it; this is what may be opened. */
  readonly url: string
  readonly host: string
  readonly punycode: boolean
}

/** The URL parser drops some of these without a word, and shows others. */
const unprintable = /[\p{Cc}\p{Cf}\p{Z}]/u

/**
 * The address that a server wants the user to visit, if it may be opened at all (CR-118): https, or http on this machine,
 * without user name, blanks or control characters. Nothing is fetched.
 */
export const consentUrl = (text: string): Result.Result<ConsentUrl, string> => {
  if (unprintable.test(text)) return Result.fail("the address holds blanks or control characters")
  const checked = checkUrl(text, { allowInsecure: false })
  if (Result.isFailure(checked)) return Result.fail(checked.failure.what)
  const { href, host, hostname } = checked.success
  return Result.succeed({ url: href, host, punycode: isEncodedHost(hostname) })
}

import * as Result from "effect/Result"
import { checkUrl } from "../wire/address.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"

/** The form of an issuer: https (http only on this machine), no query, fragment or user name (CR-15). */
export const checkIssuer = (issuer: string, allowInsecure: boolean): Result.Result<string, OAuthFailure> => {
  const invalid = (detail: string) => Result.fail(oauthFailure("issuer_invalid", { received: issuer, detail }))
  if (/[\s\\]/.test(issuer)) return invalid("It holds blanks or backslashes.")
  if (issuer.includes("?")) return invalid("It has a query.")
  if (issuer.includes("#")) return invalid("It has a fragment.")
  const checked = checkUrl(issuer, { allowInsecure })
  return Result.isFailure(checked) ? invalid(checked.failure.what) : Result.succeed(issuer)
}

/**
 * Issuers are the same only when every character is (CR-14). `slash` is the one slip with a message of its own: a bare
 * host with and without a slash at the end (rulebook X-1).
 */
export const compareIssuers = (expected: string, received: string): "same" | "slash" | "foreign" => {
  if (expected === received) return "same"
  const bare = /^[a-z]+:\/\/[^/?#]+$/i
  const slash = (shorter: string, longer: string) => bare.test(shorter) && `${shorter}/` === longer
  return slash(expected, received) || slash(received, expected) ? "slash" : "foreign"
}

export interface PreferredIssuer {
  /** `--issuer`, or the user's choice. */
  readonly wanted?: string | undefined
  /** Issuers for which a client or a token is stored. */
  readonly known?: ReadonlyArray<string> | undefined
}

export interface ChosenIssuer {
  readonly issuer: string
  readonly reason: "chosen" | "known" | "first" | "only"
}

/**
 * Which of several authorization servers to use: the user's, else one where we are a client already, else the first
 * (CR-10). Fails with `issuer_not_offered` or `no_authorization_server`.
 */
export const chooseIssuer = (
  metadata: { readonly authorizationServers: ReadonlyArray<string>; readonly url?: string },
  preferred: PreferredIssuer,
): Result.Result<ChosenIssuer, OAuthFailure> => {
  const { authorizationServers: offered } = metadata
  const evidence = metadata.url === undefined ? {} : { url: metadata.url }
  const { wanted } = preferred
  if (wanted !== undefined)
    return offered.includes(wanted)
      ? Result.succeed({ issuer: wanted, reason: "chosen" })
      : Result.fail(oauthFailure("issuer_not_offered", { ...evidence, expected: offered.join(" "), received: wanted }))
  const known = offered.find((candidate) => preferred.known?.includes(candidate))
  const [first] = offered
  if (first === undefined) return Result.fail(oauthFailure("no_authorization_server", evidence))
  if (offered.length === 1) return Result.succeed({ issuer: first, reason: "only" })
  return Result.succeed(known === undefined ? { issuer: first, reason: "first" } : { issuer: known, reason: "known" })
}

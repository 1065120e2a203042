import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { defaultTarget, type Target } from "../flow/target.ts"
import type { LogLevel } from "../mcp/log-level.ts"
import { stdioUrl } from "../mcp/stdio-command.ts"
import { checkRedirectUri } from "../oauth/redirect-uri.ts"
import type { StoreKey } from "../vault/store-key.ts"
import { checkUrl } from "../wire/address.ts"
import { configuredClients } from "./config-file.ts"
import { type UsageFailure, usageFailure } from "./failure.ts"
import { elicitOf, grantOf, signingKeyOf } from "./grant-settings.ts"
import { approve, localServerOf } from "./local-server.ts"
import { type Output, outputOf } from "./output.ts"
import { profileOf } from "./profile.ts"
import { readText } from "./read-text.ts"
import { signInWords } from "./repeated-flags.ts"
import { secretFrom } from "./secret-from.ts"
import type { ServerInput } from "./server-input.ts"
import { serverUrlOf } from "./server-url.ts"
import { storeKeyIn } from "./store-key-flags.ts"

export { defaultInput, type ServerInput } from "./server-input.ts"

/** One run, decided: the target and everything around it. */
export interface Settings {
  readonly target: Target
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMillis?: number
  /** The least severe of the server's log messages that is wanted. */
  readonly logLevel?: LogLevel
  readonly certificateAuthority?: string
  readonly allowInsecure: boolean
  readonly store:
    | { readonly kind: "directory"; readonly directory?: string; readonly key?: StoreKey }
    | { readonly kind: "memory" }
  readonly journalFile?: string
  readonly output: Output
}

const some = <Name extends string, A>(name: Name, option: Option.Option<A>): { readonly [K in Name]?: A } =>
  (Option.isSome(option) ? { [name]: option.value } : {}) as { readonly [K in Name]?: A }

const headerOf = (line: string): Effect.Effect<readonly [string, string], UsageFailure> => {
  const match = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\x20-\x7e\t]*)$/.exec(line)
  return match?.[1] === undefined
    ? Effect.fail(usageFailure("header_invalid", { received: line.split(":", 1)[0] ?? "" }))
    : Effect.succeed([match[1], match[2] ?? ""])
}

/** What flags say about addresses is checked before anything is sent. */
const checkAddresses = Effect.fn("commands.checkAddresses")(function* (input: ServerInput) {
  if (Option.isSome(input.redirectUri)) yield* Effect.fromResult(checkRedirectUri(input.redirectUri.value))
  for (const [flag, given] of [
    ["--issuer", input.issuer],
    ["--accept-issuer", input.acceptIssuer],
    ["--client-metadata-url", input.clientMetadataUrl],
  ] as const)
    if (Option.isSome(given) && checkUrl(given.value, input)._tag === "Failure")
      return yield* usageFailure("address_invalid", { received: `${flag} ${given.value}` })
})

/** Turns flags, files and environment into the settings of one run. `serverUrl` replaces the URL (embedded mock). */
export const settingsOf = Effect.fn("commands.settings")(function* (
  input: ServerInput,
  fallback: { readonly serverUrl?: string; readonly browser?: Target["browser"] } = {},
) {
  const local = yield* localServerOf(input)
  const [first, second] = Option.toArray(input.url).concat(Option.toArray(input.serverUrl))
  if (second !== undefined && second !== first)
    return yield* usageFailure("url_twice", { received: `${first} and ${second}` })
  const typed = first ?? fallback.serverUrl
  if (typed === undefined && local === undefined) return yield* usageFailure("url_missing")
  const serverUrl = local === undefined ? yield* serverUrlOf(typed ?? "", input.allowInsecure) : stdioUrl(local)
  yield* checkAddresses(input)
  if (Option.isSome(input.timeout) && input.timeout.value <= 0)
    return yield* usageFailure("timeout_invalid", { received: String(input.timeout.value) })
  const headers = Object.fromEntries(yield* Effect.forEach(input.header, headerOf))
  const hidden = yield* secretFrom("client_secret", input.clientSecretFile, "--client-secret-file")
  const initialAccessToken = yield* secretFrom(
    "initial_access_token",
    input.initialAccessTokenFile,
    "--initial-access-token-file",
  )
  const profile = yield* profileOf(input.profile)
  // Only a server with an address has an authorization server; the embedded one knows who we are.
  const configured = first === undefined ? [] : yield* configuredClients(input.config)
  const browserGiven = Option.isSome(input.browser)
  const target: Target = {
    ...defaultTarget(serverUrl),
    ...(local === undefined ? {} : { stdio: local }),
    protocolVersion: input.protocolVersion,
    registration: input.registration,
    ...(Option.isSome(input.clientId)
      ? {
          preregistered: {
            clientId: input.clientId.value,
            ...(hidden === undefined ? {} : { clientSecret: hidden }),
            ...(yield* signingKeyOf(input)),
          },
        }
      : {}),
    ...(yield* grantOf(input)),
    ...(yield* elicitOf(input)),
    ...(configured.length === 0 ? {} : { configured }),
    ...(initialAccessToken === undefined ? {} : { initialAccessToken }),
    ...(profile === undefined ? {} : { profile }),
    signInWords: signInWords(input),
    ...some("clientMetadataUrl", input.clientMetadataUrl),
    ...some("clientName", input.clientName),
    ...some("redirectUri", input.redirectUri),
    ...some("scope", input.scope),
    ...some("issuer", input.issuer),
    ...some("acceptIssuer", input.acceptIssuer),
    ...some("resource", input.resource),
    browser: Option.getOrElse(input.browser, () => fallback.browser ?? "system"),
    // Without a terminal nothing is opened and nothing waits, unless the flag says so (exit 3 instead).
    interactive: !input.noInput && (browserGiven || process.stdin.isTTY === true),
    strict: input.strict,
    legacyAuth: input.legacyAuth,
    legacySse: input.legacySse,
    allowInsecure: input.allowInsecure,
  }
  const certificateAuthority = Option.isSome(input.caFile)
    ? yield* readText(input.caFile.value, "--ca-file")
    : undefined
  const settings: Settings = {
    target,
    headers,
    allowInsecure: input.allowInsecure,
    ...(Option.isSome(input.timeout) ? { timeoutMillis: input.timeout.value * 1000 } : {}),
    ...some("logLevel", input.logLevel),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    store: input.noStore
      ? { kind: "memory" }
      : { kind: "directory", ...some("directory", input.store), ...storeKeyIn(input) },
    ...some("journalFile", input.journal),
    output: outputOf(input),
  }
  // The last thing: whoever is asked can count on everything else being right.
  if (local !== undefined) yield* approve(local, input)
  return settings
})

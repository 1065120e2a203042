import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { defaultTarget, type Target } from "../flow/target.ts"
import type { ProtocolVersion } from "../mcp/revisions.ts"
import { stdioUrl } from "../mcp/stdio-command.ts"
import { checkRedirectUri } from "../oauth/redirect-uri.ts"
import { secret } from "../text/secret.ts"
import type { StoreKey } from "../vault/store-key.ts"
import { checkUrl } from "../wire/address.ts"
import { type UsageFailure, usageFailure } from "./failure.ts"
import { elicitOf, grantOf, signingKeyOf } from "./grant-settings.ts"
import { approve, localServerOf } from "./local-server.ts"
import { type Output, outputOf } from "./output.ts"
import { readText } from "./read-text.ts"
import { storeKeyIn } from "./store-key-flags.ts"

/** What effect/cli makes of {@link serverFlags}. */
export interface ServerInput {
  readonly url: Option.Option<string>
  readonly serverUrl: Option.Option<string>
  readonly stdio: Option.Option<string>
  readonly env: ReadonlyArray<string>
  readonly yes: boolean
  readonly protocolVersion: ProtocolVersion | "auto"
  readonly header: ReadonlyArray<string>
  readonly timeout: Option.Option<number>
  readonly caFile: Option.Option<string>
  readonly registration: Target["registration"]
  readonly clientId: Option.Option<string>
  readonly clientSecretFile: Option.Option<string>
  readonly clientMetadataUrl: Option.Option<string>
  readonly clientName: Option.Option<string>
  readonly redirectUri: Option.Option<string>
  readonly scope: Option.Option<string>
  readonly issuer: Option.Option<string>
  readonly browser: Option.Option<Target["browser"]>
  readonly noInput: boolean
  readonly grant: Target["grant"]
  readonly privateKey: Option.Option<string>
  readonly signingAlg: Option.Option<string>
  readonly assertionFile: Option.Option<string>
  readonly idpTokenEndpoint: Option.Option<string>
  readonly idpClientId: Option.Option<string>
  readonly idTokenFile: Option.Option<string>
  readonly dpop: boolean
  readonly elicit: Option.Option<string>
  readonly strict: boolean
  readonly legacyAuth: boolean
  readonly allowInsecure: boolean
  readonly store: Option.Option<string>
  readonly storeKeyFile: Option.Option<string>
  readonly keyring: boolean
  readonly noStore: boolean
  readonly journal: Option.Option<string>
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly noColor: boolean
  readonly ascii: boolean
}

/** What is meant when nothing is said. */
export const defaultInput: ServerInput = {
  url: Option.none(),
  serverUrl: Option.none(),
  stdio: Option.none(),
  env: [],
  yes: false,
  protocolVersion: "auto",
  header: [],
  timeout: Option.none(),
  caFile: Option.none(),
  registration: "auto",
  clientId: Option.none(),
  clientSecretFile: Option.none(),
  clientMetadataUrl: Option.none(),
  clientName: Option.none(),
  redirectUri: Option.none(),
  scope: Option.none(),
  issuer: Option.none(),
  browser: Option.none(),
  noInput: false,
  grant: "authorization_code",
  privateKey: Option.none(),
  signingAlg: Option.none(),
  assertionFile: Option.none(),
  idpTokenEndpoint: Option.none(),
  idpClientId: Option.none(),
  idTokenFile: Option.none(),
  dpop: false,
  elicit: Option.none(),
  strict: false,
  legacyAuth: false,
  allowInsecure: false,
  store: Option.none(),
  storeKeyFile: Option.none(),
  keyring: false,
  noStore: false,
  journal: Option.none(),
  json: false,
  verbose: false,
  quiet: false,
  noColor: false,
  ascii: false,
}

/** One run, decided: the target and everything around it. */
export interface Settings {
  readonly target: Target
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMillis?: number
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

/** The address that was meant, where the scheme is missing or spelled wrongly. */
const withScheme = (text: string): string | undefined => {
  const bare = text.replace(/^(https?)(?=[:/])[:/]*/i, "")
  const insecure = /^http(?=[:/])/i.test(text) || /^(localhost|127\.[\d.]+|\[::1\])(?=[:/?]|$)/i.test(bare)
  const guess = `${insecure ? "http" : "https"}://${bare}`
  return /^[\w[]/.test(bare) && URL.canParse(guess) ? guess : undefined
}

const codes = { not_a_url: "url_invalid", unsupported_scheme: "url_scheme", insecure_url: "url_insecure" } as const

/** A URL from a person: trimmed, the fragment dropped, a missing scheme pointed out. */
export const serverUrlOf = (typed: string, allowInsecure: boolean) =>
  Effect.gen(function* () {
    const text = typed.trim().replace(/#.*$/s, "")
    yield* Effect.fromResult(checkUrl(text, { allowInsecure })).pipe(
      Effect.mapError((failure) => {
        const { code } = failure
        if (code !== "not_a_url" && code !== "unsupported_scheme" && code !== "insecure_url") return failure
        // `localhost:3000` is a URL to a parser, with the scheme `localhost`.
        const unsaid = code === "not_a_url" || (code === "unsupported_scheme" && /^[^/:]+:\d+([/?]|$)/.test(text))
        const expected = unsaid ? withScheme(text) : undefined
        return expected === undefined
          ? usageFailure(codes[code], { received: text })
          : usageFailure("url_without_scheme", { received: text, expected })
      }),
    )
    return text
  })

/** What flags say about addresses is checked before anything is sent. */
const checkAddresses = Effect.fn("commands.checkAddresses")(function* (input: ServerInput) {
  if (Option.isSome(input.redirectUri)) yield* Effect.fromResult(checkRedirectUri(input.redirectUri.value))
  for (const [flag, given] of [
    ["--issuer", input.issuer],
    ["--client-metadata-url", input.clientMetadataUrl],
  ] as const)
    if (Option.isSome(given) && checkUrl(given.value, input)._tag === "Failure")
      return yield* usageFailure("address_invalid", { received: `${flag} ${given.value}` })
})

const clientSecret = Effect.fn("commands.clientSecret")(function* (input: ServerInput) {
  if (Option.isSome(input.clientSecretFile)) {
    const text = yield* readText(input.clientSecretFile.value, "--client-secret-file")
    return secret("client_secret", text.replace(/\r?\n$/, ""))
  }
  const fromEnvironment = process.env.MCP_DCR_TUI_CLIENT_SECRET
  return fromEnvironment === undefined || fromEnvironment === "" ? undefined : secret("client_secret", fromEnvironment)
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
  const hidden = yield* clientSecret(input)
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
    ...some("clientMetadataUrl", input.clientMetadataUrl),
    ...some("clientName", input.clientName),
    ...some("redirectUri", input.redirectUri),
    ...some("scope", input.scope),
    ...some("issuer", input.issuer),
    browser: Option.getOrElse(input.browser, () => fallback.browser ?? "system"),
    // Without a terminal nothing is opened and nothing waits, unless the flag says so (exit 3 instead).
    interactive: !input.noInput && (browserGiven || process.stdin.isTTY === true),
    strict: input.strict,
    legacyAuth: input.legacyAuth,
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

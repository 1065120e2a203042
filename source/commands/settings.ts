import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { defaultTarget, type Target } from "../flow/target.ts"
import type { ProtocolVersion } from "../mcp/revisions.ts"
import { secret } from "../text/secret.ts"
import { checkUrl } from "../wire/address.ts"
import { type UsageFailure, usageFailure } from "./failure.ts"

/** What effect/cli makes of {@link serverFlags}. */
export interface ServerInput {
  readonly url: Option.Option<string>
  readonly serverUrl: Option.Option<string>
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
  readonly strict: boolean
  readonly legacyAuth: boolean
  readonly allowInsecure: boolean
  readonly store: Option.Option<string>
  readonly noStore: boolean
  readonly journal: Option.Option<string>
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly noColor: boolean
  readonly ascii: boolean
}

/** One run, decided: the target and everything around it. */
export interface Settings {
  readonly target: Target
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMillis?: number
  readonly certificateAuthority?: string
  readonly allowInsecure: boolean
  readonly store: { readonly kind: "directory"; readonly directory?: string } | { readonly kind: "memory" }
  readonly journalFile?: string
  readonly output: Output
}

export interface Output {
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly ascii: boolean
}

const some = <Name extends string, A>(name: Name, option: Option.Option<A>): { readonly [K in Name]?: A } =>
  (Option.isSome(option) ? { [name]: option.value } : {}) as { readonly [K in Name]?: A }

const readText = (path: string, flag: string) =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) =>
      usageFailure("file_unreadable", {
        received: `${flag} ${path}`,
        detail: error instanceof Error ? error.message : "",
      }),
  })

const headerOf = (line: string): Effect.Effect<readonly [string, string], UsageFailure> => {
  const match = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\x20-\x7e\t]*)$/.exec(line)
  return match?.[1] === undefined
    ? Effect.fail(usageFailure("header_invalid", { received: line.split(":", 1)[0] ?? "" }))
    : Effect.succeed([match[1], match[2] ?? ""])
}

/** A URL from a person: trimmed, a missing scheme pointed out, a fragment dropped. */
export const serverUrlOf = (typed: string, allowInsecure: boolean) =>
  Effect.gen(function* () {
    const text = typed.trim().replace(/#.*$/s, "")
    yield* Effect.fromResult(checkUrl(text, { allowInsecure })).pipe(
      Effect.mapError((failure) =>
        failure.code === "not_a_url" && URL.canParse(`https://${text}`)
          ? usageFailure("url_without_scheme", { received: text, expected: `https://${text}` })
          : failure,
      ),
    )
    return text
  })

const clientSecret = Effect.fn("commands.clientSecret")(function* (input: ServerInput) {
  if (Option.isSome(input.clientSecretFile)) {
    const text = yield* readText(input.clientSecretFile.value, "--client-secret-file")
    return secret("client_secret", text.replace(/\r?\n$/, ""))
  }
  const fromEnvironment = process.env.MCP_DCR_TUI_CLIENT_SECRET
  return fromEnvironment === undefined || fromEnvironment === "" ? undefined : secret("client_secret", fromEnvironment)
})

export const outputOf = (input: Pick<ServerInput, "json" | "verbose" | "quiet" | "noColor" | "ascii">): Output => ({
  json: input.json,
  verbose: input.verbose,
  quiet: input.quiet,
  ascii: input.ascii,
  color:
    !input.noColor &&
    (process.env.NO_COLOR ?? "") === "" &&
    process.env.TERM !== "dumb" &&
    process.stdout.isTTY === true,
})

/** Turns flags, files and environment into the settings of one run. `serverUrl` replaces the URL (embedded mock). */
export const settingsOf = Effect.fn("commands.settings")(function* (
  input: ServerInput,
  fallback: { readonly serverUrl?: string; readonly browser?: Target["browser"] } = {},
) {
  const typed = Option.getOrUndefined(Option.orElse(input.serverUrl, () => input.url)) ?? fallback.serverUrl
  if (typed === undefined) return yield* usageFailure("url_missing")
  const serverUrl = yield* serverUrlOf(typed, input.allowInsecure)
  const headers = Object.fromEntries(yield* Effect.forEach(input.header, headerOf))
  const hidden = yield* clientSecret(input)
  const browserGiven = Option.isSome(input.browser)
  const target: Target = {
    ...defaultTarget(serverUrl),
    protocolVersion: input.protocolVersion,
    registration: input.registration,
    ...(Option.isSome(input.clientId)
      ? { preregistered: { clientId: input.clientId.value, ...(hidden === undefined ? {} : { clientSecret: hidden }) } }
      : {}),
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
    store: input.noStore ? { kind: "memory" } : { kind: "directory", ...some("directory", input.store) },
    ...some("journalFile", input.journal),
    output: outputOf(input),
  }
  return settings
})

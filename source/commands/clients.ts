import readline from "node:readline"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import { usageFailure } from "./failure.ts"
import { lifetime } from "./lifetime.ts"
import { outputOf } from "./output.ts"
import { type Line, line, makePrinter } from "./print.ts"
import { vaultLayer } from "./vault-layer.ts"

export interface ClientsInput {
  readonly words: ReadonlyArray<string>
  readonly store: Option.Option<string>
  readonly storeKeyFile: Option.Option<string>
  readonly keyring: boolean
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly noColor: boolean
  readonly ascii: boolean
  readonly yes: boolean
}

/** A record without its secrets: names and fingerprints are all that ever leaves the store. */
const shown = ({ client, grant, ...record }: StoredRecord, now: number): object => ({
  serverUrl: record.serverUrl,
  resource: record.resource,
  issuer: record.issuer,
  clientId: client.clientId,
  registration: client.source,
  authMethod: client.tokenEndpointAuthMethod,
  redirectUris: client.redirectUris,
  token:
    grant === undefined
      ? null
      : {
          scope: grant.scope ?? null,
          fingerprint: grant.accessToken.fingerprint,
          expiresAt: grant.expiresAt === undefined ? null : new Date(grant.expiresAt).toISOString(),
          expired: grant.expiresAt !== undefined && grant.expiresAt <= now,
          refreshable: grant.refreshToken !== undefined,
        },
  lastUsedAt: new Date(record.lastUsedAt).toISOString(),
})

const tokenText = ({ grant }: StoredRecord, now: number): string =>
  grant === undefined
    ? "none"
    : `${lifetime(grant.expiresAt, now)}${grant.refreshToken === undefined ? "" : ", can be renewed"}`

const listLines = (records: ReadonlyArray<StoredRecord>, now: number): ReadonlyArray<Line> =>
  records.flatMap((record) => [
    line(record.serverUrl, "title"),
    line(`  issuer  ${record.issuer}`),
    line(`  client  ${record.client.clientId} (${record.client.source})`),
    line(`  token   ${tokenText(record, now)}`),
  ])

/** One line from the terminal; the end of the input is a no. */
const confirmed = (question: string): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const answers = readline.createInterface({ input: process.stdin, output: process.stderr })
    let said = ""
    answers.question(`${question} [y/N] `, (text) => {
      said = text
      answers.close()
    })
    answers.once("close", () => resume(Effect.succeed(/^\s*y(es)?\s*$/i.test(said))))
    return Effect.sync(() => answers.close())
  })

const outcome = Effect.fnUntraced(function* (input: ClientsInput, action: Action, url: string | undefined) {
  const printer = makePrinter(outputOf(input))
  const vault = yield* Vault
  // What is stored outlives this run: the real time counts.
  const now = Date.now()
  const all = yield* vault.list
  if (action === "list") {
    if (input.json) printer.json({ clients: all.map((record) => shown(record, now)) })
    else printer.out(all.length === 0 ? [line("Nothing is stored.")] : listLines(all, now))
    return 0
  }
  const chosen = all.filter((record) => record.serverUrl === url || record.resource === url)
  if (chosen.length === 0) return yield* usageFailure("nothing_stored", { received: `${url}` })
  if (action === "show") {
    const records = chosen.map((record) => shown(record, now))
    if (input.json) printer.json({ clients: records })
    else
      printer.out(
        JSON.stringify(records, undefined, 2)
          .split("\n")
          .map((each) => line(each)),
      )
    return 0
  }
  if (!input.yes) {
    if (process.stdin.isTTY !== true) return yield* usageFailure("needs_yes", { received: `${url}` })
    printer.err([
      line("This deletes from this machine, with all tokens:"),
      ...listLines(chosen, now),
      line("The tokens stay valid at the server until they expire. To revoke them first: mcp-dcr-tui logout URL"),
    ])
    if (!(yield* confirmed("Delete?"))) {
      printer.err([line("Nothing was deleted.")])
      return 1
    }
  }
  for (const record of chosen) yield* vault.forget(record)
  if (input.json) printer.json({ forgotten: chosen.length })
  else printer.out([line(`Forgotten: ${url}`)])
  return 0
})

type Action = "list" | "show" | "forget"
const isAction = (word: string): word is Action => ["list", "show", "forget"].includes(word)

/** `clients [list | show URL | forget URL]`: what is stored, per issuer and resource. */
export const clients = Effect.fn("commands.clients")(function* (input: ClientsInput) {
  const [action = "list", url, ...more] = input.words
  // Said before the store is opened.
  if (!isAction(action) || (action === "list") !== (url === undefined) || more.length > 0)
    return yield* usageFailure("clients_usage", { received: input.words.join(" ") })
  return yield* outcome(input, action, url).pipe(Effect.provide(vaultLayer(input)))
})

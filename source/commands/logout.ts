import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { endRegistration } from "../flow/registrations.ts"
import { endingWith, type Registration } from "../flow/shared-clients.ts"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import { confirm } from "./confirm.ts"
import { usageFailure } from "./failure.ts"
import { type Line, line, makePrinter } from "./print.ts"
import { fateDocument, fateLines } from "./registration-fates.ts"
import { storeWords } from "./repeated-flags.ts"
import { endOfAside, type Run, withRun } from "./run.ts"
import { type ServerInput, type Settings, settingsOf } from "./settings.ts"
import { recordLines } from "./stored-records.ts"
import { vaultLayer } from "./vault-layer.ts"

export interface LogoutInput extends ServerInput {
  readonly forgetClient: boolean
}

/** What is known of this server and profile, and what hangs on its clients. */
interface Known {
  readonly records: ReadonlyArray<StoredRecord>
  readonly registrations: ReadonlyArray<Registration>
}

const look = Effect.fn("commands.lookBeforeLogout")(function* (input: LogoutInput, { target }: Settings) {
  const all = yield* Effect.provide(
    Vault.use((vault) => vault.list),
    vaultLayer(input, "quiet"),
  )
  const records = all.filter((record) => record.serverUrl === target.serverUrl && record.profile === target.profile)
  const known: Known = { records, registrations: endingWith(records, all) }
  return known
})

const consequences = ({ records, registrations }: Known, forgetClient: boolean, now: number): ReadonlyArray<Line> => {
  const others = registrations.flatMap((each) => each.records).filter((record) => !records.includes(record))
  return [
    line("This revokes the tokens at the server and deletes them here:"),
    ...recordLines(records, now),
    ...(forgetClient
      ? [
          line("The client is deleted as well, there and here: the next sign-in registers a new one."),
          ...(others.length === 0 ? [] : [line("It is also the client of these, which lose their tokens with it:")]),
          ...recordLines(others, now),
        ]
      : [line("The registration stays: the next sign-in uses it again.")]),
  ]
}

/** Revokes what this server's records hold, one after the other; gives what became of it, or the exit code. */
const revokeAll = Effect.fn("commands.revokeAll")(function* (run: Run, { records }: Known, settings: Settings) {
  const flow = yield* Flow
  const notes: Array<string> = []
  // Where nothing is stored, the step says so.
  const rounds = Math.max(1, records.filter(({ grant }) => grant !== undefined).length)
  for (let round = 0; round < rounds; round += 1) {
    yield* flow.intend({ _tag: "Revoke" })
    const state = yield* flow.idle
    const { problem } = state.steps.revoke
    if (problem?.code === "nothing_to_revoke") {
      // What a script wanted is so already; the transcript has told a person.
      if (settings.output.json)
        run.printer.json({ serverUrl: state.serverUrl, loggedOut: false, note: "no tokens are stored" })
      return problem.exit
    }
    const code = endOfAside(run, state, "revoke", settings.output)
    if (code !== undefined) return code
    notes.push(state.steps.revoke.note ?? "done")
  }
  return [...new Set(notes)].join("; ")
})

/**
 * `logout URL`: revokes the tokens at the server and deletes them here, and says honestly which of the two worked. With
 * `--forget-client` the registration goes the same way, and with it what else was given to it.
 */
export const logout = Effect.fn("commands.logout")(function* (input: LogoutInput) {
  const settings = yield* settingsOf(input)
  const { output, target } = settings
  const { serverUrl } = target
  const known = yield* look(input, settings)
  if (input.forgetClient && known.records.length === 0)
    return yield* usageFailure("nothing_stored", { received: serverUrl })
  if (input.forgetClient || known.records.some(({ grant }) => grant !== undefined))
    yield* confirm({
      printer: makePrinter(output),
      yes: input.yes,
      noInput: input.noInput,
      consequences: consequences(known, input.forgetClient, yield* Clock.currentTimeMillis),
      question: input.forgetClient ? "Sign out and delete the client?" : "Sign out?",
      words: [
        ...["logout", serverUrl],
        ...(input.forgetClient ? ["--forget-client"] : []),
        ...(target.profile === undefined ? [] : ["--profile", target.profile]),
        ...storeWords(input),
      ],
    })
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    Effect.gen(function* () {
      // A client without tokens has nothing to revoke.
      const revokes = !input.forgetClient || known.records.some(({ grant }) => grant !== undefined)
      const note = revokes ? yield* revokeAll(run, known, settings) : "there were no tokens"
      if (typeof note === "number") return note
      const ended = input.forgetClient
        ? yield* Effect.forEach(known.registrations, (registration) => endRegistration(registration, target))
        : undefined
      if (output.json)
        run.printer.json({
          serverUrl,
          loggedOut: true,
          note,
          ...(ended === undefined ? {} : { clients: ended.map(fateDocument) }),
        })
      else
        run.printer.out([
          line(`Signed out of ${serverUrl}: ${note}`, undefined, 2),
          ...(ended ?? []).flatMap(fateLines),
        ])
      return 0
    }),
  )
})

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { endingWith, registrationsOf } from "../flow/shared-clients.ts"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import type { ClientsAction, ClientsInput } from "./clients-input.ts"
import { confirm } from "./confirm.ts"
import { usageFailure } from "./failure.ts"
import { outputOf } from "./output.ts"
import { type Line, line, makePrinter } from "./print.ts"
import { profileOf } from "./profile.ts"
import { storeWords } from "./repeated-flags.ts"
import { detailLines, recordDocument, recordLines } from "./stored-records.ts"
import { vaultLayer } from "./vault-layer.ts"

const show = (input: ClientsInput, records: ReadonlyArray<StoredRecord>, now: number): void => {
  const printer = makePrinter(outputOf(input))
  if (input.json) printer.json({ clients: records.map((record) => recordDocument(record, now)) })
  else printer.out(records.flatMap((record) => detailLines(record, now)))
}

/** What will be lost, and what will not. */
const consequences = (
  chosen: ReadonlyArray<StoredRecord>,
  all: ReadonlyArray<StoredRecord>,
  remote: boolean,
  now: number,
): ReadonlyArray<Line> => {
  const others = (remote ? endingWith(chosen, all) : registrationsOf(chosen, all))
    .flatMap(({ records }) => records)
    .filter((record) => !chosen.includes(record))
  return remote
    ? [
        line("This revokes the tokens and deletes the client, at the server and here:"),
        ...recordLines(chosen, now),
        ...(others.length === 0 ? [] : [line("It is also the client of these, which go with it:")]),
        ...recordLines(others, now),
      ]
    : [
        line("This deletes from this machine, with all tokens:"),
        ...recordLines(chosen, now),
        line("At the server nothing changes: the client stays, and the tokens until they expire."),
        line("To end them there as well, add --remote."),
        ...(others.length === 0 ? [] : [line("The same client stays in use for:")]),
        ...others.map(({ serverUrl, profile }) =>
          line(`  ${serverUrl}${profile === undefined ? "" : ` (profile ${profile})`}`),
        ),
      ]
}

/** What is stored for this address: of the named profile; where none is named a look takes all, a change the nameless one. */
const chosenFrom = Effect.fn("commands.chosenRecords")(function* (
  all: ReadonlyArray<StoredRecord>,
  action: ClientsAction,
  url: string,
  input: ClientsInput,
) {
  const named = all.filter((record) => record.serverUrl === url || record.resource === url)
  const profile = yield* profileOf(input.profile)
  const every = action === "show" && Option.isNone(input.profile)
  const chosen = every ? named : named.filter((record) => record.profile === profile)
  if (chosen.length > 0) return chosen
  const others = named.map((record) => record.profile ?? "the one without a name")
  return yield* usageFailure("nothing_stored", {
    received: `${url}${profile === undefined ? "" : ` for the profile ${profile}`}`,
    ...(others.length === 0 ? {} : { detail: `there is something for these profiles: ${others.join(", ")}` }),
  })
})

/** `clients [list | show URL | update URL | forget URL]`: what is stored, per issuer, resource and profile. */
export const clients = Effect.fn("commands.clients")(function* (input: ClientsInput) {
  const action = Option.getOrElse(input.action, () => "list" as const)
  const url = Option.getOrUndefined(input.url)
  const misplaced = input.remote && (action === "list" || action === "update")
  // Said before the store is opened.
  if ((action === "list") !== (url === undefined) || misplaced)
    return yield* usageFailure("clients_usage", { received: `${action} ${url ?? ""}${misplaced ? " --remote" : ""}` })
  const printer = makePrinter(outputOf(input))
  const layer = vaultLayer(input)
  const { all, directory } = yield* Effect.provide(
    Vault.use((vault) => Effect.map(vault.list, (all) => ({ all, directory: vault.directory }))),
    layer,
  )
  const now = yield* Clock.currentTimeMillis
  if (url === undefined || action === "list") {
    const profile = Option.isSome(input.profile) ? yield* profileOf(input.profile) : undefined
    const listed = profile === undefined ? all : all.filter((record) => record.profile === profile)
    if (input.json) printer.json({ clients: listed.map((record) => recordDocument(record, now)) })
    else
      printer.out(
        listed.length === 0
          ? [line(`Nothing is stored in ${directory}.`)]
          : [...recordLines(listed, now), line(`Kept in ${directory}`, "dim")],
      )
    return 0
  }
  const chosen = yield* chosenFrom(all, action, url, input)
  if (action === "show" && !input.remote) {
    show(input, chosen, now)
    return 0
  }
  if (action === "forget")
    yield* confirm({
      printer,
      yes: input.yes,
      consequences: consequences(chosen, all, input.remote, now),
      question: "Delete?",
      words: [
        ...["clients", "forget", url],
        ...(input.remote ? ["--remote"] : []),
        ...(Option.isSome(input.profile) ? ["--profile", input.profile.value] : []),
        ...storeWords(input),
      ],
    })
  if (action !== "forget" || input.remote) {
    const { manage } = yield* Effect.promise(() => import("./clients-remote.ts"))
    return yield* manage(action, input, chosen, all)
  }
  yield* Effect.provide(
    Vault.use((vault) => Effect.forEach(chosen, (record) => vault.forget(record))),
    layer,
  )
  if (input.json) printer.json({ forgotten: chosen.length })
  else printer.out([line(`Forgotten: ${url}`)])
  return 0
})

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Journal } from "../flow/journal.ts"
import { endRegistration } from "../flow/registrations.ts"
import { endingWith, type Registration, registrationsOf } from "../flow/shared-clients.ts"
import type { Target } from "../flow/target.ts"
import type { Client } from "../oauth/client-identity.ts"
import { type ManagedRegistration, readClient, updateClient } from "../oauth/client-management.ts"
import { reserveRedirectUri } from "../oauth/redirect-uri.ts"
import type { JsonObject } from "../text/json.ts"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import type { ClientsInput } from "./clients-input.ts"
import { usageFailure } from "./failure.ts"
import { line, type Printer } from "./print.ts"
import { compareRegistration, type Member, memberLines } from "./registration-differences.ts"
import { fateDocument, fateLines } from "./registration-fates.ts"
import { type Run, withRun } from "./run.ts"
import { defaultInput, settingsOf } from "./settings.ts"

/**
 * Reads the registration, perhaps does more with it, and keeps at once whatever comes back: even a read may rotate token and
 * secret (CR-72). One run at a time: the token that another one is about to replace would be void.
 */
const seen = Effect.fn("commands.seeRegistration")(function* (
  registration: Registration,
  target: Target,
  more?: (managed: ManagedRegistration) => ReturnType<typeof updateClient>,
) {
  const vault = yield* Vault
  const journal = yield* Journal
  const keep = Effect.fnUntraced(function* (managed: ManagedRegistration) {
    yield* journal.keepSecret(managed.client)
    yield* vault.replaceClient(managed.client)
    return managed
  })
  return yield* Effect.gen(function* () {
    const { client } = (yield* vault.find(registration.key)) ?? registration
    yield* journal.keepSecret(client)
    const managed = yield* keep(yield* readClient({ client, allowInsecure: target.allowInsecure }))
    const last = more === undefined ? managed : yield* keep(yield* more(managed))
    return { client, members: compareRegistration(client, last) } satisfies Seen
  }).pipe(vault.exclusively(registration.key, "changing the registration"))
})

/** What the user wants to be different. */
const changesOf = Effect.fn("commands.registrationChanges")(function* (input: ClientsInput) {
  const changes: JsonObject = {
    ...(Option.isSome(input.clientName) ? { client_name: input.clientName.value } : {}),
    ...(Option.isSome(input.scope) ? { scope: input.scope.value } : {}),
    ...(Option.isSome(input.redirectUri)
      ? { redirect_uris: [yield* reserveRedirectUri({ wanted: input.redirectUri.value })] }
      : {}),
  }
  return changes
})

interface Seen {
  readonly client: Client
  readonly members: ReadonlyArray<Member>
}

const seenDocument = ({ client, members }: Seen): object => ({
  issuer: client.issuer,
  clientId: client.clientId,
  members: members.map(({ name, here, there, same }) => ({ name, here: here ?? null, there: there ?? null, same })),
})

interface Words {
  /** What the side is called that was kept here. */
  readonly here: string
  readonly end: (one: Seen) => string
}

const tell = (printer: Printer, input: ClientsInput, all: ReadonlyArray<Seen>, words: Words): void => {
  if (input.json) printer.json({ registrations: all.map(seenDocument) })
  else
    printer.out(
      all.flatMap((one) => [
        line(`${one.client.clientId} at ${one.client.issuer}`, "title"),
        ...memberLines(one.members, words.here),
        line(`  ${words.end(one)}`),
      ]),
    )
}

const different = ({ members }: Seen): number => members.filter(({ same }) => !same).length

const compared = (one: Seen): string => {
  const count = different(one)
  return count === 0
    ? "The server has what is kept here."
    : `${count} ${count === 1 ? "member differs" : "members differ"}; what the server says is kept from now on.`
}

interface Context {
  readonly run: Run
  readonly input: ClientsInput
  readonly target: Target
  readonly registrations: ReadonlyArray<Registration>
}

/** `clients show URL --remote` (RFC 7592 §2.1). */
const show = Effect.fn("commands.showRemote")(function* ({ run, input, target, registrations }: Context) {
  tell(run.printer, input, yield* Effect.forEach(registrations, (one) => seen(one, target)), {
    here: "here",
    end: compared,
  })
  return 0
})

/** `clients update URL` (RFC 7592 §2.2): reads first, because what is not sent back counts as deleted. */
const update = Effect.fn("commands.updateRemote")(function* ({ run, input, target, registrations }: Context) {
  const { allowInsecure } = target
  const changes = yield* changesOf(input)
  const updated = yield* Effect.forEach(registrations, (one) =>
    seen(one, target, (managed) => updateClient({ ...managed, changes, allowInsecure })),
  )
  tell(run.printer, input, updated, { here: "was", end: () => "The registration is updated at the server and here." })
  return 0
})

/** `clients forget URL --remote` (RFC 7009, RFC 7592 §2.3). */
const forget = Effect.fn("commands.forgetRemote")(function* ({ run, input, target, registrations }: Context) {
  const ended = yield* Effect.forEach(registrations, (one) => endRegistration(one, target))
  const forgotten = ended.reduce((sum, each) => sum + each.forgotten, 0)
  if (input.json) run.printer.json({ forgotten, clients: ended.map(fateDocument) })
  else run.printer.out(ended.flatMap(fateLines))
  return 0
})

const works = { show, update, forget }

/** What `clients` does at the authorization server. Fails with `nothing_registered`, or with what the server said. */
export const manage = Effect.fn("commands.manageClients")(function* (
  action: keyof typeof works,
  input: ClientsInput,
  chosen: ReadonlyArray<StoredRecord>,
  all: ReadonlyArray<StoredRecord>,
) {
  const url = chosen[0]?.serverUrl ?? ""
  const registrations =
    action === "forget"
      ? endingWith(chosen, all)
      : registrationsOf(chosen, all).filter(({ client }) => client.source === "dcr")
  if (registrations.length === 0) return yield* usageFailure("nothing_registered", { url })
  const { action: _, remote: __, ...flags } = input
  const settings = yield* settingsOf({ ...defaultInput, ...flags, url: Option.some(url) })
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    works[action]({ run, input, target: settings.target, registrations }),
  )
})

import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { forgetClient, orWarn } from "../flow/stored.ts"
import { type ClientDeletion, deleteClient } from "../oauth/client-management.ts"
import { Vault } from "../vault/vault.ts"
import { usageFailure } from "./failure.ts"
import { line } from "./print.ts"
import { endOfAside, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

export interface LogoutInput extends ServerInput {
  readonly forgetClient: boolean
}

/** What became of a registration at the server, for people. */
const fates: Readonly<Record<ClientDeletion["outcome"], string>> = {
  deleted: "is deleted at the server and here",
  gone: "did not exist at the server any more; deleted here",
  unsupported: "is deleted here; the server offers no way to delete it there",
  alive: "is deleted here, but the server said no and still has it",
  unknown: "is deleted here; whether the server still has it is not known",
}

/** Deletes the clients of this server at their issuers (RFC 7592 §2.3) and here, whatever they answer (CR-104). */
const forgetClients = Effect.fn("commands.forgetClients")(function* (input: LogoutInput, serverUrl: string) {
  const vault = yield* Vault
  const records = yield* vault.findByServer(serverUrl).pipe(orWarn([]))
  return yield* Effect.forEach(records, ({ client }) =>
    Effect.gen(function* () {
      // What we did not register is not ours to delete there.
      const deletion: ClientDeletion =
        client.source === "dcr"
          ? yield* deleteClient({ client, allowInsecure: input.allowInsecure })
          : { outcome: "unsupported", detail: `the client is ${client.source}, not registered by us` }
      yield* forgetClient(client)
      return { clientId: client.clientId, issuer: client.issuer, ...deletion }
    }),
  )
})

/**
 * `logout URL`: revokes the tokens at the server and deletes them here, and says honestly which of the two worked. With
 * `--forget-client` the registration goes the same way.
 */
export const logout = Effect.fn("commands.logout")(function* (input: LogoutInput) {
  const settings = yield* settingsOf(input)
  const { output } = settings
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const { serverUrl } = flow.target
      const vault = yield* Vault
      const known = input.forgetClient ? yield* vault.findByServer(serverUrl).pipe(orWarn([])) : []
      if (input.forgetClient && known.length === 0)
        return yield* usageFailure("nothing_stored", { received: serverUrl })
      // A client without tokens has nothing to revoke.
      const revokes = !input.forgetClient || known.some(({ grant }) => grant !== undefined)
      if (revokes) yield* flow.intend({ _tag: "Revoke" })
      const state = yield* flow.idle
      const code = revokes ? endOfAside(run, state, "revoke", output) : undefined
      if (code !== undefined) return code
      const note = revokes ? (state.steps.revoke.note ?? "done") : "there were no tokens"
      const clients = input.forgetClient ? yield* forgetClients(input, serverUrl) : undefined
      if (output.json)
        run.printer.json({ serverUrl, loggedOut: true, note, ...(clients === undefined ? {} : { clients }) })
      else
        run.printer.out([
          line(`Signed out of ${serverUrl}: ${note}`, undefined, 2),
          ...(clients ?? []).map(({ clientId, outcome, detail }) =>
            line(`Client ${clientId} ${fates[outcome]}${detail === undefined ? "" : ` (${detail})`}`, undefined, 2),
          ),
        ])
      return 0
    }),
  )
})

import * as Effect from "effect/Effect"
import type { KnownServer } from "../tui/app/main.tsx"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import type { OpenInput } from "./open.ts"
import { profileOf } from "./profile.ts"
import { vaultLayer } from "./vault-layer.ts"

const sources = { dcr: "DCR", cimd: "CIMD", preregistered: "pre-registered" } as const

/** What may be shown of a record: no secret is in it. */
const known = ({ client, grant, ...record }: StoredRecord): KnownServer => ({
  serverUrl: record.serverUrl,
  ...(record.profile === undefined ? {} : { profile: record.profile }),
  issuer: record.issuer,
  resource: record.resource,
  source: sources[client.source],
  clientId: client.clientId,
  ...(grant === undefined
    ? {}
    : {
        token: {
          ...(grant.expiresAt === undefined ? {} : { expiresAt: grant.expiresAt }),
          ...(grant.scope === undefined ? {} : { scope: grant.scope }),
          renewable: grant.refreshToken !== undefined,
        },
      }),
  lastUsed: record.lastUsedAt,
})

const isOf =
  ({ issuer, resource, profile }: KnownServer) =>
  (record: StoredRecord): boolean =>
    record.issuer === issuer && record.resource === resource && record.profile === profile

/** What is stored, the last used first; of the account that was named, if one was. */
export const knownServers = Effect.fn("commands.knownServers")(function* (input: OpenInput) {
  const records = yield* Vault.use((vault) => vault.list)
  const profile = yield* profileOf(input.profile)
  return (profile === undefined ? records : records.filter((record) => record.profile === profile)).map(known)
})

/** The same again, while the screen is open. */
export const listServers = (input: OpenInput): Promise<ReadonlyArray<KnownServer>> =>
  knownServers(input).pipe(Effect.provide(vaultLayer(input, "quiet")), Effect.runPromise)

/** Deletes the client and the tokens of one server from this machine, and gives what is left. */
export const forgetServer = (input: OpenInput, server: KnownServer): Promise<ReadonlyArray<KnownServer>> =>
  Effect.gen(function* () {
    const vault = yield* Vault
    const record = (yield* vault.list).find(isOf(server))
    if (record !== undefined) yield* vault.forget(record)
    return yield* knownServers(input)
  }).pipe(Effect.provide(vaultLayer(input, "quiet")), Effect.runPromise)

/** Revokes the tokens of one server there and deletes them here; gives what became of them, and what is left. */
export const signOut = async (
  input: OpenInput,
  server: KnownServer,
): Promise<{ readonly note: string; readonly servers: ReadonlyArray<KnownServer> }> => {
  const { urlHandle } = await import("./flow-handle.ts")
  const handle = await urlHandle(input, server.serverUrl, server.profile)
  try {
    const note = await new Promise<string>((resolve) => {
      const unsubscribe = handle.journal.subscribe(() => {
        const { status, note = "done", problem } = handle.journal.state().steps.revoke
        if (status !== "done" && status !== "failed") return
        unsubscribe()
        resolve(status === "done" ? note : (problem?.what ?? "it is not known whether the server heard of it"))
      })
      handle.intend({ _tag: "Revoke" })
    })
    return { note, servers: await listServers(input) }
  } finally {
    await handle.close()
  }
}

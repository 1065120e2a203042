import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Findings } from "../text/finding.ts"
import { reveal, type Secret } from "../text/secret.ts"
import { defaultDirectory, fileNameOf } from "./directory.ts"
import type { VaultFailure } from "./failure.ts"
import { fileShelf } from "./file-shelf.ts"
import { makeHold } from "./hold.ts"
import { memoryShelf } from "./memory-shelf.ts"
import { currentVersion, type Entry, type Key, type StoredClient, type StoredRecord } from "./record.ts"
import { type Renewal, type Renewed, type ReplaceGrant, renewing, type Swap } from "./renewal.ts"
import type { Shelf } from "./shelf.ts"
import type { StoreKey } from "./store-key.ts"

type Stored<A> = Effect.Effect<A, VaultFailure, Findings>

/**
 * Credentials between runs, by issuer and resource. Damaged files are moved aside and reported as findings; files that
 * must not be trusted are left alone and reported. What fails is {@link VaultFailure}, and never more than the store:
 * a run can always go on without it.
 */
export class Vault extends Context.Service<
  Vault,
  {
    /** Where the records lie, for the user; `undefined` for the memory of this process. */
    readonly directory: string | undefined
    /** Whose account this run is about; `undefined` for the one without a name. */
    readonly profile: string | undefined
    /** All that is known of an address the user typed, for this profile; the one used last first. */
    readonly findByServer: (serverUrl: string) => Stored<ReadonlyArray<StoredRecord>>
    readonly find: (key: Key) => Stored<StoredRecord | undefined>
    /**
     * A client of this issuer, made for any of its resources (CR-65); the one used last. One that another profile has
     * registered will do, because a registration is nobody's account.
     */
    readonly findClient: (issuer: string) => Stored<StoredClient | undefined>
    /** Everything, of all profiles. */
    readonly list: Stored<ReadonlyArray<StoredRecord>>
    /** Writes what a run has learned, stamped with the times and the profile. */
    readonly save: (entry: Entry) => Stored<StoredRecord>
    /** Writes a client that its server has changed into every record that has it (CR-72). */
    readonly replaceClient: (client: StoredClient) => Stored<void>
    /** Notes that a record was used now. */
    readonly touch: (key: Key) => Stored<void>
    readonly replaceGrant: ReplaceGrant
    /**
     * Refreshes a stored grant, once for each stale token however many runs notice at once (CR-94). Fails with what
     * `refresh` fails with, after which the record is as it was; with `store_busy` when another process does not come to an end.
     */
    readonly renewGrant: <E, R>(renewal: Renewal<E, R>) => Effect.Effect<Renewed, E | VaultFailure, R | Findings>
    /** Keeps other runs from refreshing or revoking the tokens of this record meanwhile. Not to be nested. */
    readonly exclusively: Shelf["exclusively"]
    /**
     * From here on nobody else signs in for this record, until `endSignIn`. Waits for another one who does, visibly and not
     * for ever: `store_busy`. Whoever waited should look at the record again.
     */
    readonly beginSignIn: (key: Key) => Stored<void>
    readonly endSignIn: Effect.Effect<void>
    /** Drops the tokens and keeps the registration (CR-95); with a condition only while the store holds that token. */
    readonly forgetGrant: (key: Key, ifRefreshTokenIs?: Secret) => Stored<Swap>
    /** Drops the whole record; with a condition only while it is that client's. Gives whether it was dropped. */
    readonly forget: (key: Key, ifClientIdIs?: string) => Stored<boolean>
  }
>()("mcp-dcr-tui/vault/Vault") {
  /**
   * Files in a directory, by default the platform's; nothing is created before the first record is saved. With a key they are
   * encrypted; where the key comes from is looked at when the first file is met.
   */
  static readonly layer = (
    options: {
      readonly directory?: string | undefined
      readonly key?: StoreKey | undefined
      readonly profile?: string | undefined
    } = {},
  ): Layer.Layer<Vault> =>
    Layer.sync(Vault, () => {
      const directory = options.directory ?? defaultDirectory()
      return vaultOn(fileShelf(directory, options.key), directory, options.profile)
    })

  /** For `--no-store`, and where no store can be had: forgotten when the program ends. */
  static readonly memory: Layer.Layer<Vault> = Layer.sync(Vault, () => vaultOn(memoryShelf(), undefined, undefined))
}

const lastUsedFirst = (records: ReadonlyArray<StoredRecord>): ReadonlyArray<StoredRecord> =>
  records.toSorted((a, b) => b.lastUsedAt - a.lastUsedAt)

const holdsToken = (record: StoredRecord, token: Secret | undefined): boolean => {
  const held = record.grant?.refreshToken
  return held === undefined || token === undefined ? held === token : reveal(held) === reveal(token)
}

const withoutGrant = ({ grant: _, ...rest }: StoredRecord): StoredRecord => rest

const replaceOn = (shelf: Shelf): ReplaceGrant =>
  Effect.fn("vault.replaceGrant")(function* ({ key, ifRefreshTokenIs, grant }) {
    const now = yield* Clock.currentTimeMillis
    return yield* shelf.change<Swap>(key, (before) => {
      if (before === undefined || !holdsToken(before, ifRefreshTokenIs))
        return { act: "keep", result: { swapped: false, record: before } }
      const record: StoredRecord = { ...before, grant, updatedAt: now, lastUsedAt: now }
      return { act: "write", record, result: { swapped: true, record } }
    })
  })

const clientFor = (
  records: ReadonlyArray<StoredRecord>,
  issuer: string,
  profile: string | undefined,
): StoredClient | undefined => {
  const candidates = lastUsedFirst(records.filter((record) => record.issuer === issuer))
  const own = candidates.find((record) => record.profile === profile)
  return (own ?? candidates.find(({ client }) => client.source === "dcr"))?.client
}

const isSameClient = (one: StoredClient, other: StoredClient): boolean =>
  one.issuer === other.issuer && one.clientId === other.clientId

const replaceClientOn = (shelf: Shelf) =>
  Effect.fn("vault.replaceClient")(function* (client: StoredClient) {
    const now = yield* Clock.currentTimeMillis
    for (const record of yield* shelf.all)
      if (isSameClient(record.client, client))
        yield* shelf.change(record, (before) =>
          before !== undefined && isSameClient(before.client, client)
            ? { act: "write", record: { ...before, client, updatedAt: now }, result: undefined }
            : { act: "keep", result: undefined },
        )
  })

const signingIn = (shelf: Shelf): Pick<Vault["Service"], "beginSignIn" | "endSignIn"> => {
  const { take, letGo } = makeHold()
  return {
    beginSignIn: (key) => take(fileNameOf(key), shelf.exclusively(key, "signing in", "sign-in")),
    endSignIn: letGo,
  }
}

const vaultOn = (shelf: Shelf, directory: string | undefined, profile: string | undefined): Vault["Service"] => ({
  directory,
  profile,
  replaceClient: replaceClientOn(shelf),
  exclusively: shelf.exclusively,
  ...signingIn(shelf),
  replaceGrant: replaceOn(shelf),
  renewGrant: renewing(shelf, replaceOn(shelf)),
  list: Effect.map(shelf.all, lastUsedFirst),
  findByServer: (serverUrl) =>
    Effect.map(shelf.all, (records) =>
      lastUsedFirst(records.filter((record) => record.serverUrl === serverUrl && record.profile === profile)),
    ),
  find: (key) => shelf.change(key, (record) => ({ act: "keep", result: record })),
  findClient: (issuer) => Effect.map(shelf.all, (records) => clientFor(records, issuer, profile)),

  save: Effect.fn("vault.save")(function* (entry: Entry) {
    const now = yield* Clock.currentTimeMillis
    const named = { ...entry, ...(profile === undefined ? {} : { profile }) }
    return yield* shelf.change(named, (before) => {
      const record: StoredRecord = {
        ...named,
        schemaVersion: currentVersion,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
        lastUsedAt: now,
      }
      return { act: "write", record, result: record }
    })
  }),

  touch: Effect.fn("vault.touch")(function* (key: Key) {
    const now = yield* Clock.currentTimeMillis
    yield* shelf.change(key, (before) =>
      before === undefined
        ? { act: "keep", result: undefined }
        : { act: "write", record: { ...before, lastUsedAt: now }, result: undefined },
    )
  }),

  forgetGrant: Effect.fn("vault.forgetGrant")(function* (key: Key, ifRefreshTokenIs?: Secret) {
    const now = yield* Clock.currentTimeMillis
    return yield* shelf.change<Swap>(key, (before) => {
      if (before === undefined || (ifRefreshTokenIs !== undefined && !holdsToken(before, ifRefreshTokenIs)))
        return { act: "keep", result: { swapped: false, record: before } }
      const record: StoredRecord = { ...withoutGrant(before), updatedAt: now }
      return { act: "write", record, result: { swapped: true, record } }
    })
  }),

  forget: (key, ifClientIdIs) =>
    shelf.change(key, (before) =>
      before === undefined || (ifClientIdIs !== undefined && before.client.clientId !== ifClientIdIs)
        ? { act: "keep", result: false }
        : { act: "remove", result: true },
    ),
})

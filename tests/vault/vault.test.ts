import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import type { Client } from "../../source/oauth/client-identity.ts"
import type { Grant } from "../../source/oauth/grant.ts"
import { Findings } from "../../source/text/finding.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import type { StoredClient, StoredGrant } from "../../source/vault/record.ts"
import { Vault } from "../../source/vault/vault.ts"
import { entry, grant, issuer, key, serverUrl, temporaryDirectory } from "./records.ts"

// The rooms may not import each other, so their shapes are held together here: each line fails to compile when they part.
const toVault: (client: Client, grant: Grant) => readonly [StoredClient, StoredGrant] = (client, grant) => [
  client,
  grant,
]
const fromVault: (client: StoredClient, grant: StoredGrant) => readonly [Client, Grant] = (client, grant) => [
  client,
  grant,
]

const noFindings = Layer.succeed(Findings, { raise: (finding) => Effect.die(`unexpected finding: ${finding.text}`) })

const stores = [
  [
    "files",
    Layer.unwrap(Effect.map(temporaryDirectory, (directory) => Vault.layer({ directory: `${directory}/store` }))),
  ],
  ["memory", Vault.memory],
] as const

describe.each(stores)("the vault in %s", (_, store) => {
  const test = (name: string, body: Effect.Effect<void, unknown, Vault | Findings>) =>
    it.effect(name, () => body.pipe(Effect.provide(store), Effect.provide(noFindings)))

  test(
    "gives back what was saved, secrets wrapped, stamped with the times",
    Effect.gen(function* () {
      const vault = yield* Vault
      yield* TestClock.adjust("5 seconds")
      yield* vault.save(entry())
      const found = yield* vault.find(key)
      expect(found).toMatchObject({
        schemaVersion: 2,
        serverUrl,
        createdAt: 5_000,
        updatedAt: 5_000,
        lastUsedAt: 5_000,
      })
      expect(found?.grant && reveal(found.grant.accessToken)).toBe("canary-access-1")
      expect(found?.client.registrationAccessToken && reveal(found.client.registrationAccessToken)).toBe(
        "canary-registration",
      )
      expect(inspect(found, { depth: null }) + JSON.stringify(found)).not.toContain("canary")
      if (found?.grant) {
        const [client] = fromVault(found.client, found.grant)
        expect(toVault(client, grant())[0].clientId).toBe("client-1")
      }
      yield* TestClock.adjust("5 seconds")
      yield* vault.save(entry())
      expect(yield* vault.find(key)).toMatchObject({ createdAt: 5_000, updatedAt: 10_000 })
      yield* TestClock.adjust("5 seconds")
      yield* vault.touch(key)
      expect(yield* vault.find(key)).toMatchObject({ updatedAt: 10_000, lastUsedAt: 15_000 })
    }),
  )

  test(
    "finds by server and never gives one issuer's client to another (CR-34, CR-65, CR-66)",
    Effect.gen(function* () {
      const vault = yield* Vault
      expect(yield* vault.findByServer(serverUrl)).toEqual([])
      yield* vault.save(entry())
      yield* TestClock.adjust("1 second")
      const other = "https://other.example"
      const { grant: _, ...bare } = entry()
      yield* vault.save({ ...bare, issuer: other, client: { ...bare.client, issuer: other, clientId: "client-2" } })
      expect((yield* vault.findByServer(serverUrl)).map((record) => record.issuer)).toEqual([other, issuer])
      expect(yield* vault.findByServer("https://mcp.example/other")).toEqual([])
      expect((yield* vault.findClient(issuer))?.clientId).toBe("client-1")
      expect((yield* vault.findClient(other))?.clientId).toBe("client-2")
      expect(yield* vault.findClient("https://as.example/")).toBeUndefined()
      expect(yield* vault.find({ issuer, resource: "https://mcp.example/" })).toBeUndefined()
      expect(yield* vault.list).toHaveLength(2)
      expect(yield* vault.forget(key)).toBe(true)
      expect(yield* vault.forget(key)).toBe(false)
      expect(yield* vault.list).toHaveLength(1)
    }),
  )

  test(
    "swaps a grant only while the refresh token is the one that was used (CR-93, CR-95)",
    Effect.gen(function* () {
      const vault = yield* Vault
      const used = secret("refresh_token", "canary-refresh-1")
      expect(yield* vault.replaceGrant({ key, ifRefreshTokenIs: used, grant: grant("2") })).toEqual({
        swapped: false,
        record: undefined,
      })
      yield* vault.save(entry())
      const won = yield* vault.replaceGrant({ key, ifRefreshTokenIs: used, grant: grant("2") })
      expect(won.swapped).toBe(true)
      const lost = yield* vault.replaceGrant({ key, ifRefreshTokenIs: used, grant: grant("3") })
      expect(lost.swapped).toBe(false)
      expect(lost.record?.grant && reveal(lost.record.grant.accessToken)).toBe("canary-access-2")

      // The loser's invalid_grant does not wipe the winner's tokens.
      expect((yield* vault.forgetGrant(key, used)).swapped).toBe(false)
      expect((yield* vault.find(key))?.grant).toBeDefined()
      expect((yield* vault.forgetGrant(key, secret("refresh_token", "canary-refresh-2"))).swapped).toBe(true)
      const left = yield* vault.find(key)
      expect(left?.grant).toBeUndefined()
      expect(left?.client.clientId).toBe("client-1")
    }),
  )

  test(
    "many fibers that refresh at once: one wins",
    Effect.gen(function* () {
      const vault = yield* Vault
      yield* vault.save(entry())
      const used = secret("refresh_token", "canary-refresh-1")
      const swaps = yield* Effect.forEach(
        [2, 3, 4, 5, 6, 7, 8, 9],
        (name) => vault.replaceGrant({ key, ifRefreshTokenIs: used, grant: grant(`${name}`) }),
        { concurrency: "unbounded" },
      )
      expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(1)
    }),
  )

  test(
    "refuses what belongs to different issuers, and secrets without a value",
    Effect.gen(function* () {
      const vault = yield* Vault
      const mixed = yield* Effect.flip(vault.save(entry({ grant: { ...grant(), issuer: "https://evil.example" } })))
      expect(mixed.code).toBe("mixed_up")
      const hollow = yield* Effect.flip(
        vault.save(
          entry({ grant: { ...grant(), accessToken: { label: "access_token", length: 5, fingerprint: "01234567" } } }),
        ),
      )
      expect(hollow.code).toBe("secret_missing")
      expect(yield* vault.list).toEqual([])
    }),
  )
})

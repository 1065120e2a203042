import fs from "node:fs"
import path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Finding } from "../../source/text/finding.ts"
import { Findings } from "../../source/text/finding.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import { Vault } from "../../source/vault/vault.ts"
import { entry, grant, issuer, key, serverUrl, temporaryDirectory } from "./records.ts"

/** As a process of its own, with `--profile` or without. */
const asProfile =
  (directory: string, profile?: string, findings: Array<Finding> = []) =>
  <A, E>(effect: Effect.Effect<A, E, Vault | Findings>) =>
    effect.pipe(
      Effect.provide(Vault.layer({ directory, profile })),
      Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
    )

const tokens = Vault.use((vault) =>
  Effect.map(vault.findByServer(serverUrl), (records) =>
    records.map((record) => record.grant && reveal(record.grant.accessToken)),
  ),
)

describe("profiles", () => {
  it.effect("keep accounts at one server apart, in files of their own", () =>
    Effect.gen(function* () {
      const directory = path.join(yield* temporaryDirectory, "store")
      const plain = asProfile(directory)
      const work = asProfile(directory, "work")
      yield* plain(Vault.use((vault) => vault.save(entry())))
      yield* work(Vault.use((vault) => vault.save(entry({ grant: grant("2") }))))
      expect(yield* plain(tokens)).toEqual(["canary-access-1"])
      expect(yield* work(tokens)).toEqual(["canary-access-2"])
      expect(yield* asProfile(directory, "home")(tokens)).toEqual([])
      const all = yield* plain(Vault.use((vault) => vault.list))
      expect(all.map(({ profile }) => profile).toSorted()).toEqual(["work", undefined])
      // The record itself says whose it is: forgetting one leaves the other.
      const mine = all.find(({ profile }) => profile === "work")
      if (mine === undefined) return expect.unreachable()
      yield* plain(Vault.use((vault) => vault.forgetGrant(mine)))
      expect(yield* work(tokens)).toEqual([undefined])
      expect(yield* plain(tokens)).toEqual(["canary-access-1"])
    }),
  )

  it.effect("share what was registered, and nothing that somebody was given", () =>
    Effect.gen(function* () {
      const directory = path.join(yield* temporaryDirectory, "store")
      const found = asProfile(directory, "home")(Vault.use((vault) => vault.findClient(issuer)))
      const { client } = entry()
      yield* asProfile(directory)(Vault.use((vault) => vault.save(entry({ client: { ...client, source: "cimd" } }))))
      expect(yield* found).toBeUndefined()
      yield* asProfile(directory, "work")(Vault.use((vault) => vault.save(entry())))
      expect((yield* found)?.clientId).toBe("client-1")
    }),
  )

  it.effect("CR-72 a client that its server has changed is changed wherever it is used", () =>
    Effect.gen(function* () {
      const directory = path.join(yield* temporaryDirectory, "store")
      const { client, grant: _, ...rest } = entry()
      yield* asProfile(directory)(Vault.use((vault) => vault.save(entry())))
      yield* asProfile(directory, "work")(Vault.use((vault) => vault.save(entry())))
      const other = { ...rest, resource: "https://other.example/mcp", client: { ...client, clientId: "client-2" } }
      yield* asProfile(directory)(Vault.use((vault) => vault.save(other)))
      const changed = { ...client, registrationAccessToken: secret("registration_access_token", "canary-new") }
      yield* asProfile(directory)(Vault.use((vault) => vault.replaceClient(changed)))
      const all = yield* asProfile(directory)(Vault.use((vault) => vault.list))
      expect(
        all.map((record) => [
          record.client.clientId,
          record.client.registrationAccessToken && reveal(record.client.registrationAccessToken),
        ]),
      ).toEqual(
        expect.arrayContaining([
          ["client-1", "canary-new"],
          ["client-1", "canary-new"],
          ["client-2", "canary-registration"],
        ]),
      )
      // Tokens stay.
      expect(yield* asProfile(directory, "work")(tokens)).toEqual(["canary-access-1"])
    }),
  )

  it.effect("a record of the time before profiles is found where it lies, as the account without a name", () =>
    Effect.gen(function* () {
      const directory = path.join(yield* temporaryDirectory, "store")
      const findings: Array<Finding> = []
      yield* asProfile(directory)(Vault.use((vault) => vault.save(entry())))
      const file = path.join(directory, "mcp.example-70a26459f0063cb8.json")
      expect(fs.readdirSync(directory).filter((name) => name.endsWith(".json"))).toEqual([path.basename(file)])
      const old = JSON.parse(fs.readFileSync(file, "utf8"))
      expect(Object.keys(old)).not.toContain("profile")
      fs.writeFileSync(file, JSON.stringify({ ...old, schemaVersion: 1 }))
      expect(yield* asProfile(directory, undefined, findings)(tokens)).toEqual(["canary-access-1"])
      // Looking changes nothing; the next write brings it up to date.
      expect(JSON.parse(fs.readFileSync(file, "utf8")).schemaVersion).toBe(1)
      yield* asProfile(directory, undefined, findings)(Vault.use((vault) => vault.touch(key)))
      expect(JSON.parse(fs.readFileSync(file, "utf8")).schemaVersion).toBe(2)
      expect(findings).toEqual([])
    }),
  )
})

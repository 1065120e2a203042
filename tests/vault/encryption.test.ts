import fs from "node:fs"
import path from "node:path"
import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import { fileNameOf } from "../../source/vault/directory.ts"
import { type StoreKey, storeKeyOf } from "../../source/vault/store-key.ts"
import { Vault } from "../../source/vault/vault.ts"
import { entry, grant, key, temporaryDirectory } from "./records.ts"

const save = Vault.use((vault) => vault.save(entry()))
const find = Vault.use((vault) => vault.find(key))

const given = (value: string): StoreKey => ({ from: "environment", value: secret("store_key", value) })
const right = given("canary-key-0123456789")
const wrong = given("canary-key-9876543210")

const prepared = Effect.gen(function* () {
  const home = yield* temporaryDirectory
  const directory = path.join(home, "store")
  const findings: Array<Finding> = []
  const run = <A, E>(storeKey: StoreKey | undefined, effect: Effect.Effect<A, E, Vault | Findings>) =>
    effect.pipe(
      Effect.provide(Vault.layer({ directory, key: storeKey })),
      Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
    )
  const file = path.join(directory, `${fileNameOf(key)}.json`)
  const token = (record: Effect.Success<typeof find>) => record?.grant && reveal(record.grant.accessToken)
  return { home, directory, findings, run, file, token }
})

describe("encryption at rest", () => {
  it.effect("nothing of a record can be read in the files, and with the key all of it", () =>
    Effect.gen(function* () {
      const { directory, run, token } = yield* prepared
      yield* run(right, save)
      for (const name of fs.readdirSync(directory)) {
        const bytes = fs.readFileSync(path.join(directory, name), "latin1")
        expect(bytes).not.toMatch(/canary|issuer|client|token|example/)
        expect((fs.statSync(path.join(directory, name)).mode & 0o777).toString(8)).toBe("600")
      }
      expect(token(yield* run(right, find))).toBe("canary-access-1")
      expect(
        yield* run(
          right,
          Vault.use((vault) => vault.list),
        ),
      ).toHaveLength(1)
    }),
  )

  it.effect("a wrong key, and none, are named failures that change nothing", () =>
    Effect.gen(function* () {
      const { directory, run, file, token, findings } = yield* prepared
      yield* run(right, save)
      const before = fs.readFileSync(file)
      for (const [storeKey, code] of [
        [wrong, "key_wrong"],
        [undefined, "key_missing"],
      ] as const) {
        const failure = yield* Effect.flip(run(storeKey, find))
        expect(failure).toMatchObject({ code, file })
        expect((yield* Effect.flip(run(storeKey, save))).code).toBe(code)
        // A store has one key: another record does not get another one, nor none.
        const other = Vault.use((vault) => vault.save(entry({ resource: "https://mcp.example/other" })))
        expect((yield* Effect.flip(run(storeKey, other))).code).toBe(code)
        expect(inspect(failure, { depth: null })).not.toContain("canary")
      }
      expect(
        yield* run(
          wrong,
          Vault.use((vault) => vault.list),
        ),
      ).toEqual([])
      expect(findings.map(({ text }) => text).join()).toContain("do not open with this key")
      expect(fs.readFileSync(file)).toEqual(before)
      expect(fs.readdirSync(directory)).toHaveLength(2)
      expect(token(yield* run(right, find))).toBe("canary-access-1")
    }),
  )

  it.effect("a changed or cut file is told from a wrong key, and left as it is", () =>
    Effect.gen(function* () {
      const { run, file } = yield* prepared
      yield* run(right, save)
      const whole = fs.readFileSync(file)
      const flipped = Buffer.from(whole)
      flipped[100] = (flipped[100] ?? 0) ^ 1
      for (const bytes of [flipped, whole.subarray(0, whole.length - 7)]) {
        fs.writeFileSync(file, bytes)
        expect((yield* Effect.flip(run(right, find))).code).toBe("tampered")
        expect((yield* Effect.flip(run(right, save))).code).toBe("tampered")
        expect(fs.readFileSync(file).equals(bytes)).toBe(true)
      }
    }),
  )

  it.effect("a store that was open before is encrypted as it is written", () =>
    Effect.gen(function* () {
      const { run, file, token } = yield* prepared
      yield* run(undefined, save)
      expect(token(yield* run(right, find))).toBe("canary-access-1")
      expect(fs.readFileSync(file, "utf8")).toContain("canary-access-1")
      yield* run(
        right,
        Vault.use((vault) => vault.touch(key)),
      )
      expect(fs.readFileSync(file, "latin1")).not.toContain("canary")
      expect(token(yield* run(right, find))).toBe("canary-access-1")
    }),
  )

  it.effect("a damaged file that is not encrypted is moved aside as ever", () =>
    Effect.gen(function* () {
      const { run, file } = yield* prepared
      yield* run(right, save)
      fs.writeFileSync(file, '{"schemaVersion":')
      expect(yield* run(right, find)).toBeUndefined()
      expect(fs.existsSync(`${file}.corrupt-1`)).toBe(true)
    }),
  )

  it.effect("a refresh works under a key as well", () =>
    Effect.gen(function* () {
      const { run, token } = yield* prepared
      yield* run(right, save)
      const renew = Vault.use((vault) =>
        vault.renewGrant({ key, refresh: () => Effect.succeed(grant("2")), settled: () => true }),
      )
      expect((yield* run(right, renew)).by).toBe("us")
      expect(token(yield* run(right, find))).toBe("canary-access-2")
    }),
  )
})

describe("where the key comes from", () => {
  it("a flag before the environment, and no key without either", () => {
    const env = { MCP_DCR_TUI_STORE_KEY: "canary-key-0123456789" }
    expect(storeKeyOf({}, {})).toBeUndefined()
    expect(storeKeyOf({}, { MCP_DCR_TUI_STORE_KEY: "" })).toBeUndefined()
    expect(storeKeyOf({}, env)).toMatchObject({ from: "environment" })
    expect(JSON.stringify(storeKeyOf({}, env))).not.toContain("canary")
    expect(storeKeyOf({ file: "/key" }, env)).toEqual({ from: "file", path: "/key" })
    expect(storeKeyOf({ keyring: true }, env)).toEqual({ from: "keyring" })
  })

  it.effect("a file of one line that its owner alone can read", () =>
    Effect.gen(function* () {
      const { home, run, token } = yield* prepared
      const file = path.join(home, "key")
      fs.writeFileSync(file, "canary-key-0123456789\n", { mode: 0o600 })
      yield* run({ from: "file", path: file }, save)
      // The same key, from elsewhere.
      expect(token(yield* run(right, find))).toBe("canary-access-1")
      const link = path.join(home, "link")
      fs.symlinkSync(file, link)
      expect(token(yield* run({ from: "file", path: link }, find))).toBe("canary-access-1")
    }),
  )

  it.effect("anything else is refused before a file is touched", () =>
    Effect.gen(function* () {
      const { home, directory, run } = yield* prepared
      const write = (name: string, text: string, mode: number) => {
        const file = path.join(home, name)
        fs.writeFileSync(file, text, { mode })
        fs.chmodSync(file, mode)
        return file
      }
      for (const file of [
        path.join(home, "absent"),
        write("empty", "", 0o600),
        write("short", "canary-short\n", 0o600),
        write("lines", "canary-key-0123456789\ncanary-key-0123456789", 0o600),
        write("loose", "canary-key-0123456789", 0o640),
      ]) {
        const failure = yield* Effect.flip(run({ from: "file", path: file }, save))
        expect(failure).toMatchObject({ code: "key_unusable", file })
        expect(inspect(failure)).not.toContain("canary")
      }
      expect((yield* Effect.flip(run(given("short"), save))).code).toBe("key_unusable")
      expect(fs.existsSync(directory)).toBe(false)
    }),
  )
})

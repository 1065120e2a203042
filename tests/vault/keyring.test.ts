import fs from "node:fs"
import path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Findings } from "../../source/text/finding.ts"
import { reveal } from "../../source/text/secret.ts"
import { keyFromKeyring } from "../../source/vault/keyring.ts"
import { Vault } from "../../source/vault/vault.ts"
import { entry, key, temporaryDirectory } from "./records.ts"

// No keyring runs on a test machine, so a tool of the same name and the same words keeps its secrets in files. It writes
// down what a process list would show.
const secretTool = `#!/bin/sh
echo "$0 $*" >> "$KEYRING/calls"
last() { for word in "$@"; do :; done; echo "$word"; }
file="$KEYRING/$(last "$@")"
case "$1" in
  store) cat > "$file" ;;
  lookup) [ -f "$file" ] && cat "$file" ;;
  clear) rm -f "$file" ;;
esac`

const security = `#!/bin/sh
echo "$0 $*" >> "$KEYRING/calls"
case "$1" in
  -i) read -r verb u a account s service w value; echo "$value" > "$KEYRING/$account" ;;
  find-generic-password) [ -f "$KEYRING/$3" ] && cat "$KEYRING/$3" ;;
  delete-generic-password) rm "$KEYRING/$3" ;;
esac`

/** A tool on the PATH, and nothing else of that name. */
const withTool = (name: string, script: string) =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const keyring = path.join(home, "keyring")
    fs.mkdirSync(keyring)
    if (script !== "") fs.writeFileSync(path.join(home, name), script, { mode: 0o755 })
    const before = { PATH: process.env.PATH, KEYRING: process.env.KEYRING }
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        process.env.PATH = script === "" ? home : `${home}:${before.PATH}`
        process.env.KEYRING = keyring
      }),
      () =>
        Effect.sync(() => {
          process.env.PATH = before.PATH
          if (before.KEYRING === undefined) delete process.env.KEYRING
          else process.env.KEYRING = before.KEYRING
        }),
    )
    const calls = () => fs.readFileSync(path.join(keyring, "calls"), "utf8")
    return { home, keyring, calls, directory: path.join(home, "store") }
  })

describe.each([
  ["linux", "secret-tool", secretTool],
  ["darwin", "security", security],
])("the keyring of %s", (platform, name, script) => {
  it.live("is probed by write, read and delete; gives one key, and shows none in arguments", () =>
    Effect.gen(function* () {
      const { directory, calls, keyring } = yield* withTool(name, script)
      const first = reveal(yield* keyFromKeyring(directory, platform)) ?? ""
      expect(first).toMatch(/^[\w-]{43}$/)
      expect(reveal(yield* keyFromKeyring(directory, platform))).toBe(first)
      expect(reveal(yield* keyFromKeyring(`${directory}2`, platform))).not.toBe(first)
      expect(fs.readdirSync(keyring).filter((file) => file.startsWith("probe-"))).toEqual([])
      expect(fs.readdirSync(keyring).filter((file) => file.startsWith("store-"))).toHaveLength(2)
      expect(calls()).toContain("probe-")
      expect(calls()).not.toContain(first)
    }),
  )

  it.live("that keeps nothing, or is not there, is refused by name", () =>
    Effect.gen(function* () {
      for (const useless of ["#!/bin/sh\nexit 0", "#!/bin/sh\nexit 1", ""]) {
        const failure = yield* Effect.scoped(
          Effect.gen(function* () {
            const { directory } = yield* withTool(name, useless)
            return yield* Effect.flip(keyFromKeyring(directory, platform))
          }),
        )
        expect(failure).toMatchObject({ code: "keyring_unavailable", file: name })
      }
    }),
  )
})

describe("a store with its key in the keyring", () => {
  it.live("is encrypted, and says so when the keyring has lost the key", () =>
    Effect.gen(function* () {
      const name = process.platform === "darwin" ? "security" : "secret-tool"
      const { directory, keyring } = yield* withTool(name, name === "security" ? security : secretTool)
      const run = <A, E>(effect: Effect.Effect<A, E, Vault | Findings>) =>
        effect.pipe(
          Effect.provide(Vault.layer({ directory, key: { from: "keyring" } })),
          Effect.provideService(Findings, { raise: () => Effect.void }),
        )
      yield* run(Vault.use((vault) => vault.save(entry())))
      expect(fs.readdirSync(directory)).toHaveLength(2)
      for (const file of fs.readdirSync(directory))
        expect(fs.readFileSync(path.join(directory, file), "latin1")).not.toContain("canary")
      expect((yield* run(Vault.use((vault) => vault.find(key))))?.client.clientId).toBe("client-1")
      for (const file of fs.readdirSync(keyring)) fs.rmSync(path.join(keyring, file))
      expect((yield* Effect.flip(run(Vault.use((vault) => vault.find(key))))).code).toBe("key_missing")
    }),
  )

  it("is refused where the system has none", () =>
    Effect.runPromise(Effect.flip(keyFromKeyring("/store", "win32"))).then((failure) =>
      expect(failure.code).toBe("keyring_unavailable"),
    ))
})

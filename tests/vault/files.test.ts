import { execFileSync, spawn, spawnSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Finding } from "../../source/text/finding.ts"
import { reveal } from "../../source/text/secret.ts"
import { fileNameOf } from "../../source/vault/directory.ts"
import { Vault } from "../../source/vault/vault.ts"
import { entry, grant, key, serverUrl, temporaryDirectory, withStore } from "./records.ts"

const modeOf = (file: string): string => (fs.statSync(file).mode & 0o777).toString(8)
const save = Vault.use((vault) => vault.save(entry()))
const find = Vault.use((vault) => vault.find(key))
const list = Vault.use((vault) => vault.list)

const act = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<void, E, R> => Effect.asVoid(effect)

/** Everything that must be refused where the place itself is not to be trusted. */
const refusable = [act(find), act(save), act(list)]

/** A store with one record in it, and what was found on the way. */
const stored = Effect.gen(function* () {
  const home = yield* temporaryDirectory
  const directory = path.join(home, "config", "store")
  const findings: Array<Finding> = []
  yield* withStore(directory, findings, save)
  const file = path.join(directory, `${fileNameOf(key)}.json`)
  return {
    home,
    directory,
    findings,
    file,
    use: <A, E>(effect: Effect.Effect<A, E, Vault | import("../../source/text/finding.ts").Findings>) =>
      withStore(directory, findings, effect),
  }
})

/** Another process with the same store: the program's own modules, run by this Node. */
const script = (directory: string, body: string): string => `
  import * as Effect from "effect/Effect"
  import { Findings } from ${JSON.stringify(path.resolve("source/text/finding.ts"))}
  import { Vault } from ${JSON.stringify(path.resolve("source/vault/vault.ts"))}
  import { entry, grant, key } from ${JSON.stringify(path.resolve("tests/vault/records.ts"))}
  import { reveal } from ${JSON.stringify(path.resolve("source/text/secret.ts"))}
  const found = await Effect.runPromise(Effect.gen(function* () { const vault = yield* Vault; ${body} }).pipe(
    Effect.provide(Vault.layer({ directory: ${JSON.stringify(directory)} })),
    Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => console.error(finding.text)) })))
  process.stdout.write(JSON.stringify(found ?? null))`

const inProcess = (
  directory: string,
  body: string,
  before = "",
  user: { readonly uid?: number; readonly gid?: number } = {},
): string =>
  execFileSync(
    process.execPath,
    ["--no-warnings", "--experimental-strip-types", "--input-type=module", "-e", before + script(directory, body)],
    { encoding: "utf8", ...user },
  )

describe("modes (CR-125)", () => {
  it.effect("a directory 0700 and files 0600 under any umask", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      for (const umask of ["0o000", "0o022", "0o077"]) {
        const directory = path.join(home, umask, "deep", "store")
        // The umask belongs to a whole process, so it is set in one of its own.
        inProcess(directory, "yield* vault.save(entry()); yield* vault.touch(key)", `process.umask(${umask});`)
        expect(modeOf(directory)).toBe("700")
        expect(modeOf(path.dirname(directory))).toBe("700")
        expect(fs.readdirSync(directory).map((name) => modeOf(path.join(directory, name)))).toEqual(["600"])
      }
    }),
  )

  it.effect("a file that others may read is refused, and neither used nor changed", () =>
    Effect.gen(function* () {
      const { file, use, findings } = yield* stored
      const before = fs.readFileSync(file)
      fs.chmodSync(file, 0o640)
      expect((yield* Effect.flip(use(find))).code).toBe("loose_mode")
      expect((yield* Effect.flip(use(save))).code).toBe("loose_mode")
      expect(yield* use(list)).toEqual([])
      expect(findings.map(({ text }) => text)).toEqual([expect.stringContaining(file)])
      expect(fs.readFileSync(file)).toEqual(before)
    }),
  )

  it.effect("a directory that others may enter is refused", () =>
    Effect.gen(function* () {
      const { directory, use } = yield* stored
      fs.chmodSync(directory, 0o755)
      for (const act of refusable) {
        const failure = yield* Effect.flip(use(act))
        expect(failure).toMatchObject({ code: "loose_mode", file: directory, detail: "mode 0755" })
        expect(failure.remedy.join(" ")).toContain("chmod 700")
      }
    }),
  )

  it.effect.skipIf(process.geteuid?.() !== 0)("a store of another user is refused (needs root to make one)", () =>
    Effect.gen(function* () {
      const { directory, file, use } = yield* stored
      fs.chownSync(file, 12_345, 12_345)
      expect((yield* Effect.flip(use(find))).code).toBe("foreign_owner")
      fs.chownSync(directory, 12_345, 12_345)
      expect(yield* Effect.flip(use(list))).toMatchObject({ code: "foreign_owner", file: directory })
    }),
  )
})

describe("symbolic links (CR-125)", () => {
  it.effect("a linked file is neither read, written nor followed", () =>
    Effect.gen(function* () {
      const { home, file, use } = yield* stored
      const target = path.join(home, "target.json")
      fs.renameSync(file, target)
      fs.symlinkSync(target, file)
      const before = fs.readFileSync(target)
      for (const act of [find, save]) expect(yield* Effect.flip(use(act))).toMatchObject({ code: "symlink", file })
      expect(fs.readFileSync(target)).toEqual(before)
    }),
  )

  it.effect("a link to nowhere does not make a file there", () =>
    Effect.gen(function* () {
      const { home, file, use } = yield* stored
      const target = path.join(home, "nowhere.json")
      fs.rmSync(file)
      fs.symlinkSync(target, file)
      expect((yield* Effect.flip(use(save))).code).toBe("symlink")
      expect(fs.existsSync(target)).toBe(false)
    }),
  )

  it.effect("a linked directory is refused", () =>
    Effect.gen(function* () {
      const { home, directory, findings } = yield* stored
      const link = path.join(home, "link")
      fs.symlinkSync(directory, link)
      expect((yield* Effect.flip(withStore(link, findings, find))).code).toBe("symlink")
      expect((yield* Effect.flip(withStore(link, findings, save))).code).toBe("symlink")
    }),
  )
})

describe("damaged files (CR-126)", () => {
  const damages = [
    ["0 bytes", ""],
    ["an array", "[]"],
    ["null", "null"],
    ["a string", '"x"'],
    ["no JSON", "canary-garbage"],
    ["an empty object", "{}"],
    ["a foreign object", '{"schemaVersion":1,"servers":{}}'],
    ["an old version", '{"schemaVersion":0}'],
    ["bytes that are no text", "\ufffd\0\x01"],
  ] as const

  for (const [name, text] of damages)
    it.effect(`${name}: moved aside with a message, then written anew`, () =>
      Effect.gen(function* () {
        const { file, use, findings } = yield* stored
        fs.writeFileSync(file, text)
        expect(yield* use(find)).toBeUndefined()
        expect(fs.readFileSync(`${file}.corrupt-1`, "utf8")).toBe(text)
        expect(modeOf(`${file}.corrupt-1`)).toBe("600")
        expect(fs.existsSync(file)).toBe(false)
        expect(findings).toHaveLength(1)
        expect(findings[0]).toMatchObject({ severity: "warning", text: expect.stringContaining(`${file}.corrupt-1`) })
        expect(findings[0]?.text).not.toContain("canary")
        yield* use(save)
        expect((yield* use(find))?.serverUrl).toBe(serverUrl)
      }),
    )

  it.effect("cut off, while saving: the old bytes survive, the second one gets the next number", () =>
    Effect.gen(function* () {
      const { file, use } = yield* stored
      const half = fs.readFileSync(file).subarray(0, 200)
      for (const count of [1, 2]) {
        fs.writeFileSync(file, half)
        yield* use(save)
        expect(fs.readFileSync(`${file}.corrupt-${count}`)).toEqual(half)
        expect((yield* use(find))?.serverUrl).toBe(serverUrl)
      }
    }),
  )

  it.effect("a record under another record's name is not used", () =>
    Effect.gen(function* () {
      const { directory, file, use } = yield* stored
      const other = { ...key, resource: "https://mcp.example/other" }
      fs.copyFileSync(file, path.join(directory, `${fileNameOf(other)}.json`))
      expect(yield* use(Vault.use((vault) => vault.find(other)))).toBeUndefined()
      expect(yield* use(list)).toHaveLength(1)
    }),
  )

  it.effect("100 MB are moved aside unread", () =>
    Effect.gen(function* () {
      const { file, use, findings } = yield* stored
      fs.truncateSync(file, 100_000_000)
      expect(yield* use(list)).toEqual([])
      expect(findings[0]?.text).toContain("100000000 bytes")
    }),
  )

  it.effect("one damaged file takes nothing from the others", () =>
    Effect.gen(function* () {
      const { file, use, findings } = yield* stored
      const other = entry({ resource: "https://mcp.example/other" })
      yield* use(Vault.use((vault) => vault.save(other)))
      fs.writeFileSync(file, "[]")
      expect((yield* use(list)).map(({ resource }) => resource)).toEqual(["https://mcp.example/other"])
      expect(findings).toHaveLength(1)
    }),
  )

  it.effect("a newer version's file is left as it is, also by saving", () =>
    Effect.gen(function* () {
      const { file, use } = yield* stored
      fs.writeFileSync(file, '{"schemaVersion":3,"future":true}')
      expect((yield* Effect.flip(use(find))).code).toBe("newer_version")
      expect((yield* Effect.flip(use(save))).code).toBe("newer_version")
      expect(fs.readFileSync(file, "utf8")).toBe('{"schemaVersion":3,"future":true}')
    }),
  )
})

describe("places that cannot be used", () => {
  it.effect("nothing is created by looking", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const directory = path.join(home, "store")
      expect(yield* withStore(directory, [], list)).toEqual([])
      expect(yield* withStore(directory, [], find)).toBeUndefined()
      expect(fs.existsSync(directory)).toBe(false)
    }),
  )

  it.effect("a file in place of the directory, or on the way to it", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const directory = path.join(home, "store")
      fs.writeFileSync(directory, "x")
      for (const place of [directory, path.join(directory, "deeper")])
        for (const act of refusable)
          expect((yield* Effect.flip(withStore(place, [], act))).code).toBe("not_a_directory")
    }),
  )

  it.effect("a directory in place of the record", () =>
    Effect.gen(function* () {
      const { file, use } = yield* stored
      fs.rmSync(file)
      fs.mkdirSync(file)
      expect((yield* Effect.flip(use(save))).code).toBe("not_a_file")
    }),
  )

  it.effect("a directory where nothing can be made", () =>
    Effect.gen(function* () {
      // Modes do not bind root, so the kernel's own read-only directory stands for one.
      const failure = yield* Effect.flip(withStore("/proc/store", [], save))
      expect(failure).toMatchObject({ code: "unwritable", file: "/proc/store" })
      expect(failure.message).toContain("/proc/store")
      expect(yield* withStore("/proc/store", [], list)).toEqual([])
    }),
  )

  it.effect("EACCES: a read-only store is read, and says which file cannot be written and why", () =>
    Effect.gen(function* () {
      const { home, directory, file } = yield* stored
      // Modes do not bind root: then a process of another user looks, whose store it is.
      const user = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
      if (user.uid !== undefined) {
        fs.chmodSync(home, 0o755)
        fs.chmodSync(path.dirname(directory), 0o755)
        for (const each of [directory, file]) fs.chownSync(each, user.uid, user.gid)
      }
      fs.chmodSync(directory, 0o500)
      const body = `const found = yield* vault.find(key)
        const it = yield* Effect.flip(vault.save(entry()))
        return [found.serverUrl, it.code, it.file, it.detail]`
      const [found, code, named, detail] = JSON.parse(inProcess(directory, body, "", user))
      expect([found, code, named]).toEqual([serverUrl, "unwritable", file])
      expect(detail).toContain("EACCES")
      fs.chmodSync(directory, 0o700)
    }),
  )

  it.effect("no file may grow any more: the old record stays", () =>
    Effect.gen(function* () {
      const { directory, file } = yield* stored
      const before = fs.readFileSync(file)
      // A limit on the size of files gives EFBIG where a full disk gives ENOSPC; both stop the write half way. The limit also
      // sends a signal, which a package below conf would answer by ending the process.
      const calm = 'await import("conf"); process.removeAllListeners("SIGXFSZ"); process.on("SIGXFSZ", () => {});'
      const body = `const it = yield* Effect.flip(vault.save(entry({ tokenEndpoint: "https://as.example/" + "x".repeat(100000) }))); return [it.code, it.file]`
      const command = `ulimit -f 16; trap '' XFSZ; exec "$0" "$@"`
      const node = [process.execPath, "--no-warnings", "--experimental-strip-types", "--input-type=module", "-e"]
      const out = execFileSync("bash", ["--norc", "-c", command, ...node, calm + script(directory, body)], {
        encoding: "utf8",
      })
      expect(JSON.parse(out)).toEqual(["unwritable", file])
      expect(fs.readFileSync(file)).toEqual(before)
      expect(fs.readdirSync(directory)).toHaveLength(1)
    }),
  )

  const smallDisk = Effect.acquireRelease(
    Effect.sync(() => {
      const place = fs.mkdtempSync(path.join(os.tmpdir(), "vault-disk-"))
      const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k,mode=0700", "tmpfs", place])
      return { place, mounted: status === 0 }
    }),
    ({ place, mounted }) =>
      Effect.sync(() => {
        if (mounted) execFileSync("umount", [place])
        fs.rmdirSync(place)
      }),
  )

  it.effect.skipIf(process.geteuid?.() !== 0)("a full disk: the old record stays, and this run keeps the new one", () =>
    Effect.gen(function* () {
      const { place, mounted } = yield* smallDisk
      // A container may not mount; then the test above must do.
      if (!mounted) return
      const directory = path.join(place, "store")
      const findings: Array<Finding> = []
      yield* withStore(directory, findings, save)
      const file = path.join(directory, `${fileNameOf(key)}.json`)
      const before = fs.readFileSync(file)
      const filler = path.join(place, "filler")
      expect(() => fs.writeFileSync(filler, Buffer.alloc(1_000_000))).toThrow("ENOSPC")
      const inOneRun = Effect.gen(function* () {
        const vault = yield* Vault
        const refused = yield* Effect.flip(vault.save(entry({ grant: grant("2") })))
        expect(refused).toMatchObject({ code: "unwritable", file })
        expect(refused.message).toContain(file)
        return yield* vault.find(key)
      })
      const kept = yield* withStore(directory, findings, inOneRun)
      expect(kept?.grant && reveal(kept.grant.accessToken)).toBe("canary-access-2")
      expect(fs.readFileSync(file)).toEqual(before)
      fs.rmSync(filler)
      // Nothing was left that would be in the way, and the next run finds what is in the file.
      const found = yield* withStore(directory, findings, find)
      expect(found?.grant && reveal(found.grant.accessToken)).toBe("canary-access-1")
      yield* withStore(directory, findings, save)
      expect(fs.readdirSync(directory)).toEqual([path.basename(file)])
    }),
  )
})

describe("several processes", () => {
  it.effect("what one stored the next one finds", () =>
    Effect.gen(function* () {
      const { directory } = yield* stored
      const out = inProcess(directory, "const it = yield* vault.find(key); return reveal(it.grant.accessToken)")
      expect(JSON.parse(out)).toBe("canary-access-1")
    }),
  )

  it.live("four that write different records at once lose none", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const directory = path.join(home, "store")
      const write = (name: string) =>
        `for (let count = 0; count < 10; count += 1) yield* vault.save(entry({ resource: "https://mcp.example/${name}/" + count }))`
      const codes = yield* Effect.forEach(
        ["a", "b", "c", "d"],
        (name) =>
          Effect.callback<number | null>((resume) => {
            const child = spawn(
              process.execPath,
              [
                "--no-warnings",
                "--experimental-strip-types",
                "--input-type=module",
                "-e",
                script(directory, write(name)),
              ],
              {
                stdio: "ignore",
              },
            )
            child.once("exit", (code) => resume(Effect.succeed(code)))
          }),
        { concurrency: "unbounded" },
      )
      expect(codes).toEqual([0, 0, 0, 0])
      expect(yield* withStore(directory, [], list)).toHaveLength(40)
    }),
  )

  it.effect("what killed writers left is swept, what living ones are writing is not", () =>
    Effect.gen(function* () {
      const { directory, file, use } = yield* stored
      const [old, young] = [path.join(directory, ".writing-old"), path.join(directory, ".writing-young")]
      for (const staging of [old, young]) {
        fs.mkdirSync(staging, { mode: 0o700 })
        fs.writeFileSync(path.join(staging, "x.json"), "canary", { mode: 0o600 })
      }
      fs.utimesSync(old, 1, 1)
      yield* use(Vault.use((vault) => vault.save(entry({ grant: grant("2") }))))
      expect(fs.readdirSync(directory).toSorted()).toEqual([".writing-young", path.basename(file)])
    }),
  )
})

describe("secrets (CR-124)", () => {
  it.effect("are in the record file and in no failure, finding or file name", () =>
    Effect.gen(function* () {
      const { home, file, use, findings } = yield* stored
      const holding = fs
        .readdirSync(home, { recursive: true, encoding: "utf8" })
        .map((name) => path.join(home, name))
        .filter(
          (name) =>
            name.includes("canary") || (fs.statSync(name).isFile() && fs.readFileSync(name, "utf8").includes("canary")),
        )
      expect(holding).toEqual([file])
      // A record that decodes but for one member is the one whose report could quote the rest.
      const record: unknown = JSON.parse(fs.readFileSync(file, "utf8"))
      fs.writeFileSync(file, JSON.stringify({ ...(typeof record === "object" ? record : {}), client: "canary-client" }))
      yield* use(find)
      expect(JSON.stringify(findings)).toContain("client")
      expect(JSON.stringify(findings)).not.toContain("canary")
    }),
  )
})

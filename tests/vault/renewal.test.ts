import fs from "node:fs"
import path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import { fileNameOf } from "../../source/vault/directory.ts"
import type { StoredGrant } from "../../source/vault/record.ts"
import { Vault } from "../../source/vault/vault.ts"
import { startScript, vaultScript } from "./processes.ts"
import { entry, grant, key, temporaryDirectory } from "./records.ts"

const tokenOf = (held: StoredGrant | undefined) => held && reveal(held.accessToken)
const stale = grant().accessToken
/** A grant that lives on for a day of the test's clock. */
const long = (name: string) => ({ ...grant(name), obtainedAt: 0, expiresAt: 86_400_000 })

const prepared = Effect.gen(function* () {
  const directory = path.join(yield* temporaryDirectory, "store")
  const findings: Array<Finding> = []
  const run = <A, E, R>(effect: Effect.Effect<A, E, R | Vault | Findings>) =>
    effect.pipe(
      Effect.provide(Vault.layer({ directory })),
      Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
    )
  yield* run(Vault.use((vault) => vault.save(entry())))
  const note = path.join(directory, `${fileNameOf(key)}.refreshing`)
  return { directory, findings, run, note, find: run(Vault.use((vault) => vault.find(key))) }
})

const renew = <E>(
  refresh: (used: string) => Effect.Effect<StoredGrant, E>,
  more: { readonly stale?: typeof stale; readonly settled?: (failure: E) => boolean } = {},
) =>
  Vault.use((vault) =>
    vault.renewGrant({
      key,
      refresh: ({ grant: { refreshToken } }) => refresh(reveal(refreshToken) ?? ""),
      settled: () => true,
      ...more,
    }),
  )

describe("a refresh through the vault (CR-93, CR-94)", () => {
  it.effect("is stored before anybody gets the token, with a note while it is under way", () =>
    Effect.gen(function* () {
      const { run, find, note, directory, findings } = yield* prepared
      const renewed = yield* run(
        renew((used) =>
          Effect.sync(() => {
            expect(used).toBe("canary-refresh-1")
            expect(fs.readFileSync(note, "utf8")).toContain(`"pid":${process.pid}`)
            expect(fs.readFileSync(note, "utf8")).not.toContain("canary")
            expect((fs.statSync(note).mode & 0o777).toString(8)).toBe("600")
            return grant("2")
          }),
        ),
      )
      expect(renewed.by).toBe("us")
      expect(tokenOf((yield* find)?.grant)).toBe("canary-access-2")
      expect(fs.readdirSync(directory)).toEqual([`${fileNameOf(key)}.json`])
      expect(findings).toEqual([])
    }),
  )

  it.effect("many fibers, one stale token: one refresh, and all get what it brought", () =>
    Effect.gen(function* () {
      const { run } = yield* prepared
      let refreshes = 0
      const one = renew(
        () =>
          Effect.gen(function* () {
            refreshes += 1
            yield* Effect.yieldNow
            return long(`${refreshes + 1}`)
          }),
        { stale },
      )
      const all = yield* run(
        Effect.all(
          Array.from({ length: 20 }, () => one),
          { concurrency: "unbounded" },
        ),
      )
      expect(refreshes).toBe(1)
      expect(all.filter(({ by }) => by === "us")).toHaveLength(1)
      expect(all.filter(({ by }) => by === "another")).toHaveLength(19)
      for (const each of all) expect(each.by !== "nobody" && tokenOf(each.grant)).toBe("canary-access-2")
    }),
  )

  it.effect("who comes with an old token only reads, unless the new one is about to end as well", () =>
    Effect.gen(function* () {
      const { run } = yield* prepared
      const old = secret("access_token", "canary-access-0")
      const adopted = yield* run(renew(() => Effect.die("nothing was to be sent"), { stale: old }))
      expect(adopted.by).toBe("another")
      yield* TestClock.adjust("3570 seconds")
      expect((yield* run(renew(() => Effect.succeed(long("2")), { stale: old }))).by).toBe("us")
      // Asked for without a reason, it is done in any case.
      expect((yield* run(renew(() => Effect.succeed(long("3"))))).by).toBe("us")
    }),
  )

  it.effect("a token of a saved journal is known by its fingerprint", () =>
    Effect.gen(function* () {
      const { run } = yield* prepared
      const saved = { ...stale }
      expect(reveal(saved)).toBeUndefined()
      expect((yield* run(renew(() => Effect.succeed(long("2")), { stale: saved }))).by).toBe("us")
      expect((yield* run(renew(() => Effect.die("not again"), { stale: saved }))).by).toBe("another")
    }),
  )

  it.effect("after a sign-out, or without a refresh token, there is nothing to refresh", () =>
    Effect.gen(function* () {
      const { run } = yield* prepared
      const never = renew(() => Effect.die("nothing to send"))
      const { refreshToken: _, ...bare } = grant()
      yield* run(Vault.use((vault) => vault.save(entry({ grant: bare }))))
      expect(yield* run(never)).toMatchObject({ by: "nobody" })
      yield* run(Vault.use((vault) => vault.forgetGrant(key)))
      expect(yield* run(never)).toMatchObject({ by: "nobody", record: { client: { clientId: "client-1" } } })
      yield* run(Vault.use((vault) => vault.forget(key)))
      expect(yield* run(never)).toEqual({ by: "nobody", record: undefined })
    }),
  )

  it.effect("a failure changes nothing, and is passed on", () =>
    Effect.gen(function* () {
      const { run, find, directory } = yield* prepared
      expect(yield* Effect.flip(run(renew(() => Effect.fail("invalid_grant"))))).toBe("invalid_grant")
      expect(tokenOf((yield* find)?.grant)).toBe("canary-access-1")
      expect(fs.readdirSync(directory)).toHaveLength(1)
    }),
  )

  it.effect("what a sign-in stored meanwhile is not overwritten", () =>
    Effect.gen(function* () {
      const { run, find } = yield* prepared
      const signIn = run(Vault.use((vault) => vault.save(entry({ grant: grant("signed-in") }))))
      const renewed = yield* run(renew(() => Effect.as(Effect.orDie(signIn), grant("2"))))
      expect(renewed.by !== "nobody" && tokenOf(renewed.grant)).toBe("canary-access-signed-in")
      expect(tokenOf((yield* find)?.grant)).toBe("canary-access-signed-in")
    }),
  )

  it.effect("what was forgotten meanwhile stays forgotten", () =>
    Effect.gen(function* () {
      const { run, find } = yield* prepared
      const forget = run(Vault.use((vault) => vault.forget(key)))
      const renewed = yield* run(renew(() => Effect.as(Effect.orDie(forget), grant("2"))))
      expect(renewed.by !== "nobody" && tokenOf(renewed.grant)).toBe("canary-access-2")
      expect(yield* find).toBeUndefined()
    }),
  )

  /** A refresh whose answer comes when the test says so, and the interruption of whoever wanted it. */
  const interrupted = Effect.gen(function* () {
    const { run, ...rest } = yield* prepared
    const asked = yield* Deferred.make<void>()
    const answer = yield* Deferred.make<StoredGrant>()
    const refresh = Effect.andThen(Deferred.succeed(asked, undefined), Deferred.await(answer))
    const fiber = yield* Effect.forkChild(run(renew(() => refresh)))
    yield* Deferred.await(asked)
    const stopping = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
    return { ...rest, answer, stopping }
  })

  it.effect("an interruption waits for an answer that is on its way, and for its being stored", () =>
    Effect.gen(function* () {
      const { find, directory, answer, stopping } = yield* interrupted
      yield* TestClock.adjust("1 second")
      expect(stopping.pollUnsafe()).toBeUndefined()
      yield* Deferred.succeed(answer, grant("2"))
      yield* Fiber.join(stopping)
      expect(tokenOf((yield* find)?.grant)).toBe("canary-access-2")
      expect(fs.readdirSync(directory)).toHaveLength(1)
    }),
  )

  it.effect("but not for long, and then the note stays", () =>
    Effect.gen(function* () {
      const { find, note, directory, stopping } = yield* interrupted
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(stopping)
      expect(tokenOf((yield* find)?.grant)).toBe("canary-access-1")
      expect(fs.existsSync(note)).toBe(true)
      expect(fs.readdirSync(directory)).toHaveLength(2)
    }),
  )
})

describe("a refresh that was cut off", () => {
  it.effect("without an answer: the next one says so, tries once, and the note goes with its success", () =>
    Effect.gen(function* () {
      const { run, findings, note } = yield* prepared
      yield* Effect.flip(run(renew(() => Effect.fail("connection lost"), { settled: () => false })))
      expect(fs.existsSync(note)).toBe(true)
      yield* run(renew(() => Effect.succeed(grant("2"))))
      expect(findings).toEqual([
        expect.objectContaining({
          severity: "warning",
          text: expect.stringMatching(/The server may have used up the refresh token.*registration is kept/),
        }),
      ])
      expect(fs.existsSync(note)).toBe(false)
    }),
  )

  it.live("by a kill between the answer and the write: the store is the old one, and the next run says so", () =>
    Effect.gen(function* () {
      const { directory, run, findings, find } = yield* prepared
      const body = `yield* vault.renewGrant({ key, settled: () => true,
        refresh: () => Effect.promise(() => { say("sent"); return heard() }).pipe(Effect.as(grant("2"))) })`
      const other = startScript(vaultScript(directory, body))
      yield* Effect.promise(() => other.until("sent"))
      other.signal("SIGKILL")
      yield* Effect.promise(() => other.end)
      expect(tokenOf((yield* find)?.grant)).toBe("canary-access-1")
      yield* Effect.flip(run(renew(() => Effect.fail("invalid_grant"))))
      expect(findings.map(({ text }) => text).join()).toContain(`process ${other.pid}`)
      // The failure told what became of the token: it is not said again, and the registration is still there.
      yield* Effect.flip(run(renew(() => Effect.fail("invalid_grant"))))
      expect(findings).toHaveLength(1)
      expect((yield* find)?.client.clientId).toBe("client-1")
    }),
  )

  it.effect("a note about another refresh token means nothing any more", () =>
    Effect.gen(function* () {
      const { run, findings, note } = yield* prepared
      fs.writeFileSync(note, JSON.stringify({ refreshToken: "00000000", at: 1, pid: 1 }), { mode: 0o600 })
      yield* run(renew(() => Effect.succeed(grant("2"))))
      for (const odd of ["", "[]", "{"]) {
        fs.writeFileSync(note, odd, { mode: 0o600 })
        yield* run(renew(() => Effect.succeed(grant("3"))))
      }
      expect(findings).toEqual([])
      expect(fs.existsSync(note)).toBe(false)
    }),
  )
})

describe("several processes (CR-94)", () => {
  it.live("eight that hold the same stale token: one refresh", () =>
    Effect.gen(function* () {
      const { directory, find } = yield* prepared
      const body = `say("ready"); yield* Effect.promise(heard)
        const renewed = yield* vault.renewGrant({ key, stale: grant().accessToken, settled: () => true,
          refresh: () => Effect.sleep(50).pipe(Effect.as({ ...grant("by-" + process.pid), obtainedAt: Date.now(), expiresAt: Date.now() + 3600000 })) })
        return [renewed.by, reveal(renewed.grant.accessToken)]`
      const others = Array.from({ length: 8 }, () => startScript(vaultScript(directory, body)))
      yield* Effect.promise(() => Promise.all(others.map((other) => other.until("ready"))))
      for (const other of others) other.tell("go")
      const ends = yield* Effect.promise(() => Promise.all(others.map((other) => other.end)))
      const answers = ends.map(({ out }) => JSON.parse(out.replace("ready\n", "")))
      expect(answers.filter(([by]) => by === "us")).toHaveLength(1)
      expect(new Set(answers.map(([, token]) => token))).toEqual(new Set([tokenOf((yield* find)?.grant)]))
      expect(fs.readdirSync(directory)).toHaveLength(1)
    }),
  )
})

describe("a store that cannot be written", () => {
  it.effect("keeps the renewed token in memory, says so, and does not send the used one again", () =>
    Effect.gen(function* () {
      const { run, findings, directory } = yield* prepared
      // A directory in the way of every write, for modes do not bind root.
      const file = path.join(directory, `${fileNameOf(key)}.json`)
      const blocked = Effect.gen(function* () {
        const vault = yield* Vault
        const first = yield* vault.renewGrant({
          key,
          settled: () => true,
          refresh: () =>
            Effect.sync(() => {
              // From here on the disk is gone: nothing can be created in a directory that was removed.
              fs.renameSync(directory, `${directory}-gone`)
              fs.writeFileSync(directory, "")
              return grant("2")
            }),
        })
        return first
      })
      const renewed = yield* run(blocked)
      expect(renewed.by !== "nobody" && tokenOf(renewed.grant)).toBe("canary-access-2")
      expect(findings).toEqual([
        expect.objectContaining({
          severity: "warning",
          text: expect.stringContaining("The next run may have to sign in"),
        }),
      ])
      expect(findings[0]?.text).toContain(directory)
      fs.rmSync(directory)
      fs.renameSync(`${directory}-gone`, directory)
      expect(fs.readFileSync(file, "utf8")).toContain("canary-access-1")
      // The note is still there: the next run says what happened.
      yield* run(renew(() => Effect.succeed(grant("3"))))
      expect(findings.map(({ text }) => text).join()).toContain("ended before its answer was stored")
    }),
  )

  it.effect("goes on without a lock, after saying so", () =>
    Effect.gen(function* () {
      const findings: Array<Finding> = []
      const alone = Vault.use((vault) => vault.exclusively(key, "testing")(Effect.succeed("done"))).pipe(
        // The kernel's own read-only directory: modes do not bind root.
        Effect.provide(Vault.layer({ directory: "/proc/store" })),
        Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
      )
      expect(yield* alone).toBe("done")
      expect(findings).toEqual([
        expect.objectContaining({
          severity: "warning",
          text: expect.stringMatching(/^No lock can be written.*\/proc\/store/),
        }),
      ])
    }),
  )
})

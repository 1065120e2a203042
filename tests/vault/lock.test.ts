import fs from "node:fs"
import path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { fileNameOf } from "../../source/vault/directory.ts"
import { lease, withLock } from "../../source/vault/lock.ts"
import { lifeOf, thisProcess } from "../../source/vault/process-life.ts"
import { startScript, vaultScript } from "./processes.ts"
import { key, temporaryDirectory } from "./records.ts"

const request = { purpose: "testing", patience: 60_000, silence: 250 }
const refuse = Effect.fail

/** A lock in a fresh directory, and what was found on the way. */
const prepared = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const store = path.join(directory, "store")
  const findings: Array<Finding> = []
  const lock = path.join(store, `${fileNameOf(key)}.refresh`)
  const locked = <A, E, R>(effect: Effect.Effect<A, E, R>, changes: Partial<typeof request> = {}) =>
    effect.pipe(
      withLock(lock, { ...request, ...changes }, refuse),
      Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
    )
  return { store, lock, locked, findings }
})

const until = (done: () => boolean) =>
  Effect.callback<void>((resume) => {
    const look = () => {
      if (done()) resume(Effect.void)
      else setImmediate(look)
    }
    look()
  })

/** Holds the lock of the record until it hears a word. */
const holder = `yield* vault.exclusively(key, "holding it")(Effect.promise(() => { say("held"); return heard() }))`

describe("the lock within one process", () => {
  it.effect("one at a time, in the order they came", () =>
    Effect.gen(function* () {
      const { locked, store } = yield* prepared
      const order: Array<string> = []
      const work = (name: string) =>
        locked(
          Effect.gen(function* () {
            order.push(`${name} in`)
            yield* Effect.yieldNow
            order.push(`${name} out`)
          }),
        )
      yield* Effect.forEach(["a", "b", "c"], work, { concurrency: "unbounded" })
      expect(order).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"])
      expect(fs.readdirSync(store)).toEqual([])
    }),
  )

  it.effect("is let go by success, failure, defect and interruption", () =>
    Effect.gen(function* () {
      const { locked, store, lock } = yield* prepared
      expect(yield* locked(Effect.succeed(1))).toBe(1)
      expect(yield* Effect.flip(locked(Effect.fail("no")))).toBe("no")
      yield* Effect.exit(locked(Effect.die("never")))
      const held = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(locked(Effect.andThen(Deferred.succeed(held, undefined), Effect.never)))
      yield* Deferred.await(held)
      expect(fs.existsSync(lock)).toBe(true)
      yield* Fiber.interrupt(fiber)
      expect(fs.readdirSync(store)).toEqual([])
    }),
  )
})

describe("the lock between processes (CR-126)", () => {
  it.live("waits while another process holds it, says who that is, and comes next", () =>
    Effect.gen(function* () {
      const { store, locked, findings } = yield* prepared
      const other = startScript(vaultScript(store, holder))
      yield* Effect.promise(() => other.until("held"))
      const fiber = yield* Effect.forkChild(
        locked(
          Effect.sync(() => "mine"),
          { silence: 0 },
        ),
      )
      yield* until(() => findings.length > 0)
      expect(findings).toEqual([
        expect.objectContaining({
          severity: "warning",
          text: `Waiting for process ${other.pid}, which is holding it: at most 60 s.`,
        }),
      ])
      other.tell("go")
      expect(yield* Fiber.join(fiber)).toBe("mine")
      expect((yield* Effect.promise(() => other.end)).code).toBe(0)
      expect(fs.readdirSync(store)).toEqual([])
    }),
  )

  it.live("is taken over at once when its holder is killed, also through several", () =>
    Effect.gen(function* () {
      const { store, locked, findings } = yield* prepared
      for (let count = 0; count < 3; count += 1) {
        const other = startScript(vaultScript(store, holder))
        yield* Effect.promise(() => other.until("held"))
        other.signal("SIGKILL")
        yield* Effect.promise(() => other.end)
      }
      const before = performance.now()
      expect(yield* locked(Effect.sync(() => "mine"))).toBe("mine")
      expect(performance.now() - before).toBeLessThan(1_000)
      expect(findings).toEqual([])
      expect(fs.readdirSync(store)).toEqual([])
    }),
  )

  it.live("the wait is bounded, and names whom it was for", () =>
    Effect.gen(function* () {
      const { store, locked, lock } = yield* prepared
      const other = startScript(vaultScript(store, holder))
      yield* Effect.promise(() => other.until("held"))
      const failure = yield* Effect.flip(locked(Effect.void, { patience: 50 }))
      expect(failure).toMatchObject({
        _tag: "VaultFailure",
        code: "store_busy",
        file: lock,
        received: `process ${other.pid}, which is holding it`,
      })
      other.tell("go")
      yield* Effect.promise(() => other.end)
    }),
  )

  it.live("an interrupted wait leaves nothing", () =>
    Effect.gen(function* () {
      const { store, locked, findings } = yield* prepared
      const other = startScript(vaultScript(store, holder))
      yield* Effect.promise(() => other.until("held"))
      const fiber = yield* Effect.forkChild(locked(Effect.void, { silence: 0 }))
      yield* until(() => findings.length > 0)
      yield* Fiber.interrupt(fiber)
      other.tell("go")
      yield* Effect.promise(() => other.end)
      expect(fs.readdirSync(store)).toEqual([])
    }),
  )

  it.effect("a holder that shows no life for the length of a lease is succeeded", () =>
    Effect.gen(function* () {
      const { lock, locked } = yield* prepared
      // Of another machine, where nobody here can look: only its beat tells.
      const owner = { ...thisProcess(), place: "elsewhere", nonce: "n", purpose: "renewing the token" }
      fs.mkdirSync(lock, { recursive: true, mode: 0o700 })
      fs.chmodSync(path.dirname(lock), 0o700)
      const file = path.join(lock, "owner.json")
      fs.writeFileSync(file, JSON.stringify(owner))
      const fiber = yield* Effect.forkChild(locked(Effect.sync(() => "mine")))
      yield* TestClock.adjust(lease - 1_000)
      expect(fiber.pollUnsafe()).toBeUndefined()
      // It beats once more, so the lease begins anew.
      fs.utimesSync(file, 1, 1)
      yield* TestClock.adjust(lease - 1_000)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(2_000)
      expect(yield* Fiber.join(fiber)).toBe("mine")
    }),
  )

  it.effect("a holder that works for longer than a lease keeps beating", () =>
    Effect.gen(function* () {
      const { lock, locked } = yield* prepared
      const held = yield* Deferred.make<void>()
      const beatOf = () => fs.statSync(path.join(lock, "owner.json"), { bigint: true }).mtimeNs
      const fiber = yield* Effect.forkChild(locked(Effect.andThen(Deferred.succeed(held, undefined), Effect.never)))
      yield* Deferred.await(held)
      fs.utimesSync(path.join(lock, "owner.json"), 1, 1)
      const before = beatOf()
      yield* TestClock.adjust(lease / 3)
      expect(beatOf()).not.toBe(before)
      yield* Fiber.interrupt(fiber)
    }),
  )
})

describe("the life of a process", () => {
  it("knows this one, and not another one with its number", () => {
    const here = thisProcess()
    expect(here.pid).toBe(process.pid)
    expect(lifeOf(here)).toBe("alive")
    if (here.started !== "") expect(lifeOf({ ...here, started: "another time" })).toBe("dead")
    expect(lifeOf({ ...here, place: "another machine" })).toBe("elsewhere")
    expect(lifeOf({ ...here, pid: 2 ** 22 + 1 })).toBe("dead")
  })
})

import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { type Freshness, freshnessOf, hadItsTime, isStale } from "../../source/vault/freshness.ts"
import { type Migration, migrated } from "../../source/vault/migrations.ts"
import { makeOverlay } from "../../source/vault/overlay.ts"
import type { StoredRecord } from "../../source/vault/record.ts"
import { entry } from "./records.ts"

const hour = { obtainedAt: 10_000_000, expiresAt: 13_600_000 }
const short = { obtainedAt: 10_000_000, expiresAt: 10_002_000 }

describe("how far a token has come (CR-92)", () => {
  const rows: ReadonlyArray<readonly [string, typeof hour, number, Freshness]> = [
    ["new", hour, 10_000_000, "good"],
    ["with a minute left", hour, 13_540_000, "good"],
    ["with less", hour, 13_540_001, "due"],
    ["at its end", hour, 13_600_000, "expired"],
    ["long after", hour, 99_000_000, "expired"],
    ["of 2 seconds, with a tenth left", short, 10_001_800, "good"],
    ["of 2 seconds, with less", short, 10_001_801, "due"],
    ["when the clock was put back a little", hour, 9_940_000, "good"],
    ["when the clock was put back", hour, 9_939_999, "clock_went_back"],
    ["when the clock was put back by years", hour, 0, "clock_went_back"],
    ["that was over when it came", { obtainedAt: 5_000, expiresAt: 5_000 }, 5_000, "expired"],
  ]
  it.each(rows)("%s", (_, grant, now, freshness) => {
    expect(freshnessOf(grant, now)).toBe(freshness)
    expect(isStale(freshness)).toBe(freshness !== "good")
  })

  it("of unknown life is good until the server says otherwise", () => {
    expect(freshnessOf({ obtainedAt: 10_000_000 }, 0)).toBe("unknown")
    expect(isStale("unknown")).toBe(false)
  })

  it("of a tenth of its life, where that is shorter than a minute", () => {
    const of = (seconds: number, left: number) =>
      isStale(freshnessOf({ obtainedAt: 1_000, expiresAt: 1_000 + seconds * 1_000 }, 1_000 + (seconds - left) * 1_000))
    expect([of(100, 11), of(100, 10), of(100, 9), of(3_600, 60), of(3_600, 59)]).toEqual([
      false,
      false,
      true,
      false,
      true,
    ])
  })

  const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 }))
  it.prop(
    "once due it stays due, always before the end, never in the first nine tenths",
    [Millis, Millis, Millis],
    ([life, age, more]) => {
      const due = (at: number) => isStale(freshnessOf({ obtainedAt: 0, expiresAt: life }, at))
      if (due(age) && !due(age + more)) return false
      if (age >= life && !due(age)) return false
      return !(due(age) && age < life * 0.9)
    },
  )

  it.each([
    [13_594_999, false],
    [13_595_000, true],
    [13_600_000, true],
    [99_000_000, true],
  ])("a refusal at %d may be its end: %s (we count from the receipt, servers in whole seconds)", (now, over) => {
    expect(hadItsTime(hour, now)).toBe(over)
    expect(hadItsTime(short, 10_000_000)).toBe(true)
    expect(hadItsTime({}, now)).toBe(false)
  })
})

describe("records of earlier versions", () => {
  const table = new Map<number, Migration>([
    [1, ({ old, ...rest }) => ({ ...rest, renamed: old })],
    [2, (before) => ({ ...before, added: true })],
  ])

  it("go up one version after the other", () => {
    expect(migrated({ schemaVersion: 1, old: "x", kept: 1 }, table, 3)).toEqual({
      schemaVersion: 3,
      renamed: "x",
      added: true,
      kept: 1,
    })
    expect(migrated({ schemaVersion: 2, kept: 1 }, table, 3)).toEqual({ schemaVersion: 3, added: true, kept: 1 })
  })

  it.each([
    [{ schemaVersion: 3, kept: 1 }],
    [{ schemaVersion: 4 }],
    [{ schemaVersion: 0, old: "x" }],
    [{ schemaVersion: "1" }],
    [{ old: "x" }],
    [[]],
    [null],
    ["x"],
  ])("%j is left as it is", (value) => expect(migrated(value, table, 3)).toBe(value))

  it("version 1 knew no profiles: nothing else of it changes", () => {
    expect(migrated({ schemaVersion: 1, old: "x" })).toEqual({ schemaVersion: 2, old: "x" })
  })
})

describe("what could not be written", () => {
  const record = (updatedAt: number): StoredRecord => ({
    ...entry(),
    schemaVersion: 2,
    createdAt: 0,
    lastUsedAt: 0,
    updatedAt,
  })

  it("stands over the file until somebody writes the file", () => {
    const overlay = makeOverlay()
    expect(overlay.over("a", record(1))).toEqual(record(1))
    overlay.keep("a", record(1), record(2))
    expect(overlay.over("a", record(1))).toEqual(record(2))
    expect([...overlay.stems()]).toEqual(["a"])
    expect(overlay.over("a", record(5))).toEqual(record(5))
    expect(overlay.over("a", record(1))).toEqual(record(1))
  })

  it("may be a removal, and a record where there is no file", () => {
    const overlay = makeOverlay()
    overlay.keep("a", record(1), undefined)
    expect(overlay.over("a", record(1))).toBeUndefined()
    overlay.keep("b", undefined, record(2))
    expect(overlay.over("b", undefined)).toEqual(record(2))
    overlay.drop("b")
    expect(overlay.over("b", undefined)).toBeUndefined()
  })
})

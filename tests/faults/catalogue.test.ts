import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { FAULTS, findScenarios, NOT_SIMULATED, SCENARIOS, scenariosOf } from "../../mock/scenarios/index.ts"
import { LATER } from "./outcomes.ts"

const source = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8")

const count = (prefix: string, last: number) => Array.from({ length: last }, (_, index) => `${prefix}-${index + 1}`)

describe("the fault catalogue", () => {
  test("claims every F number and every quirk exactly once, or says why not", () => {
    const claimed = [...FAULTS.flatMap(({ numbers }) => numbers), ...Object.keys(NOT_SIMULATED)]
    expect(claimed.sort()).toEqual([...count("F", 63), ...count("Q", 38)].sort())
  })

  test("of what it cannot show, beyond.test.ts shows each number", () => {
    const beyond = source("beyond.test.ts")
    for (const number of Object.keys(NOT_SIMULATED)) expect(beyond).toMatch(new RegExp(`["\`]${number} `))
  })

  test("of what a first sign-in does not show, another test names each switch", () => {
    const elsewhere = source("later.test.ts") + source("first-demo.test.ts")
    for (const name of LATER) expect(elsewhere).toContain(name)
  })

  test("names rules that the rule table knows", () => {
    const known = readFileSync("docs/conformance.md", "utf8")
    for (const { rule, title } of FAULTS)
      for (const one of rule.split(", "))
        if (/^(CR|MR|SR|X)-/.test(one)) expect(known, title).toContain(`| ${one} |`)
        else expect(["--header", "docs/first-demo-clients.md"]).toContain(one)
  })

  test("says of each switch what the mock does, in words that nobody has to guess", () => {
    for (const [name, { does, clientMust, title }] of SCENARIOS) {
      expect(does, name).toMatch(/^\S.{10,}$/)
      expect(clientMust, name).toMatch(/^[a-z].{5,}[^.]$/)
      expect(title, name).toMatch(/^\S.{5,}[^.]$/)
    }
  })

  test("has kebab names, each once", () => {
    const names = FAULTS.flatMap(scenariosOf).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(SCENARIOS.size).toBe(names.length)
  })

  test("suggests names that are like an unknown one", () => {
    expect(() => findScenarios(["issuer-mismatched"])).toThrow(/no scenario "issuer-mismatched"; did you mean issuer-/)
    expect(() => findScenarios(["qqq"])).toThrow("mock --list")
  })

  test("refuses an unknown name before it listens", async () => {
    await expect(startMock({ scenarios: ["no-such-thing-at-all"] })).rejects.toThrow(RangeError)
  })

  test("begins anew with each mock, and adds up", async () => {
    for (const _ of [1, 2]) {
      await using mock = await startMock({ scenarios: ["flaky-503", "issuer-mismatch"] })
      const url = `${mock.origin}/.well-known/oauth-authorization-server`
      const statuses = [(await fetch(url)).status, (await fetch(url)).status]
      expect(statuses).toEqual([503, 503])
      expect(await (await fetch(url)).json()).toMatchObject({ issuer: "https://other.example" })
    }
  })
})

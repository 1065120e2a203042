import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { FlowState } from "../../source/flow/state.ts"
import { mocked, run } from "./room.ts"

/** "аpple.invalid" with a Cyrillic first letter. */
const lookAlike = "xn--pple-43d.invalid"
const reads = "\u0430pple.invalid"

const warnings = (state: FlowState, step: "probe" | "server") =>
  state.steps[step].findings.filter(({ severity }) => severity === "warning").map(({ text }) => text)

describe("names that can be taken for others", () => {
  it.live("CR-128 a server's host with encoded characters is warned of, before anything else", () =>
    Effect.gen(function* () {
      const state = yield* run(`https://${lookAlike}/mcp`, {}, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.probe.problem?.code, "name_not_found")
      assert.include(warnings(state, "probe")[0], `The server is at ${lookAlike}, which reads as ${reads}`)
    }).pipe(Effect.scoped),
  )

  it.live("CR-128 so are an issuer and a sign-in page", () =>
    Effect.gen(function* () {
      const elsewhere = yield* mocked({
        behaviours: [{ prm: (honest) => ({ ...honest, authorization_servers: [`https://${lookAlike}`] }) }],
      })
      const named = yield* run(elsewhere.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.include(
        warnings(named, "server")[0],
        `The authorization server is at ${lookAlike}, which reads as ${reads}`,
      )
      const page = yield* mocked({
        behaviours: [{ metadata: (honest) => ({ ...honest, authorization_endpoint: `https://${lookAlike}/a` }) }],
      })
      const led = yield* run(page.url, {}, ({ flow }) => flow.runTo("server"))
      assert.include(warnings(led, "server").at(-1), `The sign-in page is at ${lookAlike}, which reads as ${reads}`)
    }).pipe(Effect.scoped),
  )

  it.live("CR-128 what a server calls itself is told as its own words, beside its version", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("connect"))
      assert.match(state.steps.connect.note ?? "", /^2026-07-28, calls itself \S/)
      assert.deepStrictEqual(warnings(state, "probe"), [])
    }).pipe(Effect.scoped),
  )
})

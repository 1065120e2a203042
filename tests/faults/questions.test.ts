import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mocked, requests, run } from "../flow/room.ts"

const scenario = (name: string) => mocked({ scenarios: [name] })

/** With somebody at the terminal, who says no to whatever is asked. */
const saying = (url: string, tool: string, args: Readonly<Record<string, unknown>>) =>
  run(url, { asks: true, target: { interactive: true } }, ({ flow, state, events, until }) =>
    Effect.gen(function* () {
      yield* flow.runTo("tools")
      yield* flow.intend({ _tag: "Call", tool, arguments: args })
      const seen = yield* until(({ wait, steps }) => wait?.kind === "question" || steps.call.status === "done")
      const { wait } = seen
      if (wait?.kind === "question") {
        yield* flow.intend({ _tag: "Answer", question: wait.question, action: "decline" })
        yield* until(({ steps }) => steps.call.status === "done")
      }
      yield* flow.idle
      return {
        wait: wait?.kind === "question" ? wait : undefined,
        result: state().facts.result,
        said: events("FindingRaised").flatMap(({ finding }) => (finding.severity === "pass" ? [] : [finding.text])),
      }
    }),
  )

describe("questions that must not be asked", () => {
  for (const [name, reason] of [
    ["elicit-file", /Only https/],
    ["elicit-javascript", /Only https/],
    ["elicit-userinfo", /user name/],
  ] as const)
    it.live(`F-61 MR-51 CR-118 ${name}: declined, and nobody is even asked`, () =>
      Effect.gen(function* () {
        const mock = yield* scenario(name)
        const { wait, said, result } = yield* saying(mock.url, "connect_calendar", {})
        assert.isUndefined(wait)
        assert.match(said.join("\n"), reason)
        assert.include(JSON.stringify(result?.content), "not connected")
        assert.strictEqual(requests(mock, "errand"), 0)
      }).pipe(Effect.scoped),
    )

  it.live(
    "F-61 MR-51 elicit-punycode: asked with the host as it is written, marked and warned of; nothing is fetched",
    () =>
      Effect.gen(function* () {
        const mock = yield* scenario("elicit-punycode")
        const { wait, said } = yield* saying(mock.url, "connect_calendar", {})
        assert.ok(wait?.mode === "url")
        assert.deepStrictEqual([wait.host, wait.punycode], ["xn--pple-43d.example", true])
        assert.match(said.join("\n"), /xn--pple-43d.example holds encoded characters/)
      }).pipe(Effect.scoped),
  )

  it.live("F-61 MR-50 elicit-secret: asked with the field marked as a secret's, and warned of", () =>
    Effect.gen(function* () {
      const mock = yield* scenario("elicit-secret")
      const { wait, said } = yield* saying(mock.url, "book_table", { restaurant: "Roma" })
      assert.ok(wait?.mode === "form")
      assert.deepStrictEqual(wait.secretLooking, ["password"])
      assert.match(said.join("\n"), /ask for a secret in a form \(password\)/)
    }).pipe(Effect.scoped),
  )
})

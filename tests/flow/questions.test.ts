import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { FlowState } from "../../source/flow/state.ts"
import { illegalities } from "./legality.ts"
import { mocked, type Run, run } from "./room.ts"

type Question = Extract<NonNullable<FlowState["wait"]>, { readonly kind: "question" }>

/** Calls a tool, and gives the question that it asks. */
const asked = Effect.fnUntraced(function* ({ flow, until }: Run, tool: string, args: Record<string, unknown> = {}) {
  const calling = yield* Effect.forkChild(flow.call(tool, args), { startImmediately: true })
  const { wait } = yield* until((state) => state.wait?.kind === "question" || state.steps.call.status === "failed")
  if (wait?.kind !== "question") return assert.fail("nothing was asked")
  return { question: wait as Question, calling }
})

const restaurant = { restaurant: "Noma" }
const content = { date: "2027-01-02", guests: 3, seating: "window" }

for (const protocolVersion of ["2026-07-28", "2025-11-25"] as const)
  describe(`a question of a server, in ${protocolVersion}`, () => {
    const target = { protocolVersion }

    it.live("waits in the journal with everything that is needed to draw it, and takes the values", () =>
      Effect.gen(function* () {
        const mock = yield* mocked()
        yield* run(mock.url, { asks: true, target }, (room) =>
          Effect.gen(function* () {
            const { question, calling } = yield* asked(room, "book_table", restaurant)
            assert.deepStrictEqual(illegalities(room.state()), [])
            assert.strictEqual(question.step, "call")
            assert.strictEqual(question.serverUrl, mock.url)
            assert.strictEqual(question.during, "tools/call")
            assert.match(question.message, /details of your table at Noma/)
            if (question.mode !== "form") return assert.fail("no form")
            assert.deepStrictEqual(Object.keys(question.schema.properties ?? {}), ["date", "guests", "seating"])
            // An answer to another question changes nothing.
            yield* room.flow.intend({ _tag: "Answer", question: question.question + 1, action: "accept", content })
            assert.strictEqual(room.state().wait?.kind, "question")
            yield* room.flow.intend({ _tag: "Answer", question: question.question, action: "accept", content })
            const state = yield* Fiber.join(calling)
            assert.deepInclude(state.facts.result?.structuredContent, { ...restaurant, ...content })
            assert.deepStrictEqual(
              room.events("Answered").map(({ action }) => action),
              ["accept"],
            )
          }),
        )
      }).pipe(Effect.scoped),
    )

    for (const action of ["decline", "cancel"] as const)
      it.live(`can be answered with ${action}`, () =>
        Effect.gen(function* () {
          const mock = yield* mocked()
          yield* run(mock.url, { asks: true, target }, (room) =>
            Effect.gen(function* () {
              const { question, calling } = yield* asked(room, "book_table", restaurant)
              yield* room.flow.intend({ _tag: "Answer", question: question.question, action })
              const state = yield* Fiber.join(calling)
              assert.isTrue(state.facts.result?.isError)
            }),
          )
        }).pipe(Effect.scoped),
      )

    it.live("is withdrawn when the step is cancelled", () =>
      Effect.gen(function* () {
        const mock = yield* mocked()
        yield* run(mock.url, { asks: true, target }, (room) =>
          Effect.gen(function* () {
            yield* asked(room, "book_table", restaurant)
            const state = yield* room.intend({ _tag: "Cancel" })
            assert.notStrictEqual(state.wait?.kind, "question")
            yield* room.until(() => room.events("Answered").length > 0)
            assert.strictEqual(room.events("Answered")[0]?.action, "withdrawn")
          }),
        )
      }).pipe(Effect.scoped),
    )

    it.live("has a page opened only by a person who agreed", () =>
      Effect.gen(function* () {
        const mock = yield* mocked()
        yield* run(mock.url, { asks: true, target: { ...target, browser: "follow" } }, (room) =>
          Effect.gen(function* () {
            const { question, calling } = yield* asked(room, "connect_calendar")
            if (question.mode !== "url") return assert.fail("no page")
            assert.strictEqual(question.host, new URL(mock.url).host)
            assert.isUndefined(question.opened)
            const accept = { _tag: "Answer", question: question.question, action: "accept" } as const
            yield* room.flow.intend(accept)
            // No browser is ours to open in this run: the person opens it, and says when.
            yield* room.until(
              ({ wait }) => wait?.kind === "question" && wait.mode === "url" && wait.opened === "not-asked",
            )
            yield* room.flow.intend(accept)
            const state = yield* Fiber.join(calling)
            assert.strictEqual(state.steps.call.status, "done")
            assert.deepStrictEqual(mock.log.all("errand"), [])
          }),
        )
      }).pipe(Effect.scoped),
    )
  })

describe("MR-52 a page that has to be visited first (error -32042)", () => {
  const refused = Effect.fnUntraced(function* (room: Run) {
    const { question, calling } = yield* asked(room, "connect_calendar")
    if (question.mode !== "url") return assert.fail("no page")
    assert.strictEqual(question.accepting, "repeat")
    const answer = (action: "accept" | "decline") =>
      room.flow.intend({ _tag: "Answer", question: question.question, action })
    return { page: question.url, calling, answer }
  })

  it.live(
    "is shown, opened by a person who agreed, and the call is made again when the server says that it is done",
    () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ scenarios: ["url-elicitation-required"] })
        yield* run(mock.url, { asks: true, target: { browser: "follow" } }, (room) =>
          Effect.gen(function* () {
            const { page, calling, answer } = yield* refused(room)
            assert.deepStrictEqual(mock.log.all("errand"), [])
            yield* answer("accept")
            yield* room.until(
              ({ wait }) => wait?.kind === "question" && wait.mode === "url" && wait.opened !== undefined,
            )
            // The person finishes there; nobody presses a key here.
            yield* Effect.promise(() => fetch(page, { method: "POST" }))
            const state = yield* Fiber.join(calling)
            assert.deepStrictEqual(state.facts.result?.content, [{ type: "text", text: "Your calendar is connected." }])
          }),
        )
        assert.strictEqual(mock.log.all("mcp").filter(({ tool }) => tool === "connect_calendar").length, 2)
      }).pipe(Effect.scoped),
  )

  it.live("may be declined: the call fails, and is not made again", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scenarios: ["url-elicitation-required"] })
      yield* run(mock.url, { asks: true, target: { browser: "follow" } }, (room) =>
        Effect.gen(function* () {
          const { calling, answer } = yield* refused(room)
          yield* answer("decline")
          const state = yield* Fiber.join(calling)
          assert.strictEqual(state.steps.call.problem?.code, "url_declined")
        }),
      )
      assert.strictEqual(mock.log.all("mcp").filter(({ tool }) => tool === "connect_calendar").length, 1)
    }).pipe(Effect.scoped),
  )
})

describe("a run in which nobody can answer", () => {
  it.live("does not say that it can be asked", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      for (const options of [
        { asks: false },
        { asks: true, target: { interactive: false } },
        { asks: true, target: { elicit: "decline" } },
      ] as const)
        yield* run(mock.url, { ...options, target: { ...("target" in options ? options.target : {}) } }, (room) =>
          Effect.gen(function* () {
            const state = yield* room.flow.call("book_table", restaurant)
            assert.isTrue(state.facts.result?.isError)
            assert.deepStrictEqual(room.events("Answered"), [])
          }),
        )
    }).pipe(Effect.scoped),
  )
})

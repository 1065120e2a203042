import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { DEMO_RESOURCES } from "../../mock/index.ts"
import { mocked, type Run, run } from "./room.ts"

const readme = DEMO_RESOURCES[0]?.uri ?? ""

/** Waits for the next thing the server says unasked. */
const nextNotice = ({ until, state }: Run) => {
  const before = state().notices.at(-1)
  return Effect.map(
    until(({ notices }) => notices.at(-1) !== before),
    ({ notices }) => notices.at(-1),
  )
}

describe("listening beside the steps", () => {
  for (const protocolVersion of ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"] as const)
    it.live(
      `MR-31 MR-60 ${protocolVersion}: told of what was asked for, while other requests run, until it is ended`,
      () =>
        Effect.gen(function* () {
          const mock = yield* mocked()
          yield* run(mock.url, { target: { protocolVersion } }, (now) =>
            Effect.gen(function* () {
              yield* now.flow.runTo("tools")
              const filter = { toolsListChanged: true, resourceSubscriptions: [readme] }
              const { listening } = yield* now.flow.listenTo(filter)
              assert.deepStrictEqual(listening?.filter, filter)
              assert.deepStrictEqual(listening?.granted, filter)

              const changed = yield* Effect.forkChild(nextNotice(now), { startImmediately: true })
              mock.announce({ list: "tools" })
              assert.strictEqual((yield* Fiber.join(changed))?.method, "notifications/tools/list_changed")
              assert.deepStrictEqual(now.state().stale, ["tools"])

              const updated = yield* Effect.forkChild(nextNotice(now), { startImmediately: true })
              mock.announce({ uri: readme })
              assert.deepNestedPropertyVal(yield* Fiber.join(updated), "params.uri", readme)

              // Beside an ordinary call, which goes its own way.
              const state = yield* now.flow.call("add", { a: 1, b: 2 })
              assert.strictEqual(state.steps.call.status, "done")
              assert.isDefined(state.listening)

              const ended = yield* now.flow.listenTo({})
              assert.isUndefined(ended.listening)
              const count = ended.notices.length
              mock.announce({ list: "tools" })
              const after = yield* now.flow.call("add", { a: 1, b: 2 })
              assert.strictEqual(after.notices.length, count)
            }),
          )
          assert.deepStrictEqual(mock.log.failures(), [])
        }).pipe(Effect.scoped),
    )

  it.live("what the server does not grant is said; reading the list anew makes it fresh", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ noAuth: true })
      yield* run(mock.url, {}, (now) =>
        Effect.gen(function* () {
          yield* now.flow.runTo("tools")
          const { listening } = yield* now.flow.listenTo({
            promptsListChanged: true,
            resourceSubscriptions: ["no:such"],
          })
          assert.deepStrictEqual(listening?.granted, { promptsListChanged: true })
          const changed = yield* Effect.forkChild(nextNotice(now), { startImmediately: true })
          mock.announce({ list: "prompts" })
          yield* Fiber.join(changed)
          assert.deepStrictEqual(now.state().stale, ["prompts"])
          const listed = yield* now.flow.list("prompts")
          assert.deepStrictEqual(listed.stale, [])
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("a server without such a stream: nothing hangs, and the reason is told", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ noAuth: true, getStream: false, revisions: ["2025-11-25"] })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          const { listening } = yield* flow.listenTo({ toolsListChanged: true })
          assert.isUndefined(listening)
          assert.strictEqual(events("ListeningEnded").at(-1)?.problem?.code, "no_listening")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("going back ends it with the session", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ noAuth: true })
      yield* run(mock.url, {}, ({ flow, intend, until }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          yield* flow.listenTo({ toolsListChanged: true })
          yield* intend({ _tag: "Back", step: "connect" })
          yield* until(({ listening }) => listening === undefined)
        }),
      )
    }).pipe(Effect.scoped),
  )
})

describe("MR-61 log messages", () => {
  const slow = ["slow", { steps: 2, delayMs: 1 }] as const
  const logged = (events: Run["events"]) =>
    events("Notified").filter(({ method }) => method === "notifications/message")

  for (const protocolVersion of ["2026-07-28", "2025-11-25"] as const) {
    it.live(`${protocolVersion}: come when a level was asked for, from that level on`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ noAuth: true })
        for (const [logLevel, expected] of [
          ["info", 2],
          ["warning", 0],
        ] as const)
          yield* run(mock.url, { target: { protocolVersion }, logLevel }, ({ flow, events }) =>
            Effect.gen(function* () {
              yield* flow.call(...slow)
              assert.strictEqual(logged(events).length, expected, logLevel)
            }),
          )
      }).pipe(Effect.scoped),
    )

    it.live(`${protocolVersion}: none are asked for without a level`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ noAuth: true })
        yield* run(mock.url, { target: { protocolVersion } }, ({ flow, events }) =>
          Effect.gen(function* () {
            yield* flow.call(...slow)
            assert.deepStrictEqual(logged(events), [])
          }),
        )
        assert.notInclude(
          mock.log.all("mcp").map(({ rpc }) => rpc),
          "logging/setLevel",
        )
      }).pipe(Effect.scoped),
    )
  }
})

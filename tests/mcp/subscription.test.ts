import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { IdleLimit } from "../../source/mcp/limits.ts"
import type { Session } from "../../source/mcp/session.ts"
import { type SubscriptionFilter, subscribe } from "../../source/mcp/subscription.ts"
import { events, observed, result, type Script, serve } from "./server.ts"

const tag = "io.modelcontextprotocol/subscriptionId"

const listen = (script: Script, filter: SubscriptionFilter = { toolsListChanged: true }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* serve(script)
      const session: Session = { url: server.url, era: "modern", protocolVersion: "2026-07-28", capabilities: {} }
      const heard: Array<string> = []
      const granted: Array<unknown> = []
      const outcome = yield* observed(
        server.url,
        Effect.exit(
          subscribe({
            session,
            filter,
            onAcknowledged: (one) => Effect.sync(() => void granted.push(one)),
            onNotification: ({ method }) => Effect.sync(() => void heard.push(method)),
          }),
        ),
      )
      return { ...outcome, heard, granted, received: server.received, ended: yield* outcome.exit }
    }),
  )

const note = (id: unknown, method: string, params = {}) => ({
  jsonrpc: "2.0",
  method,
  params: { ...params, _meta: { [tag]: id } },
})
const ack = (id: unknown, notifications: unknown = { toolsListChanged: true }) =>
  note(id, "notifications/subscriptions/acknowledged", { notifications })
const changed = (id: unknown) => note(id, "notifications/tools/list_changed")

describe("subscriptions/listen", () => {
  it.live("MR-60 acknowledged, told, ended in an orderly way", () =>
    Effect.gen(function* () {
      const { heard, granted, received, findings, ended } = yield* listen((one, response) => {
        const send = events(response)
        send(ack(one.json.id))
        response.write(": keep-alive\n\n")
        send(changed(one.json.id))
        send(result(one, { resultType: "complete" }))
        response.end()
      })
      assert.strictEqual(ended._tag, "Success")
      assert.deepStrictEqual(heard, ["notifications/tools/list_changed"])
      assert.deepStrictEqual(granted, [{ toolsListChanged: true }])
      assert.deepStrictEqual(received[0]?.json.params?.notifications, { toolsListChanged: true })
      assert.deepStrictEqual(findings, [])
    }),
  )

  it.live("MR-60 a stream that breaks is opened anew with a new id", () =>
    Effect.gen(function* () {
      let at = 0
      const { heard, received, ended } = yield* listen((one, response) => {
        const send = events(response)
        send(ack(one.json.id))
        send(changed(one.json.id))
        if (at++ > 0) send(result(one, {}))
        response.end()
      })
      assert.strictEqual(ended._tag, "Success")
      assert.lengthOf(heard, 2)
      assert.notStrictEqual(received[0]?.json.id, received[1]?.json.id)
    }),
  )

  it.live("MR-60 what breaks the order, the id or the filter is reported", () =>
    Effect.gen(function* () {
      const { heard, findings } = yield* listen(
        (one, response) => {
          const send = events(response)
          send(changed(one.json.id))
          send(ack(one.json.id, { promptsListChanged: true }))
          send(changed(String(one.json.id)))
          send(result(one, {}))
          response.end()
        },
        { toolsListChanged: true, resourceSubscriptions: ["x:y"] },
      )
      assert.lengthOf(heard, 1)
      assert.deepStrictEqual(
        findings.map(({ severity }) => severity),
        ["error", "warning", "error", "error"],
      )
      assert.include(findings[1]?.text, "toolsListChanged, x:y")
    }),
  )

  it.live("MR-60 three connections that are never acknowledged are the end", () =>
    Effect.gen(function* () {
      const { received, ended } = yield* listen((_, response) => {
        events(response)
        response.end()
      })
      assert.strictEqual(ended._tag, "Failure")
      assert.lengthOf(received, 3)
    }),
  )

  it.live("MR-42 giving it up closes the stream and sends nothing", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const stood = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const server = yield* serve((one, response) => {
          response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
          events(response)(ack(one.json.id))
        })
        const session: Session = { url: server.url, era: "modern", protocolVersion: "2026-07-28", capabilities: {} }
        const fiber = yield* Effect.forkChild(
          observed(
            server.url,
            subscribe({
              session,
              filter: { toolsListChanged: true },
              onAcknowledged: () => Effect.asVoid(Deferred.succeed(stood, undefined)),
              onNotification: () => Effect.void,
            }),
          ),
        )
        yield* Deferred.await(stood)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(closed)
        assert.lengthOf(server.received, 1)
      }),
    ),
  )

  it.live("MR-60 a stream that is silent for too long is made anew; a comment is a sign of life", () =>
    Effect.gen(function* () {
      let connections = 0
      const { received, granted, ended } = yield* listen((one, response) => {
        const send = events(response)
        send(ack(one.json.id))
        connections += 1
        if (connections === 1) return
        // Comments hold it open for longer than the limit; then the server ends it.
        const breathing = setInterval(() => response.write(": keep-alive\n\n"), 50)
        setTimeout(() => {
          clearInterval(breathing)
          send(result(one, { resultType: "complete" }))
          response.end()
        }, 500)
      }).pipe(Effect.provideService(IdleLimit, 200))
      assert.strictEqual(ended._tag, "Success")
      assert.strictEqual(granted.length, 2)
      assert.notStrictEqual(received[0]?.json.id, received[1]?.json.id)
      assert.strictEqual(received.length, 2)
    }),
  )
})

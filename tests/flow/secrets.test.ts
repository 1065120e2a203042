import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Behaviour, Mock } from "../../mock/index.ts"
import { Event } from "../../source/flow/event.ts"
import { initialState, transition } from "../../source/flow/state.ts"
import { reveal } from "../../source/text/secret.ts"
import { mocked, movableClock, type Run, run, temporaryStore } from "./room.ts"

const secretMembers = ["access_token", "refresh_token", "registration_access_token", "client_secret"]

/** Everything secret that passes through the server, as the server sees it. */
const collector = () => {
  const secrets = new Set<string>()
  const keep = (value: unknown) => {
    if (typeof value === "string" && value !== "") secrets.add(value)
  }
  const behaviour: Behaviour = {
    answer: (answer) => {
      if (typeof answer.json === "object" && answer.json !== null)
        for (const [name, value] of Object.entries(answer.json)) if (secretMembers.includes(name)) keep(value)
      keep(answer.headers["mcp-session-id"])
      return answer
    },
  }
  const fromRequests = (mock: Mock) => {
    for (const { headers, form } of mock.log.all()) {
      keep(headers.authorization?.replace(/^\w+ /, ""))
      keep(headers["mcp-session-id"])
      for (const name of ["code", "code_verifier", "refresh_token", "token", "client_secret"]) keep(form?.[name])
    }
    return secrets
  }
  return { behaviour, fromRequests }
}

/** No secret of the run in anything that the run has written down, however it is printed. */
const assertDiscreet = (mock: Mock, room: Run, collected: ReturnType<typeof collector>) => {
  const secrets = collected.fromRequests(mock)
  assert.isAbove(secrets.size, 3)
  const printed = [
    JSON.stringify(room.journal.events()),
    JSON.stringify(room.state()),
    inspect(room.journal.events(), { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    inspect(room.state(), { depth: Number.POSITIVE_INFINITY, showHidden: true }),
  ]
  for (const secret of secrets)
    for (const text of printed) {
      const at = text.indexOf(secret)
      assert.strictEqual(at, -1, `a secret is in: ${at === -1 ? "" : text.slice(Math.max(0, at - 200), at)}`)
    }
}

/** A server that repeats what it is sent in every text it can. */
const parrot = (say: (exchange: Parameters<NonNullable<Behaviour["token"]>>[1]) => string): Behaviour => ({
  mcp: (message, exchange) => {
    const words = say(exchange)
    const result = message.result
    if (typeof result !== "object" || result === null) return message
    const withTools =
      "tools" in result && Array.isArray(result.tools)
        ? { tools: result.tools.map((tool: object) => ({ ...tool, description: words })) }
        : {}
    const withContent =
      "content" in result
        ? { content: [{ type: "text", text: words }], structuredContent: { sum: 1, nested: [{ words }] } }
        : {}
    return {
      ...message,
      result: {
        ...result,
        ...withTools,
        ...withContent,
        instructions: words,
        serverInfo: { name: words, version: words },
      },
    }
  },
})

const credentialsOf = (exchange: { readonly header: (name: string) => string | undefined }) =>
  `You sent ${exchange.header("authorization") ?? "nothing"}, session ${exchange.header("mcp-session-id") ?? "none"}.`

describe("I-2: no secret in the journal", () => {
  for (const revision of ["2026-07-28", "2025-11-25"] as const)
    it.live(`${revision}: a whole run, with refresh and revocation`, () =>
      Effect.gen(function* () {
        const collected = collector()
        const mock = yield* mocked({ revisions: [revision], behaviours: [collected.behaviour] })
        yield* run(mock.url, {}, (room) =>
          Effect.gen(function* () {
            yield* room.flow.call("add", { a: 1, b: 1 })
            yield* room.intend({ _tag: "Refresh" })
            yield* room.flow.call("echo", { message: "hello" })
            yield* room.intend({ _tag: "Revoke" })
            assert.strictEqual(room.state().steps.revoke.status, "done")
            assertDiscreet(mock, room, collected)
          }),
        )
      }).pipe(Effect.scoped),
    )

  it.live("not even when the server repeats every secret in names, descriptions, results and messages", () =>
    Effect.gen(function* () {
      const collected = collector()
      const mock = yield* mocked({
        revisions: ["2025-11-25"],
        behaviours: [parrot(credentialsOf), collected.behaviour],
      })
      yield* run(mock.url, {}, (room) =>
        Effect.gen(function* () {
          const state = yield* room.flow.call("add", { a: 1, b: 1 })
          assert.strictEqual(state.steps.call.status, "done")
          // It did repeat them: where they were, placeholders stand.
          assert.match(
            JSON.stringify(state.facts.result),
            /You sent Bearer <access_token \d+ chars sha256:[0-9a-f]{8}>/,
          )
          assert.match(state.facts.tools?.[0]?.description ?? "", /<access_token \d+ chars/)
          assertDiscreet(mock, room, collected)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("not even in the words of a refusal", () =>
    Effect.gen(function* () {
      const collected = collector()
      const mock = yield* mocked({
        behaviours: [
          collected.behaviour,
          {
            token: (answer, exchange) => ({
              ...answer,
              status: 400,
              json: { error: "invalid_request", error_description: `bad ${JSON.stringify(exchange.event.form)}` },
            }),
          },
        ],
      })
      yield* run(mock.url, {}, (room) =>
        Effect.gen(function* () {
          const state = yield* room.flow.runTo("tools")
          assert.strictEqual(state.steps.token.problem?.code, "token_refused")
          assert.include(state.steps.token.problem?.detail, "<code ")
          assert.include(state.steps.token.problem?.detail, "<code_verifier ")
          const secrets = [...mock.log.all("token")].flatMap(({ form }) => [form?.code, form?.code_verifier])
          for (const secret of secrets) {
            assert.isString(secret)
            assert.notInclude(JSON.stringify([room.journal.events(), room.state()]), String(secret))
          }
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("not even when it is a stored token that was refused", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const collected = collector()
      const mock = yield* mocked({ clock: clock.mock, refresh: { idleSeconds: 60 }, behaviours: [collected.behaviour] })
      const store = yield* temporaryStore
      yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      mock.rotateKeys(true)
      mock.behave(collected.behaviour, {
        challenge: (_, exchange) => [
          `Bearer error="invalid_token", error_description="bad ${exchange.header("authorization") ?? "none"}"`,
        ],
        token: (answer, exchange) =>
          answer.status === 200
            ? answer
            : {
                ...answer,
                json: { error: "invalid_grant", error_description: `dead ${exchange.event.form?.refresh_token}` },
              },
      })
      clock.forward(120_000)
      yield* run(mock.url, { store }, (room) =>
        Effect.gen(function* () {
          yield* room.flow.runTo("tools")
          assertDiscreet(mock, room, collected)
          assert.match(JSON.stringify(room.journal.events()), /bad Bearer <access_token/)
        }),
      )
    }).pipe(clock.provide, Effect.scoped)
  })
})

describe("a saved journal", () => {
  it.live("gives the same state, in which secrets have their names and fingerprints and nothing else", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ revisions: ["2025-11-25"] })
      yield* run(mock.url, {}, (room) =>
        Effect.gen(function* () {
          yield* room.flow.call("add", { a: 1, b: 1 })
          yield* room.intend({ _tag: "Refresh" })
          const lines = room.journal.events().map((event) => JSON.stringify(Schema.encodeSync(Event)(event)))
          const read = lines.map((line) => Schema.decodeUnknownSync(Event)(JSON.parse(line)))
          const state = read.reduce(transition, initialState)
          assert.deepStrictEqual(state, room.state())
          const { grant, identity, session } = state.facts
          for (const secret of [
            grant?.accessToken,
            grant?.refreshToken,
            identity?.client.registrationAccessToken,
            session?.sessionId,
          ]) {
            assert.isDefined(secret)
            if (secret !== undefined) assert.strictEqual(reveal(secret), undefined)
          }
          const live = room.state().facts.grant?.accessToken
          assert.isString(live && reveal(live))
          assert.strictEqual(live?.fingerprint, grant?.accessToken.fingerprint)
          // And what the program writes with --journal is the same: JSON of the events as they are.
          assert.deepStrictEqual(
            lines.map((line) => JSON.parse(line)),
            room.journal.events().map((event) => JSON.parse(JSON.stringify(event))),
          )
        }),
      )
    }).pipe(Effect.scoped),
  )
})

import net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { FlowState } from "../../source/flow/state.ts"
import { nextStep } from "../../source/flow/state.ts"
import { person } from "./person.ts"
import { mocked, occupied, type Run, requests, run, statuses, temporaryStore } from "./room.ts"

const asked = { autoApprove: false } as const
const print = { target: { browser: "print" } } as const

/** Runs up to the browser wait, and gives where the browser should go and where it should come back to. */
const toTheBrowser = ({ until }: Run) =>
  Effect.map(
    until((state) => state.wait?.kind === "browser"),
    ({ wait }) => (wait?.kind === "browser" ? wait : assert.fail("no browser wait")),
  )

const inTheBackground = (effect: Effect.Effect<FlowState>) => Effect.forkChild(effect, { startImmediately: true })

/** A run to the tools that has come to the browser. */
const signingIn = (room: Run) =>
  Effect.gen(function* () {
    const running = yield* inTheBackground(room.flow.runTo("tools"))
    return { running, ...(yield* toTheBrowser(room)) }
  })

const portIsOpen = (address: string): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const { hostname, port } = new URL(address)
    const socket = net.connect({ host: hostname, port: Number(port) })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.once("error", () => resume(Effect.succeed(false)))
  })

describe("the browser wait", () => {
  it.live("CR-115 ends with the callback; the last page says success once the token is there", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          const running = yield* inTheBackground(room.flow.call("add", { a: 1, b: 4 }))
          const { url, redirectUri, opened } = yield* toTheBrowser(room)
          assert.strictEqual(opened, "not-asked")
          const { visited } = yield* person(url)
          assert.match(visited.at(-1)?.url ?? "", /\/callback\/done$/)
          const state = yield* Fiber.join(running)
          assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 })
          // CR-114: the code has left the address bar.
          assert.isFalse(visited.at(-1)?.url.includes("code="))
          assert.include(visited.at(-1)?.html, '<main class="success">')
          yield* Effect.repeat(portIsOpen(redirectUri), { while: (open) => open })
          assert.deepStrictEqual(mock.log.failures(), [])
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live(
    "CR-115 a code that the token endpoint refuses: the last page claims no success, and says nothing of why",
    () =>
      Effect.gen(function* () {
        const refuse = { error: "invalid_grant", error_description: "CANARY too late" }
        const mock = yield* mocked({
          ...asked,
          behaviours: [{ token: (answer) => ({ ...answer, status: 400, json: refuse }) }],
        })
        yield* run(mock.url, print, (room) =>
          Effect.gen(function* () {
            const { running, url } = yield* signingIn(room)
            const { visited } = yield* person(url)
            assert.include(visited.at(-1)?.html, '<main class="failure">')
            assert.isFalse(visited.some(({ html }) => html.includes('<main class="success">')))
            assert.isFalse(visited.some(({ html }) => html.includes("CANARY")))
            assert.include((yield* Fiber.join(running)).steps.token.problem?.detail, "CANARY")
          }),
        )
      }).pipe(Effect.scoped),
  )

  it.live("ends with a denial, which is shown, and Retry asks anew with other secrets", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          const { running, ...first } = yield* signingIn(room)
          const { visited } = yield* person(first.url, "deny")
          assert.include(visited.at(-1)?.html, '<main class="failure">')
          const state = yield* Fiber.join(running)
          assert.strictEqual(state.steps.consent.problem?.code, "access_denied")
          assert.strictEqual(state.steps.consent.problem?.exit, 4)
          assert.include(state.steps.consent.problem?.detail, "the user said no")

          const again = yield* inTheBackground(room.intend({ _tag: "Retry" }))
          const second = yield* toTheBrowser(room)
          const secrets = (url: string) =>
            ["state", "code_challenge"].map((name) => new URL(url).searchParams.get(name))
          assert.notDeepEqual(secrets(second.url), secrets(first.url))
          // The same port, as it is the registered one.
          assert.strictEqual(second.redirectUri, first.redirectUri)
          yield* person(second.url)
          const after = yield* Fiber.join(again)
          assert.strictEqual(after.steps.consent.status, "done")
          assert.strictEqual(after.wait?.step, "token")
          yield* room.intend({ _tag: "RunAll" })
          assert.strictEqual(room.state().steps.call.status, "done")
          assert.strictEqual(requests(mock, "register"), 1)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("opens the same port again while the last page of the attempt before is still to be fetched", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          const { running, ...first } = yield* signingIn(room)
          // This browser does not follow the redirect to the page that says how it ended.
          const { ended } = yield* person(first.url, "deny", first.redirectUri)
          yield* Effect.promise(() => fetch(ended, { redirect: "manual" }))
          assert.strictEqual((yield* Fiber.join(running)).steps.consent.problem?.code, "access_denied")
          yield* inTheBackground(room.intend({ _tag: "Retry" }))
          const second = yield* toTheBrowser(room)
          assert.strictEqual(second.redirectUri, first.redirectUri)
          assert.deepStrictEqual(room.events("RemedyChosen"), [])
          yield* room.flow.intend({ _tag: "Cancel" })
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-111 Cancel answers at once and closes the port; going on begins with a new attempt", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          const { running, redirectUri, url } = yield* signingIn(room)
          assert.isTrue(yield* portIsOpen(redirectUri))
          yield* room.flow.intend({ _tag: "Cancel" })
          assert.strictEqual(room.state().running, undefined)
          assert.isFalse(yield* portIsOpen(redirectUri))
          const state = yield* Fiber.join(running)
          assert.strictEqual(nextStep(state), "authorize")
          assert.strictEqual(state.facts.attempt, undefined)
          const { running: again, ...second } = yield* signingIn(room)
          assert.notStrictEqual(second.url, url)
          yield* person(second.url)
          assert.strictEqual((yield* Fiber.join(again)).steps.tools.status, "done")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-113 ignores callbacks without our state, however many come", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          const { running, url, redirectUri } = yield* signingIn(room)
          for (const query of ["?code=stolen&state=wrong", "?code=stolen", "?error=access_denied&state=wrong", ""])
            for (let time = 0; time < 10; time++) {
              const answer = yield* Effect.promise(() => fetch(`${redirectUri}${query}`, { redirect: "manual" }))
              assert.strictEqual(answer.status, 400)
            }
          assert.strictEqual(room.state().wait?.kind, "browser")
          yield* person(url)
          assert.strictEqual((yield* Fiber.join(running)).steps.tools.status, "done")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-116 takes a pasted callback, and goes on waiting after one that is not ours", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          const { running, url, redirectUri } = yield* signingIn(room)
          const paste = (text: string) => room.flow.intend({ _tag: "Paste", text })
          for (const wrong of [
            "hello",
            "https://elsewhere.example/callback?code=x",
            `${redirectUri}?code=x&state=wrong`,
          ]) {
            const findings = room.state().steps.consent.findings.length
            yield* paste(wrong)
            yield* room.until((state) => state.steps.consent.findings.length > findings)
            assert.strictEqual(room.state().wait?.kind, "browser")
          }
          // The browser is on another machine: it cannot reach us, and shows the address it could not open.
          const { ended } = yield* person(url, "approve", redirectUri)
          assert.include(ended, "code=")
          yield* paste(`  <${ended}>\n`)
          yield* paste(`  <${ended}>\n`)
          assert.strictEqual((yield* Fiber.join(running)).steps.tools.status, "done")
          // What was pasted twice is not taken for an answer to the next attempt.
          yield* room.intend({ _tag: "Back", step: "authorize" })
          const { running: again, ...second } = yield* signingIn(room)
          yield* person(second.url)
          assert.strictEqual((yield* Fiber.join(again)).steps.tools.status, "done")
          assert.isFalse(room.state().steps.consent.findings.some(({ severity }) => severity === "warning"))
          // Nothing of what was pasted is in the journal.
          const code = new URL(ended).searchParams.get("code") ?? ""
          assert.notInclude(JSON.stringify(room.journal.events()), code)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("waits for a pasted callback alone where the redirect URI is a page of somebody else", () =>
    Effect.gen(function* () {
      const redirectUri = "https://sign-in.example/callback"
      const mock = yield* mocked(asked)
      yield* run(mock.url, { target: { browser: "print", redirectUri } }, (room) =>
        Effect.gen(function* () {
          const { running, url } = yield* signingIn(room)
          const { ended } = yield* person(url, "approve", redirectUri)
          yield* room.flow.intend({ _tag: "Paste", text: ended })
          const state = yield* Fiber.join(running)
          assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(statuses(state)))
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-102 without a person nothing is registered, opened or listened for: exit 3", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      for (const browser of ["system", "print"] as const) {
        const state = yield* run(mock.url, { target: { browser, interactive: false } }, ({ flow }) =>
          flow.runTo("tools"),
        )
        assert.deepStrictEqual(statuses(state), {
          probe: "done",
          resource: "done",
          server: "done",
          client: "failed: authorization_required",
        })
        assert.strictEqual(state.steps.client.problem?.exit, 3)
      }
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [0, 0])
    }).pipe(Effect.scoped),
  )

  it.live("CR-102 and with a client that is known the same, before anything is opened", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      const target = { browser: "print", interactive: false, preregistered: { clientId: "known" } } as const
      const state = yield* run(mock.url, { target }, ({ flow, events }) =>
        Effect.map(flow.runTo("tools"), (state) => {
          assert.isFalse(events("Waiting").some(({ wait }) => wait.kind === "browser"))
          return state
        }),
      )
      assert.strictEqual(state.steps.consent.problem?.code, "authorization_required")
      assert.strictEqual(state.steps.consent.problem?.exit, 3)
    }).pipe(Effect.scoped),
  )

  it.live("CR-111 the end of the program closes the port, whatever runs", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      const redirectUri = yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          yield* room.flow.intend({ _tag: "RunAll" })
          return (yield* toTheBrowser(room)).redirectUri
        }),
      )
      assert.isFalse(yield* portIsOpen(redirectUri))
    }).pipe(Effect.scoped),
  )

  it.live("CR-71 takes a new registration when another program has taken the port meanwhile", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      const store = yield* temporaryStore
      yield* run(mock.url, { ...print, store }, (room) =>
        Effect.gen(function* () {
          // As far as the gate before step 6; then the port goes to somebody else.
          for (let step = 1; step < 6; step++) yield* room.intend({ _tag: "Next" })
          const { redirectUri = "" } = room.state().facts.attempt ?? {}
          yield* occupied(Number(new URL(redirectUri).port))
          const { running, ...second } = yield* signingIn(room)
          assert.notStrictEqual(second.redirectUri, redirectUri)
          assert.deepStrictEqual(
            room.events("RemedyChosen").map(({ remedy }) => remedy),
            ["register"],
          )
          yield* person(second.url)
          assert.strictEqual((yield* Fiber.join(running)).steps.tools.status, "done")
          assert.strictEqual(requests(mock, "register"), 2)
          assert.deepStrictEqual(mock.log.failures(), [])
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("says that the port is taken when it is the one the user asked for", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      const { port } = new URL(mock.url)
      const redirectUri = `http://127.0.0.1:${port}/callback`
      const state = yield* run(mock.url, { target: { browser: "print", redirectUri } }, ({ flow }) =>
        flow.runTo("tools"),
      )
      assert.strictEqual(state.steps.consent.problem?.code, "callback_port_taken")
      assert.strictEqual(requests(mock, "register"), 1)
    }).pipe(Effect.scoped),
  )
})

describe("the clock", () => {
  it.effect("CR-111 closes the port after five minutes", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(asked)
      yield* run(mock.url, print, (room) =>
        Effect.gen(function* () {
          const { running, redirectUri } = yield* signingIn(room)
          yield* TestClock.adjust("299 seconds")
          assert.strictEqual(room.state().wait?.kind, "browser")
          yield* TestClock.adjust("2 seconds")
          const state = yield* Fiber.join(running)
          assert.strictEqual(state.steps.consent.problem?.code, "no_callback")
          yield* Effect.repeat(portIsOpen(redirectUri), { while: (open) => open })
        }),
      )
    }).pipe(Effect.scoped),
  )
})

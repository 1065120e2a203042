import dns from "node:dns"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { vi } from "vitest"
import { stdioUrl } from "../../source/mcp/stdio-command.ts"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { wireLayer } from "../../source/wire/live.ts"
import { Wire } from "../../source/wire/wire.ts"
import { mocked, mockTrusting, requests, run, temporaryStore } from "../flow/room.ts"
import { makeRecording } from "../wire/recorder.ts"

/** Numbers of the catalogue that no server on one port can show (mock/scenarios/not-simulated.ts). */
describe("faults that take more than one server", () => {
  /** A name server that gives these addresses, one answer after the other, the last one for ever. */
  const resolver = (...answers: ReadonlyArray<ReadonlyArray<string>>) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        let asked = 0
        const lookup = (_: string, options: unknown, done: (...found: ReadonlyArray<unknown>) => void) => {
          const found = answers[Math.min(asked, answers.length - 1)] ?? []
          asked += 1
          const all = found.map((address) => ({ address, family: 4 }))
          const callback = typeof options === "function" ? options : done
          if (typeof options === "object") callback(null, all)
          else callback(null, all[0]?.address, 4)
        }
        return vi.spyOn(dns, "lookup").mockImplementation(lookup as unknown as typeof dns.lookup)
      }),
      (spy) => Effect.sync(() => spy.mockRestore()),
    )

  const metadataFrom = (url: string) =>
    Wire.use((wire) => wire.send({ leg: "server-metadata", method: "GET", url })).pipe(
      Effect.provide(
        wireLayer({ serverUrl: "https://flip.example/mcp", secrets: makeSecretBook(), userAgent: "test" }).pipe(
          Layer.provide(makeRecording().layer),
        ),
      ),
      Effect.flip,
    )

  for (const [name, second] of [
    ["a private one", ["10.0.0.1"]],
    ["that of the cloud's metadata", ["169.254.169.254"]],
    ["this machine", ["127.0.0.1"]],
    ["a good one and a bad one", ["93.184.215.14", "192.168.0.1"]],
  ] as const)
    it.live(`F-12 CR-41 a public name that turns into ${name} between two questions is not dialled`, () =>
      Effect.gen(function* () {
        const spy = yield* resolver(["93.184.215.14"], second)
        const failure = yield* metadataFrom("https://flip.example/.well-known/oauth-authorization-server")
        assert.deepStrictEqual([failure.code, failure.sent], ["blocked_address", false])
        // What was checked is what would have been dialled: there is no third question.
        assert.strictEqual(spy.mock.calls.length, 2)
      }).pipe(Effect.scoped),
    )

  it.live("F-31 CR-113 a thousand forged callbacks, and the sign-in is finished all the same", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      yield* run(mock.url, { target: { browser: "print", interactive: true } }, ({ flow, until }) =>
        Effect.gen(function* () {
          yield* flow.intend({ _tag: "RunAll" })
          const { wait } = yield* until((state) => state.wait?.kind === "browser")
          assert.ok(wait?.kind === "browser")
          const forged = Array.from(
            { length: 1000 },
            (_, index) => `${wait.redirectUri}?code=forged-${index}&state=${index}`,
          )
          const statuses = yield* Effect.forEach(
            forged,
            (url) => Effect.promise(async () => (await fetch(url, { redirect: "manual" })).status),
            { concurrency: 20 },
          )
          assert.deepStrictEqual([...new Set(statuses)], [400])
          assert.strictEqual(requests(mock, "token"), 0)
          yield* Effect.promise(() => fetch(wait.url))
          const state = yield* until(({ steps }) => steps.tools.status === "done")
          assert.strictEqual(state.steps.token.status, "done")
          assert.strictEqual(requests(mock, "token"), 1)
          assert.notInclude(JSON.stringify(mock.log.all()), "forged-")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live(
    "F-32 CR-47 a mix-up: the attacker's page leads to an honest server, whose code the attacker never gets",
    () =>
      Effect.gen(function* () {
        const honest = yield* mocked({
          clients: [{ client_id: "of-the-attacker", redirect_uris: ["http://127.0.0.1/callback"] }],
        })
        const attacker = yield* mocked({
          behaviours: [
            {
              answer(plain, exchange) {
                if (exchange.event.route !== "authorize") return plain
                const query = new URLSearchParams(exchange.query)
                query.set("client_id", "of-the-attacker")
                query.set("resource", honest.url)
                return { status: 302, headers: { location: `${honest.issuer}/authorize?${query}` } }
              },
            },
          ],
        })
        const state = yield* run(attacker.url, {}, ({ flow }) => flow.runTo("tools"))
        // The honest server did its part: without the check of iss its code would now be the attacker's.
        assert.strictEqual(honest.log.last("authorize")?.status, 302)
        const { problem } = state.steps.consent
        assert.deepStrictEqual([problem?.code, problem?.exit], ["issuer_mismatch_in_response", 5])
        assert.deepStrictEqual([problem?.expected, problem?.received], [attacker.issuer, honest.issuer])
        assert.deepStrictEqual([requests(attacker, "token"), requests(honest, "token")], [0, 0])
      }).pipe(Effect.scoped),
  )

  it.live(
    "F-47 CR-70 the resource names another authorization server between two runs: nothing of the old one goes there",
    () =>
      Effect.gen(function* () {
        const [old, fresh] = [yield* mocked(), yield* mocked()]
        const resource = yield* mockTrusting(old)
        const store = yield* temporaryStore
        const first = yield* run(resource.url, { store }, ({ flow }) => flow.runTo("tools"))
        resource.trust(fresh)
        const refused = yield* run(resource.url, { store, target: { interactive: false } }, ({ flow }) =>
          flow.runTo("tools"),
        )
        assert.deepStrictEqual(
          [refused.steps.server.problem?.code, refused.steps.server.problem?.exit],
          ["issuer_changed", 3],
        )
        assert.strictEqual(fresh.log.size, 0)
        assert.strictEqual(first.facts.grant?.issuer, old.issuer)
      }).pipe(Effect.scoped),
  )

  it.live(
    "F-63 MR-62 MR-63 a local server that prints banners, cuts characters, dies in a call and ignores SIGTERM",
    () =>
      Effect.gen(function* () {
        const command = {
          command: process.execPath,
          args: [fileURLToPath(new URL("noisy-server.js", import.meta.url))],
        }
        const url = stdioUrl(command)
        const pids = yield* run(url, { target: { stdio: { ...command, env: {} } } }, ({ flow, events }) =>
          Effect.gen(function* () {
            const state = yield* flow.call("add", {})
            assert.strictEqual(state.steps.call.status, "done", JSON.stringify(state.steps))
            assert.deepStrictEqual(state.facts.result?.content, [{ type: "text", text: "3 € ✓" }])
            const noise = events("FindingRaised").filter(({ finding }) => finding.severity !== "pass")
            assert.isTrue(noise.some(({ finding }) => finding.text.includes("Welcome to noisy-server")))

            const dead = yield* flow.call("die", {})
            assert.strictEqual(dead.steps.call.status, "failed")
            assert.match(dead.steps.call.problem?.detail ?? "", /7/)
            // A call that may have run is not made again.
            const calls = events("RequestSent").filter(({ request }) => request.body?.text.includes('"name":"die"'))
            assert.strictEqual(calls.length, 1)

            // The next one starts a new process, which the end of the run has to kill.
            assert.strictEqual((yield* flow.call("add", {})).steps.call.status, "done")
            const started = events("FindingRaised").map(
              ({ finding }) => /noisy-server as (\d+)/.exec(finding.text)?.[1],
            )
            return [...new Set(started.filter((pid) => pid !== undefined))].map(Number)
          }),
        )
        assert.strictEqual(pids.length, 2)
        for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/)
      }).pipe(Effect.scoped),
  )
})

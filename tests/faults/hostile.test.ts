import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { MockOptions } from "../../mock/index.ts"
import type { Target } from "../../source/flow/target.ts"
import { mocked } from "../flow/room.ts"
import { type Blow, hostile, kinds, legs } from "./hostile.ts"
import { unprintable } from "./printed.ts"
import { runAgainst } from "./room.ts"

const small = (most: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: most }))

const blows = Arbitrary.array(
  Arbitrary.schema(
    Schema.Struct({ leg: small(legs.length - 1), kind: small(kinds - 1), place: small(60), choice: small(60) }),
  ),
  { minLength: 1, maxLength: 3 },
)

/** What a server can make of a run: a documented end with the exit status of a server's fault, and no usage error. */
const allowed: ReadonlySet<number> = new Set([0, 4, 5, 6])

/** Failures of the call itself, in the words of the server; a tool that is not in the list any more; a page instead of a code. */
const saidNo: ReadonlySet<string> = new Set(["rpc_error", "no_such_tool", "sign_in_needs_a_person"])

const patience = "45 seconds"

interface Era {
  readonly server: MockOptions
  readonly target: Partial<Target>
}

const eras: Readonly<Record<string, Era>> = {
  "2026-07-28": { server: {}, target: {} },
  "2026-07-28 in event streams": { server: { answers: "sse" }, target: {} },
  "2025-11-25": { server: { revisions: ["2025-11-25"] }, target: {} },
  "HTTP+SSE": { server: { transport: "sse" }, target: { legacySse: true } },
}

/** Why a run against such a server is not to be accepted, or nothing. */
const complaint = (struck: ReadonlyArray<Blow>, { server, target }: Era) =>
  Effect.gen(function* () {
    const mock = yield* mocked({ ...server, behaviours: [hostile(struck)] })
    const seen = yield* runAgainst(mock, { timeoutMillis: 400, target }).pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.succeed(undefined) }),
    )
    if (seen === undefined) return "it hangs"
    const { outcome, exit, problem, total } = seen
    if (outcome === "unexpected") return `a mistake of its own: ${JSON.stringify(problem)}`
    if (outcome !== "done" && problem === undefined) return `neither done nor failed: ${outcome}`
    if (!allowed.has(exit) && !saidNo.has(outcome)) return `exit ${exit}: ${JSON.stringify(problem)}`
    if (problem !== undefined && (problem.remedy.length === 0 || problem.rule === "")) return `no remedy: ${outcome}`
    if (total > 60) return `${total} requests`
    const harm = unprintable(seen)
    return harm.length === 0 ? undefined : `would reach the terminal: ${harm.join()}`
  }).pipe(Effect.scoped)

const told = (struck: ReadonlyArray<Blow>) =>
  struck.map(({ leg, ...blow }) => `${legs[leg]} ${JSON.stringify(blow)}`).join(" and ")

const runs = Number(process.env.MCP_DCR_TUI_FUZZ_RUNS ?? 80)
const seed = process.env.MCP_DCR_TUI_FUZZ_SEED ?? "hostile servers"

describe("hostile servers", () => {
  for (const [name, era] of Object.entries(eras))
    it.live(
      `${name}: whatever they answer, the run ends in a documented way, soon, and harms no terminal`,
      () =>
        Effect.gen(function* () {
          const result = yield* Arbitrary.checkEffect(
            blows,
            (struck) =>
              Effect.flatMap(complaint(struck, era), (found) =>
                found === undefined ? Effect.succeed(true) : Effect.fail(`${found}\n  after ${told(struck)}`),
              ),
            { runs, seed: `${seed} ${name}`, size: 60, maxShrinks: 40, concurrency: 2 },
          )
          assert.isUndefined(Arbitrary.formatCheckFailure(result))
        }),
      600_000,
    )
})

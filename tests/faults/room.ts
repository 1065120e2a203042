import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Mock, startMock } from "../../mock/index.ts"
import { programLayer } from "../../source/commands/program.ts"
import { Flow } from "../../source/flow/flow.ts"
import { Journal } from "../../source/flow/journal.ts"
import type { FlowState } from "../../source/flow/state.ts"
import { mainSteps } from "../../source/flow/step-id.ts"
import { defaultTarget } from "../../source/flow/target.ts"

/** What came of a run against a mock that misbehaves. */
export interface Outcome {
  /** `done`, or the code of the failure. */
  readonly outcome: string
  readonly exit: number
  readonly detail: string
  /** How many requests each path of interest got. */
  readonly seen: Readonly<Record<"register" | "authorize" | "token" | "calls", number>>
  readonly total: number
  readonly mock: Mock
  readonly state: FlowState
  readonly events: string
  readonly warnings: number
}

/** Signs in and calls `add`, as the program would, against a mock with these scenarios. */
export const outcomeOf = (
  scenarios: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Effect.Effect<Outcome, never, Scope.Scope> =>
  Effect.gen(function* () {
    const mock = yield* Effect.acquireRelease(
      Effect.promise(() => startMock({ autoApprove: true, scenarios })),
      (running) => Effect.promise(() => running.close()),
    )
    return yield* Effect.gen(function* () {
      const flow = yield* Flow
      const journal = yield* Journal
      const state = yield* flow.call("add", { a: 1, b: 2 })
      const failed = mainSteps.map((id) => state.steps[id]).find(({ status }) => status === "failed")
      const count = (path: string) =>
        mock.log.all().filter((event) => event.path.endsWith(path) && event.method !== "OPTIONS").length
      return {
        outcome: failed?.problem?.code ?? (state.steps.call.status === "done" ? "done" : state.steps.call.status),
        exit: failed?.problem?.exit ?? 0,
        detail: JSON.stringify(failed?.problem ?? {}),
        seen: {
          register: count("/register"),
          authorize: count("/authorize"),
          token: count("/token"),
          calls: mock.log.all().filter(({ rpc }) => rpc === "tools/call").length,
        },
        total: mock.log.size,
        mock,
        state,
        events: JSON.stringify(journal.events()),
        warnings: journal
          .events()
          .filter((event) => event._tag === "FindingRaised" && event.finding.severity !== "pass").length,
      }
    }).pipe(
      Effect.provide(
        programLayer(
          {
            target: { ...defaultTarget(mock.url), browser: "follow" },
            headers,
            allowInsecure: false,
            timeoutMillis: 2000,
            store: { kind: "memory" },
            output: { json: false, verbose: false, quiet: true, color: false, ascii: false },
          },
          { goal: "call" },
        ),
      ),
    )
  }).pipe(Effect.orDie)

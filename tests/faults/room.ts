import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Mock } from "../../mock/index.ts"
import { programLayer } from "../../source/commands/program.ts"
import type { Settings } from "../../source/commands/settings.ts"
import type { ProblemRecord } from "../../source/flow/event.ts"
import { Flow } from "../../source/flow/flow.ts"
import { Journal } from "../../source/flow/journal.ts"
import type { FlowState } from "../../source/flow/state.ts"
import { mainSteps } from "../../source/flow/step-id.ts"
import { defaultTarget, type Target } from "../../source/flow/target.ts"
import type { Finding } from "../../source/text/finding.ts"
import { mocked } from "../flow/room.ts"

/** What came of a run against a mock that misbehaves. */
export interface Outcome {
  /** `done`, or the code of the failure. */
  readonly outcome: string
  readonly exit: number
  readonly problem: ProblemRecord | undefined
  /** How many requests each path of interest got. */
  readonly seen: Readonly<Record<"register" | "authorize" | "token" | "calls", number>>
  readonly total: number
  readonly mock: Mock
  readonly state: FlowState
  /** The whole journal as JSON. */
  readonly events: string
  /** What was found wrong with the server. */
  readonly warnings: ReadonlyArray<Finding>
  /** Milliseconds of each wait before another attempt. */
  readonly waits: ReadonlyArray<number>
}

export interface RunChoices {
  readonly headers?: Readonly<Record<string, string>>
  /** Tool and arguments, `add` otherwise. */
  readonly call?: readonly [tool: string, args: Readonly<Record<string, unknown>>]
  readonly target?: Partial<Target>
  readonly store?: Settings["store"]
  /** For every answer, 2 seconds otherwise. */
  readonly timeoutMillis?: number
}

/** Signs in and calls a tool, as the program would. */
export const runAgainst = (mock: Mock, choices: RunChoices = {}): Effect.Effect<Outcome, never, Scope.Scope> =>
  Effect.gen(function* () {
    const [tool, args] = choices.call ?? ["add", { a: 1, b: 2 }]
    const target: Target = { ...defaultTarget(mock.url), browser: "follow", ...choices.target }
    const settings: Settings = {
      target,
      headers: choices.headers ?? {},
      allowInsecure: false,
      timeoutMillis: choices.timeoutMillis ?? 2000,
      store: choices.store ?? { kind: "memory" },
      output: { json: false, verbose: false, quiet: true, color: false, ascii: false },
    }
    return yield* Effect.gen(function* () {
      const flow = yield* Flow
      const journal = yield* Journal
      const state = yield* flow.call(tool, args)
      const failed = mainSteps.map((id) => state.steps[id]).find(({ status }) => status === "failed")
      const events = journal.events()
      const count = (path: string) =>
        mock.log.all().filter((event) => event.path.endsWith(path) && event.method !== "OPTIONS").length
      return {
        outcome: failed?.problem?.code ?? (state.steps.call.status === "done" ? "done" : state.steps.call.status),
        exit: failed?.problem?.exit ?? 0,
        problem: failed?.problem,
        seen: {
          register: count("/register"),
          authorize: count("/authorize"),
          token: count("/token"),
          calls: mock.log.all().filter(({ rpc }) => rpc === "tools/call").length,
        },
        total: mock.log.size,
        mock,
        state,
        events: JSON.stringify(events),
        warnings: events.flatMap((event) =>
          event._tag === "FindingRaised" && ["warning", "error"].includes(event.finding.severity)
            ? [event.finding]
            : [],
        ),
        waits: events.flatMap((event) => (event._tag === "RetryScheduled" ? [event.millis] : [])),
      }
    }).pipe(Effect.provide(programLayer(settings, { goal: "call" })))
  }).pipe(Effect.orDie)

/** The same against a mock with these scenarios. */
export const outcomeOf = (
  scenarios: readonly string[],
  choices: RunChoices = {},
): Effect.Effect<Outcome, never, Scope.Scope> =>
  Effect.flatMap(mocked({ scenarios }), (mock) => runAgainst(mock, choices))

/** What some scenarios need before they show themselves. */
export const CHOICES: Readonly<Record<string, RunChoices>> = {
  "gateway-header": { headers: { "x-gateway-key": "k" } },
  "header-mismatch": { call: ["echo", { message: "hello" }] },
  "elicit-secret": { call: ["book_table", { restaurant: "Roma" }], target: { elicit: "accept" } },
  "elicit-nested": { call: ["book_table", { restaurant: "Roma" }], target: { elicit: "accept" } },
  ...Object.fromEntries(
    ["elicit-punycode", "elicit-file", "elicit-javascript", "elicit-userinfo"].map((name) => [
      name,
      { call: ["connect_calendar", {}], target: { elicit: "accept" } } satisfies RunChoices,
    ]),
  ),
  "url-elicitation-required": { call: ["connect_calendar", {}], target: { elicit: "decline" } },
  "legacy-sse": { target: { legacySse: true } },
  "endpoint-event-foreign": { target: { legacySse: true } },
  "odd-tools": { call: ["wrong_structure", {}] },
}

import { mkdtempSync, rmSync } from "node:fs"
import net from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Mock, type MockOptions, type RouteName, startMock } from "../../mock/index.ts"
import { type ProgramServices, programLayer } from "../../source/commands/program.ts"
import type { Settings } from "../../source/commands/settings.ts"
import type { Event, EventOf } from "../../source/flow/event.ts"
import { Flow } from "../../source/flow/flow.ts"
import type { Intent } from "../../source/flow/intent.ts"
import { Journal } from "../../source/flow/journal.ts"
import type { FlowState } from "../../source/flow/state.ts"
import { type MainStepId, mainSteps, type StepId } from "../../source/flow/step-id.ts"
import { defaultTarget, type Target } from "../../source/flow/target.ts"
import type { LogLevel } from "../../source/mcp/log-level.ts"

/** A mock server that is closed with the scope; it approves by itself unless told otherwise. */
export const mocked = (options: MockOptions = {}) =>
  Effect.acquireRelease(
    Effect.promise(() => startMock({ autoApprove: true, ...options })),
    (mock) => Effect.promise(() => mock.close()),
  )

/** A mock that is a resource alone: its tokens come from the other one. */
export const mockTrusting = (authority: Mock) =>
  Effect.map(mocked({ authorizationServers: [] }), (mock) => {
    mock.trust(authority)
    return mock
  })

/** A store of its own, in a folder that vanishes with the scope. */
export const temporaryStore: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => path.join(mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-flow-")), "store")),
  (store) => Effect.sync(() => rmSync(path.dirname(store), { recursive: true, force: true })),
)

/** Holds a port of this machine until the scope closes. */
export const occupied = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<net.Server>((resume) => {
      const server = net.createServer((socket) => socket.destroy())
      server.listen(port, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void))),
  )

export interface Run {
  readonly flow: Flow["Service"]
  readonly journal: Journal["Service"]
  readonly state: () => FlowState
  /** An intent and all that it starts. */
  readonly intend: (intent: Intent) => Effect.Effect<FlowState>
  readonly events: <Tag extends Event["_tag"]>(tag: Tag) => ReadonlyArray<EventOf<Tag>>
  /** Waits until the state is as wanted; looks at every event, and so misses none. */
  readonly until: (holds: (state: FlowState) => boolean) => Effect.Effect<FlowState>
}

export interface RunOptions {
  readonly target?: Partial<Target>
  readonly store?: string
  readonly goal?: MainStepId
  readonly headers?: Settings["headers"]
  readonly logLevel?: LogLevel
  /** Somebody can answer what the server asks. */
  readonly asks?: boolean
}

/** The program as one process would run it: its own services, against a real server on a real socket. */
export const run = <A, E, R>(
  serverUrl: string,
  options: RunOptions,
  use: (run: Run) => Effect.Effect<A, E, R | ProgramServices>,
) =>
  Effect.gen(function* () {
    const flow = yield* Flow
    const journal = yield* Journal
    const until: Run["until"] = (holds) =>
      Effect.callback((resume) => {
        if (holds(journal.state())) return resume(Effect.succeed(journal.state()))
        const stop = journal.subscribe((_, state) => {
          if (!holds(state)) return
          stop()
          resume(Effect.succeed(state))
        })
        return Effect.sync(stop)
      })
    return yield* use({
      flow,
      journal,
      state: journal.state,
      intend: (intent) => Effect.andThen(flow.intend(intent), flow.idle),
      events: <Tag extends Event["_tag"]>(tag: Tag) =>
        journal.events().filter((event): event is EventOf<Tag> => event._tag === tag),
      until,
    })
  }).pipe(
    Effect.provide(
      programLayer(
        {
          target: { ...defaultTarget(serverUrl), browser: "follow", ...options.target },
          headers: options.headers ?? {},
          ...(options.logLevel === undefined ? {} : { logLevel: options.logLevel }),
          allowInsecure: false,
          store: options.store === undefined ? { kind: "memory" } : { kind: "directory", directory: options.store },
          output: { json: false, verbose: false, quiet: true, color: false, ascii: false },
        },
        { goal: options.goal ?? "call", asks: options.asks === true },
      ),
    ),
  )

/** How the ten steps and the asides stand, those that did not run left away. */
export const statuses = (state: FlowState): Readonly<Partial<Record<StepId, string>>> =>
  Object.fromEntries(
    Object.entries(state.steps).flatMap(([id, { status, problem }]) =>
      status === "todo" ? [] : [[id, problem === undefined ? status : `${status}: ${problem.code}`]],
    ),
  )

/** The statuses of a whole sign-in. */
export const allDone = Object.fromEntries(mainSteps.map((id) => [id, "done"]))

/** Those of steps 2 to 7 where there was nothing to authorize. */
export const leftOut = Object.fromEntries(mainSteps.slice(1, 7).map((id) => [id, "skipped"]))

/** How many requests the server saw on these routes, with the given status where one is given. */
export const requests = (mock: Mock, route: RouteName, status?: number): number =>
  mock.log.all(route).filter((event) => status === undefined || event.status === status).length

/** The machine's clock, which can be set forward: time passes, nobody waits. */
export const movableClock = () => {
  let offset = 0
  const millis = () => Date.now() + offset
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: () => BigInt(millis()) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(millis()) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => process.hrtime.bigint(),
    monotonicTimeNanos: Effect.sync(() => process.hrtime.bigint()),
    sleep: (duration) =>
      Effect.callback((resume) => {
        const timer = setTimeout(() => resume(Effect.void), Duration.toMillis(duration))
        return Effect.sync(() => clearTimeout(timer))
      }),
  }
  return {
    /** The same clock for a mock. */
    mock: { now: millis, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) },
    forward: (milliseconds: number) => {
      offset += milliseconds
    },
    provide: Effect.provideService(Clock.Clock, clock),
  }
}

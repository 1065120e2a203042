import type { Event } from "../../source/flow/event.ts"
import type { Intent } from "../../source/flow/intent.ts"
import { initialState, transition } from "../../source/flow/state.ts"
import { defaultTarget } from "../../source/flow/target.ts"
import { type FlowHandle, runScreen, type ScreenEnd, type ScreenOptions } from "../../source/tui/app/main.tsx"
import { hidden, serverUrl, start } from "./journal.ts"
import { steps } from "./steps.ts"
import { makeTerminal, type TestTerminal } from "./terminal.ts"

/** A run that a test drives: it says what happens, and sees what was asked. */
export const fakeFlow = (events: ReadonlyArray<Event>) => {
  let state = events.reduce(transition, initialState)
  const listeners = new Set<() => void>()
  const intents: Array<Intent> = []
  let onIntent: (intent: Intent) => void = () => {}
  let closed = 0
  const handle: FlowHandle = {
    steps,
    target: defaultTarget(serverUrl),
    journal: {
      state: () => state,
      subscribe: (listener) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    intend: (intent) => {
      intents.push(intent)
      onIntent(intent)
    },
    expose: (text) => [...hidden].reduce((out, [mark, value]) => out.replaceAll(mark, value), text),
    close: async () => {
      closed += 1
    },
  }
  return {
    handle,
    intents,
    closed: () => closed,
    append: (...more: ReadonlyArray<Event>) => {
      // Each is heard of by itself, as in a real run.
      for (const event of more) {
        state = transition(state, event)
        for (const listener of [...listeners]) listener()
      }
    },
    answer: (how: (intent: Intent) => void) => {
      onIntent = how
    },
  }
}

export type FakeFlow = ReturnType<typeof fakeFlow>

export interface Session extends AsyncDisposable {
  readonly terminal: TestTerminal
  readonly flow: FakeFlow
  readonly end: Promise<ScreenEnd>
  /** Moves the screen's clock. */
  readonly pass: (millis: number) => void
  /** What the choice of a server led to. */
  readonly opened: ReadonlyArray<string>
}

export interface SessionOptions extends Partial<ScreenOptions> {
  readonly size?: readonly [columns: number, rows: number]
  readonly events?: ReadonlyArray<Event>
  readonly at?: number
}

export const openSession = (options: SessionOptions = {}): Session => {
  const { size = [120, 40], events = [], at = start + 12_000, ...rest } = options
  const terminal = makeTerminal(...size)
  const flow = fakeFlow(events)
  const opened: Array<string> = []
  let clock = at
  const end = runScreen({
    version: "1.0.0",
    start: { servers: [], mock: true },
    connect: async (choice) => {
      opened.push(
        choice.kind === "mock"
          ? ["mock", ...(choice.fault === undefined ? [] : [choice.fault])].join(" ")
          : choice.kind === "url"
            ? choice.url
            : choice.command,
      )
      return flow.handle
    },
    reducedMotion: true,
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    now: () => clock,
    ...(events.length > 0 ? { open: { serverUrl } } : {}),
    ...rest,
  })
  return {
    terminal,
    flow,
    end,
    opened,
    pass: (millis) => {
      clock += millis
    },
    [Symbol.asyncDispose]: async () => {
      terminal.type("\u0003")
      terminal.type("\u0003")
      await end
    },
  }
}

import { performance } from "node:perf_hooks"
import type { Intent } from "../../flow/intent.ts"
import type { FlowState } from "../../flow/state.ts"
import type { Step } from "../../flow/step.ts"
import type { Target } from "../../flow/target.ts"
import type { Problem } from "../../text/problem.ts"
import type { Theme } from "../theme/theme.ts"
import { type Action, initialUi, reduce } from "./reduce.ts"
import type { KnownServer, MockFault, Scene, Ui } from "./scene.ts"
import { nextWake } from "./wake.ts"

/** The runner of one sign-in, as the screen sees it. */
export interface FlowHandle {
  readonly steps: ReadonlyArray<Step>
  readonly target: Target
  readonly journal: {
    readonly state: () => FlowState
    /** Calls for every event from now on; gives the way to stop it. */
    readonly subscribe: (listener: () => void) => () => void
  }
  readonly intend: (intent: Intent) => void
  /** Puts the secrets of this run back into a text, for the 30 seconds in which a person asked to see them. */
  readonly expose: (text: string) => string
  readonly close: () => Promise<void>
  /** The mock answers the sign-in page by itself. */
  readonly autoApproves?: boolean
  /** What the embedded mock does wrong. */
  readonly fault?: string
  /** Where clients and tokens are kept; absent when nothing is. */
  readonly storedIn?: string
}

export interface StoreOptions {
  readonly version: string
  readonly servers: ReadonlyArray<KnownServer>
  readonly mock: boolean
  readonly learn: boolean
  readonly theme: Theme
  readonly still: boolean
  readonly columns: number
  readonly rows: number
  readonly now: () => number
}

/** Milliseconds between two notifications: faster than any terminal is painted. */
const frame = 16

/**
 * The state of the screen, outside React (invariant I-6): its own part by the reducer, the flow's part by the journal.
 * However much happens, listeners hear of it once per frame.
 */
export const makeStore = (options: StoreOptions) => {
  let ui: Ui = initialUi(options.learn)
  let size = { columns: options.columns, rows: options.rows }
  let handle: FlowHandle | undefined
  let unsubscribe = () => {}
  let servers = options.servers
  let faults: ReadonlyArray<MockFault> = []
  let opening: string | undefined
  let openProblem: Problem | undefined
  let scene: Scene | undefined
  let flushedAt = 0
  let pending = false
  let stopped = false
  let wake: NodeJS.Timeout | undefined
  const listeners = new Set<() => void>()

  const current = (): Scene => {
    scene ??= {
      ui,
      ...size,
      now: options.now(),
      version: options.version,
      theme: options.theme,
      still: options.still,
      servers,
      mock: options.mock,
      faults,
      ...(opening === undefined ? {} : { opening }),
      ...(openProblem === undefined ? {} : { openProblem }),
      ...(handle === undefined
        ? {}
        : {
            flow: {
              state: handle.journal.state(),
              steps: handle.steps,
              target: handle.target,
              expose: handle.expose,
              autoApproves: handle.autoApproves === true,
              ...(handle.fault === undefined ? {} : { fault: handle.fault }),
            },
          }),
    }
    return scene
  }

  const flush = () => {
    pending = false
    if (stopped) return
    flushedAt = performance.now()
    for (const listener of listeners) listener()
    clearTimeout(wake)
    const delay = nextWake(current())
    if (delay !== undefined) wake = setTimeout(expire, delay)
  }

  /** What was seen is out of date: the next reader gets a new scene, listeners hear of it with the next frame. */
  const changed = () => {
    scene = undefined
    if (pending || stopped) return
    pending = true
    const since = performance.now() - flushedAt
    if (since >= frame) setImmediate(flush)
    else setTimeout(flush, frame - since)
  }

  const dispatch = (action: Action) => {
    const next = reduce(ui, action)
    if (next === ui) return
    ui = next
    changed()
  }

  const expire = () => {
    const now = options.now()
    if (ui.toast?.until !== undefined && ui.toast.until <= now) dispatch({ type: "untoast" })
    if (ui.revealUntil !== undefined && ui.revealUntil <= now) dispatch({ type: "hide" })
    changed()
  }

  const setHandle = (next: FlowHandle | undefined) => {
    unsubscribe()
    handle = next
    unsubscribe = next?.journal.subscribe(changed) ?? (() => {})
    changed()
  }

  return {
    scene: current,
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    dispatch,
    resize: (columns: number, rows: number) => {
      size = { columns, rows }
      changed()
    },
    handle: () => handle,
    setHandle,
    setFaults: (known: ReadonlyArray<MockFault>) => {
      faults = known
      changed()
    },
    setServers: (known: ReadonlyArray<KnownServer>) => {
      servers = known
      changed()
    },
    setOpening: (name: string | undefined, problem?: Problem) => {
      opening = name
      openProblem = problem
      changed()
    },
    stop: () => {
      stopped = true
      clearTimeout(wake)
      unsubscribe()
    },
  }
}

export type Store = ReturnType<typeof makeStore>

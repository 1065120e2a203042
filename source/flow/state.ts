import type { Finding } from "../text/finding.ts"
import type { RequestRecord, ResponseRecord } from "../wire/exchange.ts"
import type { Event, EventOf, ProblemRecord, Wait } from "./event.ts"
import { type FactName, type Facts, factSteps } from "./facts.ts"
import { isMainStep, type MainStepId, mainSteps, type StepId, stepNumber } from "./step-id.ts"

export type StepStatus = "todo" | "running" | "done" | "failed" | "skipped"

export interface StepState {
  readonly status: StepStatus
  /** Milliseconds since the epoch. */
  readonly startedAt?: number
  readonly endedAt?: number
  /** Why it was skipped, or one line on how it ended. */
  readonly note?: string
  readonly problem?: ProblemRecord
  readonly findings: ReadonlyArray<Finding>
  /** Numbers of the exchanges it made. */
  readonly exchanges: ReadonlyArray<number>
}

export interface ExchangeState {
  readonly step?: StepId
  readonly request: RequestRecord
  /** Absent while the answer is awaited. */
  readonly response?: ResponseRecord
  /** Set when another attempt was scheduled because of this one: milliseconds of wait and the reason. */
  readonly retry?: { readonly millis: number; readonly reason: string }
}

export interface Progress {
  readonly progress: number
  readonly total?: number
  readonly message?: string
}

export interface FlowState {
  readonly serverUrl: string
  readonly startedAt: number
  /** Time of the newest event. */
  readonly at: number
  readonly mode: "manual" | "auto"
  readonly steps: Readonly<Record<StepId, StepState>>
  /** The step that runs now, a main one or an aside. */
  readonly running?: StepId
  readonly wait?: Wait & { readonly step: StepId; readonly since: number }
  readonly facts: Facts
  readonly exchanges: ReadonlyArray<ExchangeState>
  /** How many exchanges there were in all; `exchanges` holds the newest {@link exchangeRing}. */
  readonly exchangeCount: number
  readonly progress?: Progress
}

/** Exchanges kept in memory. */
export const exchangeRing = 5000

const untouched: StepState = { status: "todo", findings: [], exchanges: [] }

const emptySteps: FlowState["steps"] = {
  probe: untouched,
  resource: untouched,
  server: untouched,
  client: untouched,
  authorize: untouched,
  consent: untouched,
  token: untouched,
  connect: untouched,
  tools: untouched,
  call: untouched,
  refresh: untouched,
  revoke: untouched,
}

export const initialState: FlowState = {
  serverUrl: "",
  startedAt: 0,
  at: 0,
  mode: "manual",
  steps: emptySteps,
  facts: {},
  exchanges: [],
  exchangeCount: 0,
}

const omit = <T extends object, K extends keyof T>(value: T, ...names: ReadonlyArray<K>): Omit<T, K> => {
  const copy = { ...value }
  for (const name of names) delete copy[name]
  return copy
}

const withStep = (state: FlowState, step: StepId, change: Partial<StepState>): FlowState => ({
  ...state,
  steps: { ...state.steps, [step]: { ...state.steps[step], ...change } },
})

const factNames = Object.keys(factSteps) as ReadonlyArray<FactName>

const dropBetween = (facts: Facts, from: number, through: number): Facts =>
  omit(facts, ...factNames.filter((name) => factSteps[name] >= from && factSteps[name] <= through)) as Facts

type Transitions = {
  readonly [Tag in Event["_tag"]]: (state: FlowState, event: EventOf<Tag>) => FlowState
}

/** One entry per kind of event. An event that does not fit the state (a late answer after a reset) changes nothing. */
const transitions: Transitions = {
  RunStarted: (_, event) => ({ ...initialState, serverUrl: event.serverUrl, startedAt: event.at, at: event.at }),

  ModeChanged: (state, event) => ({ ...state, mode: event.mode }),

  StepStarted: (state, event) =>
    state.running !== undefined
      ? state
      : {
          ...withStep(omit(state, "wait", "progress"), event.step, {
            ...untouched,
            status: "running",
            startedAt: event.at,
          }),
          running: event.step,
        },

  RequestSent: (state, event) => {
    const exchange: ExchangeState = {
      request: event.request,
      ...(state.running === undefined ? {} : { step: state.running }),
    }
    const next: FlowState = {
      ...state,
      exchanges: [...state.exchanges.slice(-(exchangeRing - 1)), exchange],
      exchangeCount: state.exchangeCount + 1,
    }
    if (state.running === undefined) return next
    const before = state.steps[state.running].exchanges
    return withStep(next, state.running, { exchanges: [...before, event.request.exchange] })
  },

  ExchangeFinished: (state, event) =>
    updateExchange(state, event.response.exchange, (exchange) => ({ ...exchange, response: event.response })),

  RetryScheduled: (state, event) =>
    updateExchange(state, event.exchange, (exchange) => ({
      ...exchange,
      retry: { millis: event.millis, reason: event.reason },
    })),

  FactLearned: (state, event) => ({ ...state, facts: { ...state.facts, [event.fact.name]: event.fact.value } }),

  FindingRaised: (state, event) =>
    state.running === undefined
      ? state
      : withStep(state, state.running, { findings: [...state.steps[state.running].findings, event.finding] }),

  Progressed: (state, event) =>
    state.running === undefined ? state : { ...state, progress: omit(event, "_tag", "at") },

  Waiting: (state, event) => {
    // A gate stands before a step that does not run yet; a wait for the browser is part of the step that runs.
    const fits = event.wait.kind === "gate" ? state.running === undefined : state.running === event.step
    return fits ? { ...state, wait: { ...event.wait, step: event.step, since: sinceOf(state, event) } } : state
  },

  Decided: (state) => state,

  StepEnded: (state, event) => {
    if (event.outcome === "skipped" ? state.running !== undefined : state.running !== event.step) return state
    const status = event.outcome === "cancelled" ? "todo" : event.outcome
    const ended = withStep(omit(state, "running", "wait", "progress"), event.step, {
      status,
      endedAt: event.at,
      ...(event.note === undefined ? {} : { note: event.note }),
      ...(event.problem === undefined ? {} : { problem: event.problem }),
    })
    return event.outcome === "done" || event.outcome === "skipped" || !isMainStep(event.step)
      ? ended
      : { ...ended, mode: "manual" }
  },

  Reset: (state, event) => {
    const from = stepNumber(event.step)
    const through = event.through === undefined ? mainSteps.length : (stepNumber(event.through) ?? 0)
    if (state.running !== undefined || from === undefined) return state
    const steps = { ...state.steps }
    for (const later of mainSteps.slice(from - 1, through)) steps[later] = untouched
    return { ...omit(state, "wait", "progress"), steps, facts: dropBetween(state.facts, from, through) }
  },
}

/** The same browser wait announced again (opening → opened) keeps counting from the first time. */
const sinceOf = (state: FlowState, event: EventOf<"Waiting">): number =>
  state.wait !== undefined && state.wait.kind === event.wait.kind && state.wait.step === event.step
    ? state.wait.since
    : event.at

const updateExchange = (
  state: FlowState,
  number: number,
  change: (exchange: ExchangeState) => ExchangeState,
): FlowState => {
  // The newest exchanges end first: search from the back.
  const index = state.exchanges.findLastIndex((exchange) => exchange.request.exchange === number)
  const found = state.exchanges[index]
  if (found === undefined) return state
  return { ...state, exchanges: state.exchanges.with(index, change(found)) }
}

const apply = <Tag extends Event["_tag"]>(state: FlowState, event: EventOf<Tag> & { readonly _tag: Tag }): FlowState =>
  transitions[event._tag](state, event)

/** The pure fold behind everything: `state = events.reduce(transition, initialState)`. */
export const transition = (state: FlowState, event: Event): FlowState => {
  const next = apply(state, event)
  return next.at === event.at ? next : { ...next, at: event.at }
}

/** The main step that comes next, or `undefined` when all are done. A failed step is next until it is retried. */
export const nextStep = (state: FlowState): MainStepId | undefined =>
  mainSteps.find((id) => state.steps[id].status !== "done" && state.steps[id].status !== "skipped")

/** The newest exchange by number. */
export const exchangeOf = (state: FlowState, number: number): ExchangeState | undefined =>
  state.exchanges.findLast((exchange) => exchange.request.exchange === number)

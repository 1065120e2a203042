import type { Event, EventOf } from "./event.ts"
import { exchangeFinished, requestSent, retryScheduled } from "./exchanges.ts"
import { type FactName, type Facts, factSources } from "./facts.ts"
import {
  type FlowState,
  initialState,
  type ListName,
  nextStep,
  nothingTried,
  noticeRing,
  type StepState,
  untouched,
} from "./flow-state.ts"
import { isMainStep, type MainStepId, mainSteps, type StepId, stepNumber } from "./step-id.ts"

export type * from "./flow-state.ts"
export { bodyRing, exchangeOf, exchangeRing, initialState, nextStep } from "./flow-state.ts"

const omit = <T extends object, K extends keyof T>(value: T, ...names: ReadonlyArray<K>): Omit<T, K> => {
  const copy = { ...value }
  for (const name of names) delete copy[name]
  return copy
}

const withStep = (state: FlowState, step: StepId, change: Partial<StepState>): FlowState => ({
  ...state,
  steps: { ...state.steps, [step]: { ...state.steps[step], ...change } },
})

const factNames = Object.keys(factSources) as ReadonlyArray<FactName>

const dropFacts = (state: FlowState, drop: (name: FactName, home: MainStepId) => boolean): FlowState => {
  const facts = omit(state.facts, ...factNames.filter((name) => drop(name, factSources[name][0]))) as Facts
  // Nobody can prove a grant that is not there.
  return { ...(facts.grant === undefined ? omit(state, "unproven") : state), facts }
}

/** A step that begins, or that did not get to its end, has learned nothing. The call was chosen before it began. */
const withoutOwnFacts = (state: FlowState, step: StepId): FlowState =>
  dropFacts(state, (name, home) => home === step && name !== "call" && name !== "request")

/** A pause is over when the next request goes out. */
const withoutPause = (state: FlowState): FlowState => (state.wait?.kind === "pause" ? omit(state, "wait") : state)

/** The step that the server answered well with the token: the token is good then. */
const proves: ReadonlySet<StepId> = new Set(["probe", "connect", "tools", "call"])

type Transitions = {
  readonly [Tag in Event["_tag"]]: (state: FlowState, event: EventOf<Tag>) => FlowState
}

/** One entry per kind of event. An event that does not fit the state (a late answer after a reset) changes nothing. */
const transitions: Transitions = {
  RunStarted: (_, { serverUrl, at }) => ({
    ...initialState,
    serverUrl,
    startedAt: at,
    at,
    tried: { ...nothingTried, since: at },
  }),

  ModeChanged: (state, event) => ({ ...state, mode: event.mode }),

  StepStarted: (state, event) => {
    if (state.running !== undefined) return state
    const { step, at } = event
    const { tried } = state
    return {
      ...withoutOwnFacts(omit(state, "wait", "progress"), step),
      running: step,
      steps: { ...state.steps, [step]: { ...untouched, status: "running", startedAt: at } },
      tried: step === "consent" ? { ...tried, authorizations: tried.authorizations + 1 } : tried,
    }
  },

  RequestSent: (state, event) => {
    const step = event.step ?? state.running
    const next = requestSent(state, event.request, step)
    if (next === state) return state
    const sent = withoutPause(next)
    return step === undefined
      ? sent
      : withStep(sent, step, { exchanges: [...state.steps[step].exchanges, event.request.exchange] })
  },

  ExchangeFinished: (state, event) => exchangeFinished(state, event.response),

  RetryScheduled: (state, event) => {
    const next = retryScheduled(state, event)
    const { running } = state
    const { at, millis, reason } = event
    // A question that is open at the same time is the more urgent one.
    return running === undefined || state.wait !== undefined
      ? next
      : { ...next, wait: { kind: "pause", until: at + millis, reason, step: running, since: at } }
  },

  FactLearned: (state, event) => {
    const { name, value } = event.fact
    if (!factSources[name].includes(state.running ?? "gate")) return state
    // Between steps only what the runner itself decides, and the probe only once it has been made.
    if (name === "probe" && state.running === undefined && state.steps.probe.status !== "done") return state
    // A request may renew what connecting and listing have taught, not stand in for them.
    const [home] = factSources[name]
    if (state.running === "call" && home !== "call" && !/^(done|skipped)$/.test(state.steps[home].status)) return state
    const learned: FlowState = {
      ...state,
      facts: { ...state.facts, [name]: value },
      stale: state.stale.includes(name as ListName) ? state.stale.filter((list) => list !== name) : state.stale,
    }
    if (name !== "grant") return learned
    const { running } = state
    return running === "token" || running === "refresh" ? { ...learned, unproven: running } : omit(learned, "unproven")
  },

  FindingRaised: (state, event) => {
    const step = event.step ?? state.running
    return step === undefined
      ? state
      : withStep(state, step, { findings: [...state.steps[step].findings, event.finding] })
  },

  Progressed: (state, event) =>
    state.running === undefined ? state : { ...state, progress: omit(event, "_tag", "at") },

  Notified: (state, { at, method, params }) => {
    const [, list] = /^notifications\/(tools|resources|prompts)\/list_changed$/.exec(method) ?? []
    return {
      ...state,
      notices: [...state.notices.slice(1 - noticeRing), { at, method, params }],
      stale: list === undefined ? state.stale : [...new Set([...state.stale, list as ListName])],
    }
  },

  ListeningStarted: (state, { at, filter }) => ({ ...state, listening: { since: at, filter } }),

  ListeningGranted: (state, { granted }) =>
    state.listening === undefined ? state : { ...state, listening: { ...state.listening, granted } },

  ListeningEnded: (state) => omit(state, "listening"),

  Waiting: (state, event) => {
    // A gate stands before the step that comes next; a wait for the browser or for an answer is part of the step that runs.
    const fits =
      event.wait.kind === "gate"
        ? state.running === undefined && nextStep(state) === event.step
        : state.running === event.step
    return fits ? { ...state, wait: { ...event.wait, step: event.step, since: sinceOf(state, event) } } : state
  },

  Answered: (state, event) =>
    state.wait?.kind === "question" && state.wait.question === event.question ? omit(state, "wait") : state,

  Decided: (state, event) =>
    event.errand === true ? { ...state, tried: { ...nothingTried, since: event.at } } : state,

  RemedyChosen: (state, { remedy, scope, at }) => {
    const { remedies, stepUps } = state.tried
    return {
      ...state,
      tried: {
        ...state.tried,
        remedies: { ...remedies, [remedy]: remedies[remedy] + 1 },
        stepUps: remedy === "step-up" ? [...stepUps, scope ?? ""] : stepUps,
        since: remedy === "renew" || remedy === "reconnect" ? state.tried.since : at,
      },
    }
  },

  StepEnded: (state, event) => {
    if (!endFits(state, event)) return state
    const { step, outcome, note, problem } = event
    const good = outcome === "done" || outcome === "skipped"
    const before = good ? state : withoutOwnFacts(state, step)
    const ended: FlowState = {
      ...omit(before, "running", "wait", "progress"),
      steps: {
        ...state.steps,
        [step]: {
          ...omit(state.steps[step], "note", "problem"),
          status: outcome === "cancelled" ? "todo" : outcome,
          endedAt: event.at,
          ...(note === undefined ? {} : { note }),
          ...(problem === undefined || outcome !== "failed" ? {} : { problem }),
        },
      },
    }
    if (outcome === "done" && proves.has(step)) return omit(ended, "unproven")
    // Nothing runs on over a failure. A step that is stopped may be stopped for a remedy.
    return outcome === "failed" && isMainStep(step) ? { ...ended, mode: "manual" } : ended
  },

  Reset: (state, event) => {
    const from = stepNumber(event.step)
    const through = event.through === undefined ? mainSteps.length : (stepNumber(event.through) ?? 0)
    if (state.running !== undefined || from === undefined) return state
    const dropped = mainSteps.slice(from - 1, through)
    const steps = { ...state.steps }
    for (const step of dropped) steps[step] = untouched
    return dropFacts({ ...omit(state, "wait", "progress"), steps }, (_, home) => dropped.includes(home))
  },
}

/** A step ends when it runs; the one that comes next may also be left out, or be given up without running again. */
const endFits = (state: FlowState, { step, outcome }: EventOf<"StepEnded">): boolean =>
  state.running === undefined
    ? nextStep(state) === step && (outcome === "skipped" || outcome === "failed")
    : state.running === step && outcome !== "skipped"

/** The same browser wait announced again (opening → opened) keeps counting from the first time. */
const sinceOf = (state: FlowState, event: EventOf<"Waiting">): number =>
  state.wait !== undefined && state.wait.kind === event.wait.kind && state.wait.step === event.step
    ? state.wait.since
    : event.at

const apply = <Tag extends Event["_tag"]>(state: FlowState, event: EventOf<Tag> & { readonly _tag: Tag }): FlowState =>
  transitions[event._tag](state, event)

/** The pure fold behind everything: `state = events.reduce(transition, initialState)`. */
export const transition = (state: FlowState, event: Event): FlowState => {
  const next = apply(state, event)
  return next.at === event.at ? next : { ...next, at: event.at }
}

import type { Finding } from "../text/finding.ts"
import type { RequestRecord, ResponseRecord } from "../wire/exchange.ts"
import type { ProblemRecord, Remedy, Wait } from "./event.ts"
import type { Facts } from "./facts.ts"
import { type MainStepId, mainSteps, type StepId } from "./step-id.ts"

export type StepStatus = "todo" | "running" | "done" | "failed" | "skipped"

export interface StepState {
  readonly status: StepStatus
  /** Milliseconds since the epoch. */
  readonly startedAt?: number
  readonly endedAt?: number
  /** Why it was skipped, or one line on how it ended. */
  readonly note?: string
  /** Why it failed. */
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

/** Until another attempt goes out: a server asked for the time, or a read broke off. Comes of `RetryScheduled`. */
export interface Pause {
  readonly kind: "pause"
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly reason: string
}

export interface Progress {
  readonly progress: number
  readonly total?: number
  readonly message?: string
}

/** What was done by itself since the person last wanted something; the caps of the recovery count this (CR-90, CR-100). */
export interface Tried {
  /** Authorization requests. */
  readonly authorizations: number
  readonly remedies: Readonly<Record<Remedy, number>>
  /** The scopes that step-ups asked for. */
  readonly stepUps: ReadonlyArray<string>
  /** When it began: what was wanted, or the sign-in that follows from it. */
  readonly since: number
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
  readonly wait?: (Wait | Pause) & { readonly step: StepId; readonly since: number }
  readonly facts: Facts
  /** The step that obtained the grant, as long as the server has not accepted it once. */
  readonly unproven?: "token" | "refresh"
  readonly tried: Tried
  readonly exchanges: ReadonlyArray<ExchangeState>
  /** How many exchanges there were in all; `exchanges` holds the newest {@link exchangeRing}. */
  readonly exchangeCount: number
  readonly progress?: Progress
  /** What the server said unasked, the newest {@link noticeRing}. */
  readonly notices: ReadonlyArray<Notice>
  /** Lists that have changed at the server since they were read. */
  readonly stale: ReadonlyArray<ListName>
  /** Since when changes are listened to, for what, and what of it the server grants. */
  readonly listening?: {
    readonly since: number
    readonly filter: Readonly<Record<string, unknown>>
    readonly granted?: Readonly<Record<string, unknown>>
  }
}

/** A notification: a log message, or news of a list or a resource. Its words are the server's own. */
export interface Notice {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

export type ListName = "tools" | "resources" | "prompts"

/** Notifications kept in memory. */
export const noticeRing = 200

/** Exchanges kept in memory, and how many of these, the newest, with their bodies: at most 64 MB of text. */
export const exchangeRing = 5000
export const bodyRing = 500

export const untouched: StepState = { status: "todo", findings: [], exchanges: [] }

export const nothingTried: Tried = {
  authorizations: 0,
  remedies: { renew: 0, authorize: 0, "step-up": 0, register: 0, reconnect: 0, adopt: 0 },
  stepUps: [],
  since: 0,
}

export const initialState: FlowState = {
  serverUrl: "",
  startedAt: 0,
  at: 0,
  mode: "manual",
  steps: {
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
  },
  facts: {},
  notices: [],
  stale: [],
  tried: nothingTried,
  exchanges: [],
  exchangeCount: 0,
}

/** The main step that comes next, or `undefined` when all are done. A failed step is next until it is retried. */
export const nextStep = (state: FlowState): MainStepId | undefined =>
  mainSteps.find((id) => state.steps[id].status !== "done" && state.steps[id].status !== "skipped")

/** The newest exchange by number. */
export const exchangeOf = (state: FlowState, number: number): ExchangeState | undefined =>
  state.exchanges.findLast((exchange) => exchange.request.exchange === number)

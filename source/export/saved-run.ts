import type { Event, ProblemRecord } from "../flow/event.ts"
import { type FlowState, initialState, transition } from "../flow/state.ts"
import type { StepId } from "../flow/step-id.ts"
import type { Finding } from "../text/finding.ts"
import type { RequestRecord, ResponseRecord } from "../wire/exchange.ts"

/** One request of a run with what came of it. */
export interface SavedExchange {
  readonly request: RequestRecord
  readonly step?: StepId
  /** Absent when the journal ends before the answer. */
  readonly response?: ResponseRecord
  /** Checks that this exchange shows, in their order. */
  readonly findings: ReadonlyArray<Finding>
}

/** One run of one step. */
export interface SavedStep {
  readonly step: StepId
  readonly startedAt?: number
  readonly endedAt: number
  readonly outcome: "done" | "failed" | "skipped" | "cancelled"
  readonly note?: string
  readonly problem?: ProblemRecord
}

/** A whole run, as the formats need it: unlike the state, which forgets old bodies, all exchanges are complete. */
export interface SavedRun {
  /** Secrets of the store were put into it (`--reveal`): the formats for people say so. */
  readonly holdsSecrets?: boolean
  readonly events: ReadonlyArray<Event>
  readonly state: FlowState
  readonly version: string
  readonly exchanges: ReadonlyArray<SavedExchange>
  readonly steps: ReadonlyArray<SavedStep>
  readonly findings: ReadonlyArray<Finding & { readonly step?: StepId }>
}

const of = (step: StepId | undefined): { readonly step?: StepId } => (step === undefined ? {} : { step })

/** Reads a journal into a run. */
export const savedRun = (events: ReadonlyArray<Event>): SavedRun => {
  let state = initialState
  let version = ""
  const requests = new Map<number, { readonly request: RequestRecord; readonly step?: StepId }>()
  const responses = new Map<number, ResponseRecord>()
  const steps: Array<SavedStep> = []
  const findings: Array<Finding & { readonly step?: StepId }> = []
  for (const event of events) {
    const { running } = state
    if (event._tag === "RunStarted") version = event.version
    if (event._tag === "RequestSent" && !requests.has(event.request.exchange))
      requests.set(event.request.exchange, { request: event.request, ...of(event.step ?? running) })
    if (event._tag === "ExchangeFinished" && !responses.has(event.response.exchange))
      responses.set(event.response.exchange, event.response)
    if (event._tag === "FindingRaised") findings.push({ ...event.finding, ...of(event.step ?? running) })
    if (event._tag === "StepEnded") {
      const { at: endedAt, step, outcome, note, problem } = event
      const { startedAt } = state.steps[step]
      steps.push({
        step,
        endedAt,
        outcome,
        ...(startedAt === undefined || outcome === "skipped" ? {} : { startedAt }),
        ...(note === undefined ? {} : { note }),
        ...(problem === undefined ? {} : { problem }),
      })
    }
    state = transition(state, event)
  }
  const exchanges = [...requests.values()].map(({ request, step }): SavedExchange => {
    const response = responses.get(request.exchange)
    return {
      request,
      ...of(step),
      ...(response === undefined ? {} : { response }),
      findings: findings.filter((finding) => finding.exchange === request.exchange),
    }
  })
  return { events, state, version, exchanges, steps, findings }
}

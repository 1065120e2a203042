import type { RequestRecord, ResponseRecord } from "../wire/exchange.ts"
import { bodyRing, type ExchangeState, exchangeRing, type FlowState } from "./flow-state.ts"
import type { StepId } from "./step-id.ts"

/** The record without the text of its body: what only takes room once it is old. */
export const withoutText = <R extends RequestRecord | ResponseRecord>(record: R): R =>
  record.body === undefined || record.body.text === ""
    ? record
    : { ...record, body: { ...record.body, text: "", truncated: true } }

/** The exchange without the text of its bodies: an old one keeps only what a list shows. */
const thinned = (exchange: ExchangeState): ExchangeState => ({
  ...exchange,
  request: withoutText(exchange.request),
  ...(exchange.response === undefined ? {} : { response: withoutText(exchange.response) }),
})

/** Adds a request; the oldest one leaves the ring, and one in its middle leaves its bodies behind. */
export const requestSent = (state: FlowState, request: RequestRecord, step: StepId | undefined): FlowState => {
  if (state.exchanges.some((exchange) => exchange.request.exchange === request.exchange)) return state
  const exchanges = [
    ...state.exchanges.slice(-(exchangeRing - 1)),
    { request, ...(step === undefined ? {} : { step }) },
  ]
  const leaving = exchanges.length - 1 - bodyRing
  const old = exchanges[leaving]
  if (old !== undefined) exchanges[leaving] = thinned(old)
  return { ...state, exchanges, exchangeCount: state.exchangeCount + 1 }
}

const updateExchange = (
  state: FlowState,
  number: number,
  change: (exchange: ExchangeState) => ExchangeState,
): FlowState => {
  // The newest exchanges end first: search from the back.
  const index = state.exchanges.findLastIndex((exchange) => exchange.request.exchange === number)
  const found = state.exchanges[index]
  if (found === undefined) return state
  const changed = change(found)
  const kept = index >= state.exchanges.length - bodyRing
  return { ...state, exchanges: state.exchanges.with(index, kept ? changed : thinned(changed)) }
}

/** Puts an answer beside its request; the first one counts. */
export const exchangeFinished = (state: FlowState, response: ResponseRecord): FlowState =>
  updateExchange(state, response.exchange, (exchange) =>
    exchange.response === undefined ? { ...exchange, response } : exchange,
  )

/** Notes that another attempt follows, and why. */
export const retryScheduled = (
  state: FlowState,
  { exchange, millis, reason }: { readonly exchange: number; readonly millis: number; readonly reason: string },
): FlowState => updateExchange(state, exchange, (found) => ({ ...found, retry: { millis, reason } }))

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import { multiRound } from "./conversation.ts"
import { Respondent } from "./elicitation.ts"
import { answerQuestion } from "./elicitation-answer.ts"
import { type Answer, type ExchangeFailure, type ExchangeRequest, exchange } from "./exchange.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { isObject, type JsonObject, rpcCodes } from "./json-rpc.ts"
import { passOn } from "./passing.ts"
import { cachedAnswer, keepAnswer } from "./result-cache.ts"
import { revisions } from "./revisions.ts"

/** Rounds of questions within one call (rulebook 1.14). */
const mostRounds = 10
/** Milliseconds before a request is repeated that nobody had to be asked for (MR-47). */
const pauseMillis = 250

type Evidence = { readonly exchange: number; readonly url: string }

/** The answers to all questions of one round, under the server's own keys (MR-45). */
const answerAll = Effect.fnUntraced(function* (
  request: ExchangeRequest,
  questions: JsonObject,
  evidence: Evidence,
): Effect.fn.Return<JsonObject, McpFailure, Findings> {
  const { passing } = yield* Respondent
  const handedOn = (question: unknown) =>
    isObject(question) && typeof question.method === "string"
      ? passOn(passing, question.method, isObject(question.params) ? question.params : {})
      : undefined
  const unanswerable = (detail: string) => mcpFailure("input_required", { ...evidence, detail })
  // All are looked at before the first is put to a person: one that may not be answered fails the call (MR-48).
  for (const [key, question] of Object.entries(questions)) {
    const method = isObject(question) ? question.method : undefined
    if (method !== "elicitation/create" && handedOn(question) === undefined)
      return yield* unanswerable(`${key} asks for ${JSON.stringify(method)}`)
  }
  const answers: Array<readonly [string, JsonObject]> = []
  for (const [key, question] of Object.entries(questions)) {
    const passed = handedOn(question)
    if (passed !== undefined) {
      const answer = yield* passed
      if ("error" in answer) return yield* unanswerable(`${key}: ${answer.error.message}`)
      answers.push([key, answer.result])
      continue
    }
    const params = isObject(question) && isObject(question.params) ? question.params : {}
    const answer = yield* answerQuestion({
      connection: request,
      during: request.method,
      exchange: evidence.exchange,
      params,
      accepting: "consent",
    })
    if (Result.isFailure(answer)) return yield* unanswerable(`${key}: ${answer.failure}`)
    answers.push([key, { ...answer.success }])
  }
  return Object.fromEntries(answers)
})

/** What the next round adds to the original params: nothing that the server did not give or ask for. */
const nextRound = Effect.fnUntraced(function* (request: ExchangeRequest, { result, exchange: number }: Answer) {
  const { inputRequests, requestState } = result
  const evidence = { exchange: number, url: request.session.url }
  const bad = (expected: string, received: unknown) =>
    mcpFailure("bad_result", { ...evidence, expected, received: typeof received })
  if (requestState !== undefined && typeof requestState !== "string")
    return yield* bad("requestState: a string", requestState)
  if (inputRequests !== undefined && !isObject(inputRequests))
    return yield* bad("inputRequests: an object", inputRequests)
  const questions = inputRequests ?? {}
  const nothingAsked = Object.keys(questions).length === 0
  if (nothingAsked && requestState === undefined) return yield* bad("inputRequests or requestState", undefined)
  const answers = yield* answerAll(request, questions, evidence)
  if (nothingAsked) yield* Effect.sleep(pauseMillis)
  return {
    ...(nothingAsked ? {} : { inputResponses: answers }),
    ...(requestState === undefined ? {} : { requestState }),
  }
})

/** The pages that error -32042 wants visited first (2025-11-25), or `undefined` if it is no such error. */
const pagesOf = (request: ExchangeRequest, failure: ExchangeFailure): ReadonlyArray<unknown> | undefined => {
  const known = revisions[request.session.protocolVersion].urlElicitationError
  if (!known || failure._tag !== "McpFailure" || failure.rpc?.code !== rpcCodes.urlElicitationRequired) return undefined
  const pages = isObject(failure.rpc.data) ? failure.rpc.data.elicitations : undefined
  return Array.isArray(pages) ? pages : []
}

/** Has the user visit each page; the refused request may be repeated after that (MR-52). */
const visitPages = Effect.fnUntraced(function* (
  request: ExchangeRequest,
  pages: ReadonlyArray<unknown>,
  failure: McpFailure,
): Effect.fn.Return<void, McpFailure, Findings> {
  if (pages.length === 0) return yield* failure
  for (const page of pages) {
    const answer = yield* answerQuestion({
      connection: request,
      during: request.method,
      exchange: failure.exchange ?? 0,
      params: { ...(isObject(page) ? page : {}), mode: "url" },
      accepting: "repeat",
    })
    if (Result.isFailure(answer)) return yield* failure
    if (answer.success.action !== "accept")
      return yield* mcpFailure("url_declined", {
        url: request.session.url,
        ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }),
      })
  }
})

/**
 * One request, answered after as many rounds of questions as it takes (2026-07-28, Multi Round-Trip Requests). Each round
 * is a request of its own with a new id; state and answers belong to this call alone (MR-46).
 */
export const exchangeRounds = Effect.fn("mcp.exchangeRounds")(function* (
  request: ExchangeRequest,
): Effect.fn.Return<Answer, ExchangeFailure, Wire | Findings> {
  const kept = yield* cachedAnswer(request)
  if (kept !== undefined) return kept
  const original = request.params ?? {}
  let added: JsonObject = {}
  for (let round = 0; ; round++) {
    const outcome = yield* Effect.result(exchange({ ...request, params: { ...original, ...added } }))
    if (Result.isFailure(outcome)) {
      const { failure } = outcome
      const pages = pagesOf(request, failure)
      if (pages === undefined || failure._tag !== "McpFailure" || round === mostRounds)
        return yield* Effect.fail(failure)
      yield* visitPages(request, pages, failure)
      continue
    }
    const answer = outcome.success
    const asks =
      revisions[request.session.protocolVersion].requestMeta &&
      multiRound.has(request.method) &&
      answer.result.resultType === "input_required"
    if (!asks) {
      if (round === 0) yield* keepAnswer(request, answer)
      return answer
    }
    if (round === mostRounds)
      return yield* mcpFailure("too_many_rounds", { exchange: answer.exchange, url: request.session.url })
    added = yield* nextRound(request, answer)
  }
})

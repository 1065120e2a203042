import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Findings } from "../text/finding.ts"
import type { IncomingHead } from "../wire/wire.ts"
import { attending } from "./attention.ts"
import type { Connection } from "./connection.ts"
import { type Ask, type AskAnswer, Respondent, usableModes } from "./elicitation.ts"
import { contentFaults } from "./elicitation-content.ts"
import { flatFault, secretLooking } from "./elicitation-schema.ts"
import { consentUrl } from "./elicitation-url.ts"
import { errorText, isObject, type JsonObject, type RequestId, resultText, rpcCodes } from "./json-rpc.ts"
import type { AskedAnswer } from "./passing.ts"
import { schemaForm } from "./schema-form.ts"

/** Our answer to a request of the server, as it is sent. */
export const answerText = (id: RequestId, answer: AskedAnswer): string =>
  "error" in answer ? errorText(id, answer.error) : resultText(id, answer.result)

/** Why a question is not put to the user. */
export type Unanswerable =
  /** It was not declared that we can be asked this (MR-11, MR-48, MR-52). */
  | { readonly _tag: "undeclared"; readonly reason: string }
  /** It breaks the rules for questions; the answer is no (MR-50, MR-51). */
  | { readonly _tag: "unfit"; readonly reason: string }

export interface Question {
  /** Where it was asked, and during which of our requests. */
  readonly connection: Connection
  readonly during: string
  readonly exchange: number
  /** Params of `elicitation/create`, or an element of the list that error -32042 carries. */
  readonly params: JsonObject
  readonly accepting: "consent" | "repeat"
}

/** Reads a question, as far as the revision and the respondent allow it to be asked. */
const readAsk = (
  { connection, during, exchange, params, accepting }: Question,
  respondent: Respondent,
): Result.Result<Ask, Unanswerable> => {
  const { url: serverUrl, serverName, protocolVersion } = connection.session
  const undeclared = (reason: string) => Result.fail<Unanswerable>({ _tag: "undeclared", reason })
  const unfit = (reason: string) => Result.fail<Unanswerable>({ _tag: "unfit", reason })
  const modes = usableModes(respondent, protocolVersion)
  const { mode = "form", message, requestedSchema, url, elicitationId } = params
  if (mode !== "form" && mode !== "url") return undeclared("an unknown mode")
  if (!modes[mode]) return undeclared(`mode ${mode} was not declared`)
  if (typeof message !== "string") return unfit("it has no message")
  const asked = {
    serverUrl,
    ...(serverName === undefined ? {} : { serverName }),
    during,
    message,
    exchange,
  }
  if (mode === "form") {
    if (!isObject(requestedSchema)) return unfit("it has no requestedSchema")
    const fault = flatFault(requestedSchema, protocolVersion)
    if (fault !== undefined) return unfit(fault)
    return Result.succeed({
      ...asked,
      mode,
      schema: requestedSchema,
      fields: schemaForm(requestedSchema).fields,
      secretLooking: secretLooking(requestedSchema),
    })
  }
  const address = typeof url === "string" ? consentUrl(url) : Result.fail("it has no address")
  if (Result.isFailure(address)) return unfit(address.failure)
  return Result.succeed({
    ...asked,
    mode,
    ...address.success,
    ...(typeof elicitationId === "string" ? { elicitationId } : {}),
    accepting,
  })
}

const rule = "MCP elicitation"

/** Puts a question to the respondent and checks what comes back before it may be sent (MR-49). */
const putAsk = Effect.fn("mcp.elicit")(function* (ask: Ask): Effect.fn.Return<AskAnswer, never, Findings> {
  const findings = yield* Findings
  const respondent = yield* Respondent
  const warn = (text: string) => findings.raise({ severity: "warning", rule, text, exchange: ask.exchange })
  if (ask.mode === "form" && ask.secretLooking.length > 0)
    yield* warn(`The server seems to ask for a secret in a form (${ask.secretLooking.join(", ")}); it must not.`)
  if (ask.mode === "url" && ask.punycode)
    yield* warn(`The host ${ask.host} holds encoded characters that can look like others.`)
  const answer = yield* attending(respondent.answer(ask))
  if (answer.action === "decline") {
    if (answer.because !== undefined) yield* warn(`The server's question was declined: ${answer.because}.`)
    return { action: "decline" }
  }
  if (answer.action !== "accept") return answer
  // Accepting an address means consent, and says nothing else (MR-51).
  if (ask.mode === "url") return { action: "accept" }
  const content = answer.content ?? {}
  const faults = contentFaults(ask.schema, content)
  if (faults.length === 0) return { action: "accept", content }
  const words = faults.map(({ path, message }) => `${path === "" ? "the content" : path.slice(1)} ${message}`)
  yield* findings.raise({
    severity: "error",
    rule,
    text: `The answer does not fit the form and was not sent: ${words.join("; ")}.`,
    exchange: ask.exchange,
  })
  return { action: "cancel" }
})

/** The same for a question that is not known to be fit: an unfit one is declined, with the reason as a finding. */
export const answerQuestion = Effect.fnUntraced(function* (question: Question) {
  const ask = readAsk(question, yield* Respondent)
  if (Result.isSuccess(ask)) return Result.succeed(yield* putAsk(ask.success))
  if (ask.failure._tag === "undeclared") return Result.fail(ask.failure.reason)
  const findings = yield* Findings
  yield* findings.raise({
    severity: "error",
    rule,
    text: `The server's question was declined: ${ask.failure.reason}.`,
    exchange: question.exchange,
  })
  return Result.succeed<AskAnswer>({ action: "decline" })
})

/** Answers a request of the server on a stream, in the revisions that have such; `undefined` if it is no question. */
export const answerRequest = (
  connection: Connection & { readonly method: string },
  { method, params, head }: { readonly method: string; readonly params: JsonObject; readonly head: IncomingHead },
): Effect.Effect<AskedAnswer, never, Findings> | undefined => {
  if (method !== "elicitation/create") return undefined
  return Effect.gen(function* () {
    const { form, url } = usableModes(yield* Respondent, connection.session.protocolVersion)
    const error = (code: number, message: string): AskedAnswer => ({ error: { code, message } })
    if (!form && !url) return error(rpcCodes.methodNotFound, `${method} is not supported by this client`)
    const answer = yield* answerQuestion({
      connection,
      during: connection.method,
      exchange: head.exchange,
      params,
      accepting: "consent",
    })
    return Result.isSuccess(answer) ? { result: { ...answer.success } } : error(rpcCodes.invalidParams, answer.failure)
  })
}

import * as Effect from "effect/Effect"
import { request } from "../mcp/request.ts"
import type { Session } from "../mcp/session.ts"
import { type FactOf, type Facts, fact } from "./facts.ts"
import { heard } from "./heard.ts"
import { Journal } from "./journal.ts"
import { presenting } from "./presenting.ts"

/**
 * Step 10 for any other request of the protocol than the call of a listed tool: what `session` reads from its standard
 * input. What it teaches about the tools is kept for the next one.
 */
export const makeRequest = Effect.fn("flow.makeRequest")(function* (
  { method, params }: FactOf<"request">,
  session: Session,
  facts: Facts,
) {
  const journal = yield* Journal
  const credentials = yield* presenting(facts.grant)
  const answer = yield* request({
    session,
    ...credentials,
    method,
    ...(params === undefined ? {} : { params }),
    tools: { usable: facts.tools ?? [], unusable: new Map(Object.entries(facts.unusable ?? {})) },
    onProgress: (progress) => journal.append({ _tag: "Progressed", ...progress }),
  }).pipe(heard({ session, ...credentials }))
  return {
    facts: [
      fact("request", { method, ...(params === undefined ? {} : { params }) }),
      fact("session", answer.session),
      fact("tools", answer.tools.usable),
      fact("unusable", Object.fromEntries(answer.tools.unusable)),
      fact("answer", { result: answer.result, exchange: answer.exchange }),
    ],
    note: method,
  }
})

import * as Effect from "effect/Effect"
import { listOffers, type OfferName, type OfferOf, offers } from "../mcp/offers.ts"
import { inSession } from "../mcp/recovery.ts"
import { request } from "../mcp/request.ts"
import type { Session } from "../mcp/session.ts"
import { type Fact, type FactOf, type Facts, fact } from "./facts.ts"
import { heard } from "./heard.ts"
import { Journal } from "./journal.ts"
import { presenting } from "./presenting.ts"

/** The request that stands for a whole list. */
export const listRequest = (list: OfferName): FactOf<"request"> => ({ method: offers[list].method, list })

const learned: { readonly [Name in OfferName]: (items: ReadonlyArray<OfferOf[Name]>) => Fact } = {
  resources: (items) => fact("resources", items),
  templates: (items) => fact("templates", items),
  prompts: (items) => fact("prompts", items),
}

/** Every page of one list, as a fact of its own and as the answer. */
const readList = Effect.fn("flow.readList")(function* <Name extends OfferName>(
  list: Name,
  held: Session,
  facts: Facts,
) {
  const credentials = yield* presenting(facts.grant)
  const { value, session } = yield* inSession(held, credentials, (current) =>
    listOffers({ session: current, ...credentials }, list),
  )
  const { items, exchange = 0 } = value
  return {
    facts: [
      fact("request", listRequest(list)),
      fact("session", session),
      learned[list](items),
      fact("answer", { result: { [offers[list].member]: items }, exchange }),
    ],
    note: `${items.length} ${list}`,
  }
})

/** One request of any method, sent as it is. What it teaches about the tools is kept for the next one. */
const send = Effect.fn("flow.send")(function* ({ method, params }: FactOf<"request">, session: Session, facts: Facts) {
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

/** Step 10 for any other request of the protocol than the call of a listed tool. */
export const makeRequest = (chosen: FactOf<"request">, session: Session, facts: Facts) =>
  chosen.list === undefined ? send(chosen, session, facts) : readList(chosen.list, session, facts)

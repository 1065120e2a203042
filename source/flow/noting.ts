import * as Effect from "effect/Effect"
import type { Bystander } from "../mcp/bystander.ts"
import { CurrentStep } from "./current-step.ts"
import type { Journal } from "./journal.ts"

/** Characters of one notification that are kept; a log message may be as large as an answer. */
const longestNotice = 16 * 1024

/** Writes down what a server says unasked. */
export const noting = (journal: Journal["Service"]): Bystander => ({
  hear: ({ method, params }) =>
    Effect.gen(function* () {
      const step = yield* CurrentStep
      const size = JSON.stringify(params).length
      yield* journal.append({
        _tag: "Notified",
        ...(step === undefined ? {} : { step }),
        method: method.slice(0, 200),
        params: size > longestNotice ? { omitted: `${size} characters` } : params,
      })
    }),
})

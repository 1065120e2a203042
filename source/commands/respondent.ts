import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { ElicitChoice } from "../flow/target.ts"
import { type Ask, type AskAnswer, Respondent } from "../mcp/elicitation.ts"
import { acceptDefaults } from "../mcp/elicitation-content.ts"

/** The values that a person gave beforehand, for the fields that are asked for; the rest by the schema's defaults. */
const given = (ask: Ask, values: Readonly<Record<string, unknown>>): AskAnswer => {
  if (ask.mode === "url") return { action: "decline", because: "nobody is here to open the page" }
  // Another question than the one that was foreseen is answered with its own defaults.
  const wanted = ask.fields.flatMap(({ name }) => (Object.hasOwn(values, name) ? [[name, values[name]] as const] : []))
  const unasked = ask.fields.filter(({ name }) => !Object.hasOwn(values, name))
  return Result.match(acceptDefaults(unasked), {
    onFailure: (missing): AskAnswer => ({
      action: "decline",
      because: `it has no default for ${missing.map(({ path }) => path.slice(1)).join(", ")}; --elicit JSON gives values`,
    }),
    onSuccess: (defaults): AskAnswer => ({ action: "accept", content: { ...defaults, ...Object.fromEntries(wanted) } }),
  })
}

/** How questions of a server are answered without a person (`--elicit`). Only what can be answered is declared (MR-11). */
export const respondentLayer = (elicit: ElicitChoice): Layer.Layer<never> => {
  if (elicit === "ask") return Layer.empty
  const answer = (ask: Ask): AskAnswer => {
    if (elicit === "decline") return { action: "decline" }
    // Agreeing to open a page needs somebody who opens it.
    return given(ask, elicit === "accept" ? {} : elicit)
  }
  return Layer.succeed(Respondent, {
    capabilities: { form: true, url: elicit === "decline" },
    answer: (ask) => Effect.sync(() => answer(ask)),
  })
}

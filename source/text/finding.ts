import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * Something a step checked or noticed. `pass` is a check that held (shown with a tick), `note` is worth knowing,
 * `warning` is a SHOULD that was missed or a tolerance we granted, `error` a MUST that was broken.
 */
export const Finding = Schema.Struct({
  severity: Schema.Literals(["pass", "note", "warning", "error"]),
  /** Section of the standard, for example "RFC 8414 §3.3". */
  rule: Schema.String,
  text: Schema.String,
  /** The exchange that shows it. */
  exchange: Schema.optionalKey(Schema.Finite),
})
export type Finding = typeof Finding.Type

/** Where checks are reported: the journal in the product, an array in tests. */
export class Findings extends Context.Service<
  Findings,
  { readonly raise: (finding: Finding) => Effect.Effect<void> }
>()("mcp-dcr-tui/text/Findings") {}

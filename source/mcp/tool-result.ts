import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import { isObject, type JsonObject } from "./json-rpc.ts"
import { revisions } from "./revisions.ts"
import { validate } from "./schema-validation.ts"
import type { Endpoint } from "./session.ts"
import type { Tool } from "./tools.ts"

const rule = "MCP tools, Output Schema"
/** Places that one finding names; the rest would not fit a screen. */
const mostNamed = 5

/**
 * Holds what a tool gave back against its `outputSchema` (MR-53). Findings only: the result is shown as it came. A result
 * with `isError` need not fit.
 */
export const checkToolResult = Effect.fn("mcp.checkToolResult")(function* (
  { protocolVersion }: Endpoint,
  tool: Tool,
  { result, exchange }: { readonly result: JsonObject; readonly exchange: number },
): Effect.fn.Return<void, never, Findings> {
  const { outputSchema, name } = tool
  if (outputSchema === undefined || result.isError === true) return
  const findings = yield* Findings
  const raise = (severity: "pass" | "note" | "warning" | "error", text: string) =>
    findings.raise({ severity, rule, text, exchange })
  const { structuredContent } = result
  if (structuredContent === undefined)
    return yield* raise("error", `${name} promises structured content (outputSchema) and sent none.`)
  if (revisions[protocolVersion].era === "legacy" && !isObject(structuredContent))
    return yield* raise("error", `${name}: structuredContent must be an object in revision ${protocolVersion}.`)
  const validation = validate(outputSchema, structuredContent)
  if (validation._tag === "unusable")
    return yield* raise("warning", `The outputSchema of ${name} cannot be used: ${validation.reason}.`)
  const { misfits, unchecked } = validation
  if (unchecked.length > 0)
    yield* raise(
      "note",
      `The outputSchema of ${name} was checked except for: ${unchecked.slice(0, mostNamed).join(", ")}.`,
    )
  if (misfits.length === 0) return yield* raise("pass", `The structured content of ${name} fits its outputSchema.`)
  const named = misfits.slice(0, mostNamed).map(({ path, message }) => `${path === "" ? "the value" : path} ${message}`)
  yield* raise(
    "error",
    `The structured content of ${name} does not fit its outputSchema: ${named.join("; ")}${misfits.length > mostNamed ? "; …" : ""}.`,
  )
})

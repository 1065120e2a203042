import { isObject } from "../json.ts"
import type { Completers } from "../resources/resource.ts"
import type { Call, MethodHandler } from "./call.ts"
import { CODES, RpcError } from "./message.ts"

/** MCP completion: at most so many values in one answer. */
const LIMIT = 100

/** `completion/complete`: values that begin with what was typed, whatever the case. */
export const complete: MethodHandler = (call) => {
  const { argument, context } = call.message.params
  if (!isObject(argument) || typeof argument.name !== "string" || typeof argument.value !== "string")
    throw new RpcError(CODES.invalidParams, "params.argument needs a name and a value")
  const typed = argument.value.toLowerCase()
  const completers = completersOf(call)
  const completer = Object.hasOwn(completers, argument.name) ? completers[argument.name] : undefined
  const all = completer?.(chosenIn(context)) ?? []
  const values = all.filter((value) => value.toLowerCase().startsWith(typed))
  return { completion: { values: values.slice(0, LIMIT), total: values.length, hasMore: values.length > LIMIT } }
}

/** What can be suggested for the prompt or template that is meant. */
function completersOf({ world, message }: Call): Completers {
  const { ref } = message.params
  if (isObject(ref) && ref.type === "ref/prompt" && typeof ref.name === "string") {
    const prompt = world.catalogue.prompts.get(ref.name)
    if (prompt) return prompt.complete ?? {}
  }
  if (isObject(ref) && ref.type === "ref/resource" && typeof ref.uri === "string") {
    const template = world.catalogue.templates.get(ref.uri)
    if (template) return template.complete ?? {}
  }
  throw new RpcError(CODES.invalidParams, "params.ref names neither a prompt nor a resource template")
}

/** MCP completion since 2025-06-18: arguments that were decided before. */
function chosenIn(context: unknown): Readonly<Record<string, string>> {
  const chosen = isObject(context) && isObject(context.arguments) ? context.arguments : {}
  return Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, String(value)]))
}

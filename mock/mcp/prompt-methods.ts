import { isObject, type JsonObject } from "../json.ts"
import type { Prompt } from "../prompts/prompt.ts"
import type { MethodHandler } from "./call.ts"
import { askingOf, withInput } from "./client-input.ts"
import { CODES, RpcError } from "./message.ts"
import { listOf } from "./paging.ts"
import { type AnyRevision, isEarly } from "./revisions.ts"

/** As it is listed; titles came with 2025-06-18. */
function listing({ name, title, description, arguments: all = [] }: Prompt, revision: AnyRevision): JsonObject {
  if (!isEarly(revision)) return { name, title, description, arguments: all }
  return { name, description, arguments: all.map(({ title: _, ...argument }) => argument) }
}

/** `prompts/list`. */
export const listPrompts: MethodHandler = (call) =>
  listOf(call, "prompts", [...call.world.catalogue.prompts.values()], (prompt) => listing(prompt, call.revision))

/** `prompts/get`. */
export const getPrompt: MethodHandler = (call, outlet) => {
  const { name, arguments: input = {} } = call.message.params
  const prompt = typeof name === "string" ? call.world.catalogue.prompts.get(name) : undefined
  if (!prompt) throw new RpcError(CODES.invalidParams, `unknown prompt: ${String(name)}`)
  const texts = textsOf(input)
  const required = (prompt.arguments ?? []).filter((argument) => argument.required === true)
  const missing = required.map((argument) => argument.name).filter((argument) => !Object.hasOwn(texts, argument))
  if (missing.length > 0) throw new RpcError(CODES.invalidParams, `missing arguments: ${missing.join(", ")}`)
  return withInput(async () => ({
    description: prompt.description,
    messages: await prompt.fill(texts, { ask: askingOf(call, outlet) }),
  }))
}

/** MCP prompts: arguments are texts by name. */
function textsOf(input: unknown): Readonly<Record<string, string>> {
  const entries = isObject(input) ? Object.entries(input) : undefined
  if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === "string"))
    throw new RpcError(CODES.invalidParams, "arguments must be an object of strings")
  return Object.fromEntries(entries)
}

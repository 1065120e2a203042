import { isObject, isStrings, type JsonObject } from "../json.ts"
import { inputFaults } from "./input.ts"

/** Something that only the client can answer: its user, its model or its folders (MCP client features). */
export interface ClientRequest {
  readonly method: "elicitation/create" | "sampling/createMessage" | "roots/list"
  readonly params: JsonObject
}

/** Answers by the names of the requests. */
export type ClientAnswers<Name extends string> = Readonly<Record<Name, JsonObject>>

/** A form for the user (MCP elicitation, Form Mode). */
export const form = (message: string, properties: Readonly<Record<string, object>>, required?: readonly string[]) =>
  ({
    method: "elicitation/create",
    params: {
      message,
      requestedSchema: { type: "object", properties, required: required ?? Object.keys(properties) },
    },
  }) as const satisfies ClientRequest

/** An address that the user is asked to open (MCP elicitation, URL Mode); the id is for 2025-11-25. */
export const link = (message: string, url: string, elicitationId: string) =>
  ({
    method: "elicitation/create",
    params: { mode: "url", message, url, elicitationId },
  }) as const satisfies ClientRequest

/** A question to the client's model (MCP sampling). */
export const question = (text: string, maxTokens = 100) =>
  ({
    method: "sampling/createMessage",
    params: { messages: [{ role: "user", content: { type: "text", text } }], maxTokens },
  }) as const satisfies ClientRequest

/** The folders that the client offers (MCP roots). */
export const roots = { method: "roots/list", params: {} } as const satisfies ClientRequest

const isUrl = (request: ClientRequest) => request.params.mode === "url"

/** The client capabilities that a request needs (MCP 2026-07-28 basic, Capabilities). */
export function capabilityOf(request: ClientRequest): JsonObject {
  if (request.method === "sampling/createMessage") return { sampling: {} }
  if (request.method === "roots/list") return { roots: {} }
  return { elicitation: isUrl(request) ? { url: {} } : { form: {} } }
}

/** Whether the client declared what the request needs. An empty `elicitation` means forms (MCP elicitation, Capabilities). */
export function declares(capabilities: JsonObject, request: ClientRequest): boolean {
  if (request.method === "sampling/createMessage") return isObject(capabilities.sampling)
  if (request.method === "roots/list") return isObject(capabilities.roots)
  const { elicitation } = capabilities
  if (!isObject(elicitation)) return false
  return isUrl(request) ? isObject(elicitation.url) : isObject(elicitation.form) || !("url" in elicitation)
}

const ACTIONS = ["accept", "decline", "cancel"]

/** Whether the answer is one that the client may give to the request. */
export function answers(request: ClientRequest, answer: unknown): answer is JsonObject {
  if (!isObject(answer)) return false
  if (request.method === "roots/list") return Array.isArray(answer.roots) && answer.roots.every(isObject)
  if (request.method === "sampling/createMessage")
    return typeof answer.role === "string" && (isObject(answer.content) || Array.isArray(answer.content))
  if (!isStrings([answer.action]) || !ACTIONS.includes(String(answer.action))) return false
  const { requestedSchema } = request.params
  if (answer.action !== "accept" || !isObject(requestedSchema)) return true
  return inputFaults(requestedSchema, answer.content ?? {}).length === 0
}

/** The form as it was filled in; undefined when the user declined or cancelled. */
export const accepted = (answer: JsonObject): JsonObject | undefined =>
  answer.action === "accept" ? (isObject(answer.content) ? answer.content : {}) : undefined

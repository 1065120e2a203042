import type { JsonObject } from "../json.ts"
import type { Ask } from "../mcp/client-input.ts"
import type { Completers } from "../resources/resource.ts"

/** An argument of a prompt. Its value is always text. */
export interface PromptArgument {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly required?: boolean
}

/** One message of a prompt (MCP prompts, PromptMessage). */
export interface PromptMessage {
  readonly role: "user" | "assistant"
  readonly content: JsonObject
}

/** A prompt: what is listed, and what it becomes with its arguments filled in. */
export interface Prompt {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments?: readonly PromptArgument[]
  readonly complete?: Completers
  readonly fill: (
    input: Readonly<Record<string, string>>,
    context: { readonly ask: Ask },
  ) => readonly PromptMessage[] | Promise<readonly PromptMessage[]>
}

/** Words of the user. */
export const says = (text: string): PromptMessage => ({ role: "user", content: { type: "text", text } })

/** Any other content block of the user. */
export const shows = (content: JsonObject & { readonly type: string }): PromptMessage => ({ role: "user", content })

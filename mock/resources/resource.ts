import type { JsonObject } from "../json.ts"

/** What `resources/read` gives for one URI (MCP resources, Resource Contents). */
export type Contents = JsonObject & { readonly uri: string }

/** A resource of the MCP server. (What OAuth calls the resource is the server itself.) */
export interface McpResource {
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly mimeType: string
  /** In bytes, before any encoding. */
  readonly size?: number
  readonly annotations?: JsonObject
  readonly read: () => Contents
}

/** Many resources of one shape. `{variable}` in the template stands for one percent-encoded path segment (RFC 6570). */
export interface McpResourceTemplate {
  readonly uriTemplate: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly mimeType: string
  /** Undefined where the variables lead nowhere. */
  readonly read: (uri: string, variables: Readonly<Record<string, string>>) => Contents | undefined
  readonly complete?: Completers
}

/** What may be suggested for an argument, by its name, with the values that were chosen before. */
export type Completers = Readonly<Record<string, (chosen: Readonly<Record<string, string>>) => readonly string[]>>

/** A resource of text. */
export const textResource = (resource: Omit<McpResource, "read" | "size">, text: string): McpResource => ({
  ...resource,
  size: Buffer.byteLength(text),
  read: () => ({ uri: resource.uri, mimeType: resource.mimeType, text }),
})

/** A resource of bytes, given in Base64. */
export const binaryResource = (resource: Omit<McpResource, "read" | "size">, blob: string): McpResource => ({
  ...resource,
  size: Buffer.from(blob, "base64").length,
  read: () => ({ uri: resource.uri, mimeType: resource.mimeType, blob }),
})

/** The variables of a URI under a template; undefined when it does not fit. */
export function variablesOf(template: string, uri: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)
  const fixed = template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
  const found = new RegExp(`^${fixed.join("([^/]+)")}$`).exec(uri)
  if (!found) return undefined
  try {
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")]))
  } catch {
    return undefined
  }
}

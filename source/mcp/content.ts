import { isObject, type JsonObject } from "./json-rpc.ts"

/** What a content block of a result is, in terms that can be shown. Every string comes from the server. */
export type ContentView =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image" | "audio"; readonly mediaType: string; readonly bytes: number }
  | { readonly kind: "resource-link"; readonly uri: string; readonly name?: string; readonly mediaType?: string }
  /** Embedded: its text, or the size of what is not text. */
  | {
      readonly kind: "resource"
      readonly uri: string
      readonly mediaType?: string
      readonly text?: string
      readonly bytes?: number
    }
  | { readonly kind: "unknown"; readonly type: string; readonly json: string }

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** Bytes that base64 text stands for, without decoding it. */
const decodedLength = (base64: unknown): number =>
  typeof base64 === "string" ? Math.floor((base64.replace(/[=\s]+/g, "").length * 3) / 4) : 0

const mediaType = (block: JsonObject): { readonly mediaType?: string } => {
  const type = text(block.mimeType)
  return type === undefined ? {} : { mediaType: type }
}

/** Reads the contents of a resource: an entry of `contents`, or what is embedded in a result. */
const describeResource = (resource: JsonObject): Extract<ContentView, { readonly kind: "resource" }> => {
  const body = text(resource.text)
  return {
    kind: "resource",
    uri: text(resource.uri) ?? "",
    ...mediaType(resource),
    ...(body === undefined ? { bytes: decodedLength(resource.blob) } : { text: body }),
  }
}

type Reader = (block: JsonObject) => ContentView | undefined

const readers: Readonly<Record<string, Reader>> = {
  text: (block) => (typeof block.text === "string" ? { kind: "text", text: block.text } : undefined),
  image: (block) => ({ kind: "image", mediaType: text(block.mimeType) ?? "image", bytes: decodedLength(block.data) }),
  audio: (block) => ({ kind: "audio", mediaType: text(block.mimeType) ?? "audio", bytes: decodedLength(block.data) }),
  resource_link: (block) => {
    const uri = text(block.uri)
    const name = text(block.title) ?? text(block.name)
    if (uri === undefined) return undefined
    return { kind: "resource-link", uri, ...(name === undefined ? {} : { name }), ...mediaType(block) }
  },
  resource: (block) => (isObject(block.resource) ? describeResource(block.resource) : undefined),
}

/** Reads one block of `content`; what no revision knows is kept as JSON. */
export const describeContent = (block: unknown): ContentView => {
  const type = isObject(block) ? (text(block.type) ?? "") : ""
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined
  return (isObject(block) ? reader?.(block) : undefined) ?? { kind: "unknown", type, json: JSON.stringify(block) ?? "" }
}

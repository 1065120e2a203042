import { isObject, type JsonObject } from "./json-rpc.ts"

/** What of a result is worth a file: pictures, sound, and embedded resources. */
export interface ContentFile {
  /** Place in `content` or `contents`, from 0. */
  readonly index: number
  /** A safe name: ASCII letters, digits, dots, hyphens; no folder, nothing hidden, no name of a device. */
  readonly name: string
  readonly mediaType: string | undefined
  readonly bytes: Uint8Array
}

const extensions: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "image/svg+xml": "svg",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/mpeg": "mp3",
  "audio/ogg": "ogg",
  "application/json": "json",
  "application/pdf": "pdf",
  "text/markdown": "md",
  "text/html": "html",
  "text/csv": "csv",
  "text/plain": "txt",
}

const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
const longestName = 80

/** A server's word as the name of a file: whatever it is, it stays in the folder, is seen, and starts nothing. */
export const safeName = (text: string, mediaType?: string): string => {
  const plain = text
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/^[.-]+|[.-]+$/g, "")
  const whole = plain === "" || devices.test(plain) ? `file-${plain}`.replace(/-$/, "") : plain
  const type = (mediaType ?? "").replace(/;.*/s, "").trim().toLowerCase()
  const extension = Object.hasOwn(extensions, type) ? `.${extensions[type]}` : ""
  const bare = extension !== "" && whole.toLowerCase().endsWith(extension) ? whole.slice(0, -extension.length) : whole
  return bare.slice(0, longestName) + extension
}

/** The last part of an address, without what follows a `?` or `#`. */
const lastPart = (uri: string): string => {
  const path = uri
    .replace(/^[a-z][a-z0-9+.-]*:\/*/i, "")
    .replace(/[?#].*/s, "")
    .replace(/\/+$/, "")
  const last = path.slice(path.lastIndexOf("/") + 1)
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

const ofResource = (index: number, resource: JsonObject, otherwise: string): ReadonlyArray<ContentFile> => {
  const mediaType = text(resource.mimeType)
  const blob = text(resource.blob)
  const body = text(resource.text)
  if (blob === undefined && body === undefined) return []
  const name = safeName(lastPart(text(resource.uri) ?? "") || otherwise, mediaType)
  const bytes = blob === undefined ? Buffer.from(body ?? "", "utf8") : Buffer.from(blob, "base64")
  return [{ index, name, mediaType, bytes }]
}

/**
 * The files in the `content` of a result, or in the `contents` of a resource that was read. `otherwise` names what has no
 * name of its own.
 */
export const filesIn = (blocks: ReadonlyArray<unknown>, otherwise: string): ReadonlyArray<ContentFile> =>
  blocks.flatMap((block, index) => {
    if (!isObject(block)) return []
    const { type, data } = block
    const own = `${otherwise}-${index + 1}`
    if (type === "image" || type === "audio") {
      const mediaType = text(block.mimeType)
      if (typeof data !== "string") return []
      return [{ index, name: safeName(own, mediaType), mediaType, bytes: Buffer.from(data, "base64") }]
    }
    if (type === "resource" && isObject(block.resource)) return ofResource(index, block.resource, own)
    return type === undefined && typeof block.uri === "string" ? ofResource(index, block, own) : []
  })

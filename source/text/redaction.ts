import { placeholder, placeholderPattern, reveal, type Secret, secret } from "./secret.ts"

/**
 * Redaction at capture: an exchange is stripped of its secrets before it enters the journal, so nothing that is drawn,
 * saved or exported later can hold one (rulebook CR-124). The values stay in a {@link SecretBook}, in memory only.
 */
export interface SecretBook {
  /** Remembers a value and gives its placeholder. */
  readonly keep: (label: string, value: string) => string
  /** Replaces every value known so far, in whatever text it turns up again. */
  readonly conceal: (text: string) => string
  /** The reverse, for the 30 seconds in which a person asked to see. */
  readonly expose: (text: string) => string
}

/** Shorter values would hide ordinary words. */
const shortestKnown = 8

export const makeSecretBook = (): SecretBook => {
  const byFingerprint = new Map<string, Secret>()
  const shown = new Map<string, string>()
  return {
    keep: (label, value) => {
      if (value === "") return ""
      const known = shown.get(value)
      if (known !== undefined) return known
      const hidden = secret(label, value)
      byFingerprint.set(hidden.fingerprint, hidden)
      const mark = placeholder(hidden)
      if (value.length >= shortestKnown) {
        // The same value may come back percent-encoded in a URL or escaped in JSON.
        for (const form of new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])) {
          shown.set(form, mark)
        }
      }
      return mark
    },
    conceal: (text) => {
      let out = text
      for (const [value, mark] of shown) if (out.includes(value)) out = out.replaceAll(value, mark)
      return out
    },
    expose: (text) =>
      text.replace(placeholderPattern, (whole, _label: string, _length: string, print: string) => {
        const hidden = byFingerprint.get(print)
        return (hidden && reveal(hidden)) ?? whole
      }),
  }
}

/** Members of JSON documents and of form bodies and parameters of URLs whose value is a secret. */
const secretNames = new Set([
  "access_token",
  "refresh_token",
  "id_token",
  "registration_access_token",
  "client_secret",
  "client_assertion",
  "assertion",
  "subject_token",
  "actor_token",
  "code",
  "code_verifier",
  "token",
  "password",
  "requestState",
])

/** Header fields whose value is a secret as a whole; `authorization` keeps its scheme. */
const secretHeaders = new Set(["cookie", "set-cookie", "mcp-session-id", "proxy-authorization", "x-api-key", "dpop"])

export type HeaderField = readonly [name: string, value: string]

const redactHeader = (book: SecretBook, [name, value]: HeaderField): HeaderField => {
  const lower = name.toLowerCase()
  if (lower === "authorization") {
    const [scheme = "", ...credentials] = value.split(" ")
    return credentials.length === 0
      ? [name, book.keep("credentials", value)]
      : [name, `${scheme} ${book.keep("credentials", credentials.join(" "))}`]
  }
  if (secretHeaders.has(lower)) return [name, book.keep(lower, value)]
  if (lower === "location" || lower === "referer") return [name, redactUrl(book, value)]
  return [name, book.conceal(value)]
}

export const redactHeaders = (book: SecretBook, fields: ReadonlyArray<HeaderField>): ReadonlyArray<HeaderField> =>
  fields.map((field) => redactHeader(book, field))

const redactPairs = (book: SecretBook, encoded: string): string =>
  encoded
    .split("&")
    .map((pair) => {
      const cut = pair.indexOf("=")
      const name = cut === -1 ? pair : pair.slice(0, cut)
      if (cut === -1 || !secretNames.has(name)) return book.conceal(pair)
      return `${name}=${book.keep(name, formDecode(pair.slice(cut + 1)))}`
    })
    .join("&")

const formDecode = (value: string): string => {
  try {
    return decodeURIComponent(value.replaceAll("+", " "))
  } catch {
    return value
  }
}

/** Redacts parameters of the query and of the fragment by name. */
export const redactUrl = (book: SecretBook, url: string): string => {
  const cut = url.search(/[?#]/)
  if (cut === -1) return book.conceal(url)
  return book.conceal(url.slice(0, cut)) + url.slice(cut).replace(/[^?#]+/g, (part) => redactPairs(book, part))
}

const redactJson = (book: SecretBook, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => redactJson(book, item))
  if (typeof value === "string") return book.conceal(value)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      secretNames.has(name) && typeof member === "string"
        ? [name, book.keep(name, member)]
        : [name, redactJson(book, member)],
    ),
  )
}

/** JSON that may be cut off or repeated: secrets by name where the text still shows `"name": "value"`. */
const redactLoose = (book: SecretBook, text: string): string =>
  book.conceal(
    text.replace(
      /("(\w+)"\s*:\s*")((?:[^"\\]|\\.)*)("?)/g,
      (whole, head: string, name: string, value: string, end: string) =>
        secretNames.has(name) ? `${head}${book.keep(name, value)}${end}` : whole,
    ),
  )

/** Redacts a body by its media type; what cannot be parsed is still searched by name and by known value. */
export const redactBody = (book: SecretBook, mediaType: string, text: string): string => {
  if (text === "") return text
  if (mediaType === "application/x-www-form-urlencoded") return redactPairs(book, text)
  if (mediaType === "application/json" || mediaType.endsWith("+json")) {
    try {
      const before: unknown = JSON.parse(text)
      const after = redactJson(book, before)
      const printed = JSON.stringify(after)
      // Keep the server's own spelling and order where nothing was hidden.
      return printed === JSON.stringify(before) ? text : printed
    } catch {
      return redactLoose(book, text)
    }
  }
  return redactLoose(book, text)
}

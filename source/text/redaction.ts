import { formDecode } from "./form.ts"
import type { SecretBook } from "./secret-book.ts"
import { isSecretHeader, secretMembers, secretParameters } from "./secret-names.ts"

export { makeSecretBook, type SecretBook } from "./secret-book.ts"

/**
 * Redaction at capture: an exchange is stripped of its secrets before it enters the journal, so nothing that is drawn,
 * saved or exported later can hold one (rulebook CR-124). The values stay in a {@link SecretBook}, in memory only.
 */
export type HeaderField = readonly [name: string, value: string]

/** `client_secret_basic` (RFC 6749 §2.3.1): the secret is known under its own name too, should it come back. */
const keepBasicPassword = (book: SecretBook, credentials: string): void => {
  const decoded = Buffer.from(credentials, "base64").toString("utf8")
  const cut = decoded.indexOf(":")
  if (cut !== -1) book.keep("client_secret", formDecode(decoded.slice(cut + 1)))
}

const redactAuthorization = (book: SecretBook, value: string): string => {
  const [, scheme = "", credentials = ""] = /^(\S+)\s+(.*)$/su.exec(value.trim()) ?? []
  if (credentials === "") return book.keep("credentials", value)
  if (scheme.toLowerCase() === "basic") keepBasicPassword(book, credentials)
  return `${scheme} ${book.keep("credentials", credentials)}`
}

const redactHeader = (book: SecretBook, [name, value]: HeaderField): HeaderField => {
  const lower = name.toLowerCase()
  if (lower === "authorization" || lower === "proxy-authorization") return [name, redactAuthorization(book, value)]
  if (isSecretHeader(lower)) return [name, book.keep(lower, value)]
  if (lower === "location" || lower === "referer" || lower === "content-location") return [name, redactUrl(book, value)]
  return [name, redactLoose(book, value)]
}

export const redactHeaders = (book: SecretBook, fields: ReadonlyArray<HeaderField>): ReadonlyArray<HeaderField> =>
  fields.map((field) => redactHeader(book, field))

const redactPairs = (book: SecretBook, encoded: string): string =>
  // Known values first and as a whole: an echo need not be encoded, and may hold the separators.
  book
    .conceal(encoded)
    .split("&")
    .map((pair) => {
      const cut = pair.indexOf("=")
      const name = cut === -1 ? pair : pair.slice(0, cut)
      if (cut === -1 || !secretParameters.has(formDecode(name).toLowerCase())) return pair
      return `${name}=${book.keep(formDecode(name).toLowerCase(), formDecode(pair.slice(cut + 1)))}`
    })
    .join("&")

/** `https://user:password@host`: refused on the way out, but a server may still print one. */
const redactUserinfo = (book: SecretBook, url: string): string =>
  url.replace(
    /^([a-z][a-z0-9+.-]*:\/\/[^/@:]*:)([^/@]+)@/i,
    (_, head: string, password: string) => `${head}${book.keep("password", password)}@`,
  )

/** Redacts parameters of the query and of the fragment by name. */
export const redactUrl = (book: SecretBook, url: string): string => {
  const known = book.conceal(url)
  const cut = known.search(/[?#]/)
  const end = cut === -1 ? known.length : cut
  return (
    redactUserinfo(book, known.slice(0, end)) + known.slice(end).replace(/[^?#]+/g, (part) => redactPairs(book, part))
  )
}

/** Hides every value below a member whose name makes it secret, whatever its shape. */
const hideAll = (book: SecretBook, name: string, value: unknown): unknown => {
  if (typeof value === "string") return book.keep(name, value)
  if (typeof value === "number") return book.keep(name, String(value))
  if (Array.isArray(value)) return value.map((item) => hideAll(book, name, item))
  return redactJson(book, value)
}

const redactJson = (book: SecretBook, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => redactJson(book, item))
  // A tool result may carry a URL, or JSON in a string.
  if (typeof value === "string") return redactLoose(book, value)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      redactLoose(book, name),
      secretMembers.has(name.toLowerCase()) ? hideAll(book, name, member) : redactJson(book, member),
    ]),
  )
}

const jsonDecode = (escaped: string): string => {
  try {
    const value: unknown = JSON.parse(`"${escaped}"`)
    return typeof value === "string" ? value : escaped
  } catch {
    return escaped
  }
}

/** Places in unparsed text that name their value: cut JSON, JSON within a JSON string, links, hidden form fields. */
const namedValues: ReadonlyArray<{
  readonly pattern: RegExp
  readonly names: ReadonlySet<string>
  readonly decode: (raw: string) => string
}> = [
  // "name": "value", the last quote missing where the text was cut
  {
    pattern: /("((?:[^"\\\s]|\\.){1,64})"\s{0,8}:\s{0,8}")((?:[^"\\]|\\.)*)/g,
    names: secretMembers,
    decode: jsonDecode,
  },
  // "name": 12345678
  { pattern: /("(\w{1,64})"\s{0,8}:\s{0,8})(\d{8,})/g, names: secretMembers, decode: (raw) => raw },
  // \"name\": \"value\"
  {
    pattern: /((?<!\\)\\{1,8}"(\w{1,64})\\{1,8}"\s{0,8}:\s{0,8}\\{1,8}")([^"\\]+)/g,
    names: secretMembers,
    decode: (raw) => raw,
  },
  // ?name=value
  { pattern: /((?:[?&#]|&amp;)(\w{1,64})=)([^&#\s"'<>\\]+)/g, names: secretParameters, decode: formDecode },
  // <input name="code" value="…">, attributes in any order
  {
    pattern: /(<input\b(?=[^<>]{0,400}?\bname=["']?(\w{1,64}))[^<>]{0,400}?\bvalue=["']?)([^"'<>\s]+)/gi,
    names: secretParameters,
    decode: (raw) => raw,
  },
]

const redactLoose = (book: SecretBook, text: string): string => {
  let out = text
  for (const { pattern, names, decode } of namedValues) {
    out = out.replace(pattern, (whole, head: string, name: string, value: string) => {
      const plain = jsonDecode(name).toLowerCase()
      return names.has(plain) && value !== "" ? head + book.keep(plain, decode(value)) : whole
    })
  }
  return book.conceal(out)
}

/** Redacts a body by its media type; what cannot be parsed is still searched by name and by known value. */
export const redactBody = (book: SecretBook, mediaType: string, text: string): string => {
  if (text === "") return text
  if (mediaType === "application/x-www-form-urlencoded") return redactPairs(book, text)
  if (mediaType === "application/json" || mediaType.endsWith("+json")) {
    try {
      const before: unknown = JSON.parse(text)
      const printed = JSON.stringify(redactJson(book, before))
      // The server's own spelling and order where nothing was hidden; a repeated member may still hide one.
      return printed === JSON.stringify(before) ? redactLoose(book, text) : printed
    } catch {
      return redactLoose(book, text)
    }
  }
  return redactLoose(book, text)
}

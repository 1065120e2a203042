/** POSIX shell words. The only place that builds a command line as text, and only for a person to read and copy. */

/** Words that no shell changes. `~` and `=` are left out on purpose: they expand at the beginning of a word. */
const bare = /^[A-Za-z0-9_./:@%+,-]+$/

/** What must not reach a terminal raw, except line feed and tab, which are harmless inside quotes. */
const unprintable =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]+/gu

const hexBytes = (text: string): string =>
  // An argument cannot hold NUL, whatever the quoting; the symbol for it says so.
  [...Buffer.from(text.replaceAll("\0", "\u2400"), "utf8")]
    .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
    .join("")

const singleQuoted = (text: string): string => (text === "" ? "" : `'${text.replaceAll("'", `'\\''`)}'`)

/**
 * One word that a shell reads back as exactly this text. Control and bidi characters are written as `$'\x1b'`
 * (POSIX.1-2024 §2.2.4), so that showing the command is safe and running it is still exact.
 */
export const shellQuote = (text: string): string => {
  if (text === "") return "''"
  if (bare.test(text)) return text
  let out = ""
  let from = 0
  for (const match of text.matchAll(unprintable)) {
    out += `${singleQuoted(text.slice(from, match.index))}$'${hexBytes(match[0])}'`
    from = match.index + match[0].length
  }
  return out + singleQuoted(text.slice(from))
}

/** A piece of a word: text as it is, or the value of a variable. */
export type WordPart = string | { readonly variable: string }

/** In double quotes these need no escape in any shell, history expansion included. */
const plainInDoubleQuotes = /^[A-Za-z0-9_ ./:@%+,;=&?#~(){}[\]<>|*-]*$/

/** One word of several pieces: `"Authorization: Bearer $ACCESS_TOKEN"`. */
export const shellWord = (parts: ReadonlyArray<WordPart>): string => {
  const texts = parts.filter((part) => typeof part === "string")
  if (texts.length === parts.length) return shellQuote(texts.join(""))
  const printed = parts.map((part, at) => {
    if (typeof part === "string") return part
    const next = parts[at + 1]
    // Braces only where the name would run on into what follows.
    return typeof next === "string" && /^\w/.test(next) ? `\${${part.variable}}` : `$${part.variable}`
  })
  if (texts.every((text) => plainInDoubleQuotes.test(text))) return `"${printed.join("")}"`
  return parts.map((part, at) => (typeof part === "string" ? part && shellQuote(part) : `"${printed[at]}"`)).join("")
}

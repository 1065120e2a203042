import * as Schema from "effect/Schema"
import { placeholder, placeholderPattern, reveal, Secret, secret } from "./secret.ts"

/** The secrets of one run, in memory only; what the journal holds are their placeholders. */
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

/** New with every request and bound to it, so never repeated; remembering them would only fill the memory. */
const oneTime = new Set(["dpop"])

const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())

const htmlEscapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

/** The spellings under which a value may come back: in URLs, forms, JSON, JSON inside JSON, HTML. */
const spellings = (value: string): ReadonlySet<string> => {
  const percent = encodeURIComponent(value.toWellFormed())
  const form = new URLSearchParams([["", value]]).toString().slice(1)
  const json = JSON.stringify(value).slice(1, -1)
  const html = value.replace(/[&<>"]/g, (character) => htmlEscapes[character] ?? character)
  return new Set([
    value,
    percent,
    lowerHex(percent),
    form,
    lowerHex(form),
    json,
    json.replaceAll("/", "\\/"),
    JSON.stringify(json).slice(1, -1),
    html,
    ...["&#39;", "&#x27;"].map((quote) => html.replaceAll("'", quote)),
  ])
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

/** An empty book, for one run. */
export const makeSecretBook = (): SecretBook => {
  const byFingerprint = new Map<string, Secret>()
  const shown = new Map<string, string>()
  let known: RegExp | undefined
  const knownPattern = (): RegExp => {
    // Placeholders first, so that a secret that looks like a part of one cannot tear it apart; then the longest value,
    // so that a secret which is the beginning of another does not leave the rest of that one standing.
    known ??= new RegExp(
      [
        placeholderPattern.source.replace(/\((?!\?)/g, "(?:"),
        ...[...shown.keys()].sort((a, b) => b.length - a.length).map(literal),
      ].join("|"),
      "g",
    )
    return known
  }
  return {
    keep: (label, value) => {
      if (value === "") return ""
      const mark = shown.get(value)
      if (mark !== undefined) return mark
      // Redacting twice changes nothing.
      if (value.replace(placeholderPattern, "") === "") return value
      const hidden = secret(label, value)
      const made = placeholder(hidden)
      if (oneTime.has(label)) return made
      byFingerprint.set(hidden.fingerprint, hidden)
      if (value.length >= shortestKnown) {
        for (const form of spellings(value)) if (!shown.has(form)) shown.set(form, made)
        known = undefined
      }
      return made
    },
    conceal: (text) => (shown.size === 0 ? text : text.replace(knownPattern(), (found) => shown.get(found) ?? found)),
    expose: (text) =>
      text.replace(placeholderPattern, (whole, _label: string, _length: string, print: string) => {
        const hidden = byFingerprint.get(print)
        return (hidden && reveal(hidden)) ?? whole
      }),
  }
}

const isSecret = Schema.is(Secret)

/** Remembers every secret that is held anywhere in a value, so that it is concealed wherever it turns up. */
export const keepSecrets = (book: SecretBook, value: unknown): void => {
  if (typeof value !== "object" || value === null) return
  if (isSecret(value)) {
    const plain = reveal(value)
    if (plain !== undefined) book.keep(value.label, plain)
  } else for (const member of Object.values(value)) keepSecrets(book, member)
}

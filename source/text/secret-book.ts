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

/** More beginnings than this are not looked for by one pattern, which the engine might not take. */
const mostHeads = 500

/**
 * Finds known texts, however many and however long: a pattern of all of them would be more than the engine takes. Tokens of
 * one server share their beginning and their length, so these two lead to any number of them.
 */
const makeFinder = (known: { readonly has: (text: string) => boolean }) => {
  /** Lengths by beginning, longest first: what is the beginning of another must not leave the rest of that one standing. */
  const lengths = new Map<string, ReadonlyArray<number>>()
  let pattern: RegExp | undefined
  const placeholders = placeholderPattern.source.replace(/\((?!\?)/g, "(?:")
  const heads = (): RegExp => {
    pattern ??= new RegExp([placeholders, ...[...lengths.keys()].map(literal)].join("|"), "g")
    return pattern
  }
  return {
    add: (text: string) => {
      const head = text.slice(0, shortestKnown)
      const before = lengths.get(head)
      if (before === undefined) pattern = undefined
      if (!before?.includes(text.length))
        lengths.set(
          head,
          [...(before ?? []), text.length].sort((a, b) => b - a),
        )
    },
    /** The next place from there on that is worth a look; the end of the text when there is none. */
    next: (text: string, from: number): number => {
      if (lengths.size > mostHeads) return from
      const all = heads()
      all.lastIndex = from
      return all.exec(text)?.index ?? text.length
    },
    at: (text: string, at: number): string | undefined => {
      for (const length of lengths.get(text.slice(at, at + shortestKnown)) ?? []) {
        const found = text.slice(at, at + length)
        if (known.has(found)) return found
      }
      return undefined
    },
  }
}

const opening = "<".charCodeAt(0)

/** An empty book, for one run. */
export const makeSecretBook = (): SecretBook => {
  const byFingerprint = new Map<string, Secret>()
  const shown = new Map<string, string>()
  const finder = makeFinder(shown)
  const placeholderHere = new RegExp(placeholderPattern.source, "y")
  /** Units of the placeholder that stands there. It is left alone: a secret that looks like a part of it cannot tear it. */
  const placeholderAt = (text: string, at: number): number => {
    if (text.charCodeAt(at) !== opening) return 0
    placeholderHere.lastIndex = at
    return placeholderHere.exec(text)?.[0].length ?? 0
  }
  const conceal = (text: string): string => {
    let done = ""
    let from = 0
    for (let at = finder.next(text, 0); at < text.length; at = finder.next(text, at)) {
      const left = placeholderAt(text, at)
      const found = left > 0 ? undefined : finder.at(text, at)
      const mark = found === undefined ? undefined : shown.get(found)
      if (found === undefined || mark === undefined) {
        at += Math.max(1, left)
        continue
      }
      done += text.slice(from, at) + mark
      at += found.length
      from = at
    }
    return from === 0 ? text : done + text.slice(from)
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
        for (const form of spellings(value))
          if (!shown.has(form)) {
            shown.set(form, made)
            finder.add(form)
          }
      }
      return made
    },
    conceal: (text) => (shown.size === 0 ? text : conceal(text)),
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

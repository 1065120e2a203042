/**
 * `WWW-Authenticate` by the grammar of RFC 9110 §11.2, §11.3 and §11.6.1. A field is read from its first character to
 * its last, never searched: text inside a quoted string can not be taken for a parameter (CR-26).
 */

export interface ParsedChallenge {
  /** As the server spelled it; compare in lower case. */
  readonly scheme: string
  readonly token68?: string
  /** Names in lower case, in the order sent, repetitions kept. */
  readonly parameters: ReadonlyArray<readonly [name: string, value: string]>
}

export interface MalformedField {
  readonly field: string
  /** Offset in characters at which the grammar was left. */
  readonly at: number
  readonly reason: string
}

export interface ParsedChallenges {
  readonly challenges: ReadonlyArray<ParsedChallenge>
  readonly malformed: ReadonlyArray<MalformedField>
}

type Step<A> = { readonly value: A; readonly end: number }

const tokenAt = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const token68At = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y
/** qdtext and quoted-pair; bytes from 0x80 on are obs-text. */
const quotedAt = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\u0080-\uffff]|\\[\t \x21-\x7e\u0080-\uffff])*)"/y
const blankAt = /[ \t]*/y
const separatorAt = /[ \t,]*/y

const match = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const skip = (pattern: RegExp, text: string, at: number): number => at + (match(pattern, text, at)?.[0].length ?? 0)

const valueAt = (text: string, at: number): Step<string> | undefined => {
  const quoted = match(quotedAt, text, at)
  if (quoted) return { value: (quoted[1] ?? "").replace(/\\(.)/gs, "$1"), end: at + quoted[0].length }
  const token = match(tokenAt, text, at)
  return token ? { value: token[0], end: at + token[0].length } : undefined
}

/** `name BWS "="`: gives the name and where the value starts. A token that no `=` follows starts another challenge. */
const parameterNameAt = (text: string, at: number): Step<string> | undefined => {
  const name = match(tokenAt, text, at)
  if (!name) return undefined
  const equals = skip(blankAt, text, at + name[0].length)
  return text[equals] === "=" ? { value: name[0].toLowerCase(), end: skip(blankAt, text, equals + 1) } : undefined
}

const parseField = (field: string): { challenges: Array<ParsedChallenge> } | MalformedField => {
  const broken = (at: number, reason: string): MalformedField => ({ field, at, reason })
  const challenges: Array<ParsedChallenge> = []
  let at = skip(separatorAt, field, 0)
  while (at < field.length) {
    const scheme = match(tokenAt, field, at)
    if (!scheme) return broken(at, "expected the name of a scheme")
    const parameters: Array<readonly [string, string]> = []
    const afterScheme = at + scheme[0].length
    at = skip(blankAt, field, afterScheme)
    if (at < field.length && field[at] !== "," && field[at - 1] !== " ")
      return broken(afterScheme, "expected a space after the scheme")
    const token68 = match(token68At, field, at)
    if (token68) at += token68[0].length
    else {
      let name = parameterNameAt(field, at)
      if (!name && at < field.length && field[at] !== ",") return broken(at, "expected a parameter name and =")
      while (name) {
        const value = valueAt(field, name.end)
        if (!value) return broken(name.end, `expected a token or a closed quoted string for ${name.value}`)
        parameters.push([name.value, value.value])
        at = skip(blankAt, field, value.end)
        if (at < field.length && field[at] !== ",") return broken(at, `expected a comma after ${name.value}`)
        const next = skip(separatorAt, field, at)
        name = parameterNameAt(field, next)
      }
    }
    challenges.push({ scheme: scheme[0], ...(token68 ? { token68: token68[0] } : {}), parameters })
    at = skip(blankAt, field, at)
    if (at < field.length && field[at] !== ",") return broken(at, "expected a comma")
    at = skip(separatorAt, field, at)
  }
  return { challenges }
}

/** Reads every field. One that leaves the grammar counts as absent as a whole (CR-27) and is listed as malformed. */
export const parseChallenges = (fields: ReadonlyArray<string>): ParsedChallenges => {
  const challenges: Array<ParsedChallenge> = []
  const malformed: Array<MalformedField> = []
  for (const field of fields) {
    const parsed = parseField(field)
    if ("challenges" in parsed) challenges.push(...parsed.challenges)
    else malformed.push(parsed)
  }
  return { challenges, malformed }
}

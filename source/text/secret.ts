import { createHash } from "node:crypto"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/**
 * A secret as the journal may hold it: the standard's name for it, its length in characters, and the first 8 hexadecimal
 * digits of its SHA-256. The value itself is never a member: it lives beside it in memory only (invariant I-2), so
 * spreading, JSON, `inspect` and a saved file cannot print it.
 */
export const Secret = Schema.Struct({ label: Schema.String, length: Schema.Finite, fingerprint: Schema.String })
export type Secret = typeof Secret.Type

const values = new WeakMap<Secret, Redacted.Redacted<string>>()

export const fingerprint = (value: string): string => createHash("sha256").update(value).digest("hex").slice(0, 8)

/** Wraps a value the moment it is decoded. `label` is the standard's own name for it, such as `access_token`. */
export const secret = (label: string, value: string): Secret => {
  const hidden: Secret = { label, length: value.length, fingerprint: fingerprint(value) }
  values.set(hidden, Redacted.make(value, { label }))
  return hidden
}

/** The plain value, for the one header or body that needs it. `undefined` when it came back from a saved journal. */
export const reveal = (hidden: Secret): string | undefined => {
  const value = values.get(hidden)
  return value && Redacted.value(value)
}

/** How a secret looks wherever it would otherwise have been printed. */
export const placeholder = (hidden: Secret): string =>
  `<${hidden.label} ${hidden.length} chars sha256:${hidden.fingerprint}>`

/** Matches {@link placeholder}: label, length, fingerprint. */
export const placeholderPattern = /<([A-Za-z][\w-]*) (\d+) chars sha256:([0-9a-f]{8})>/g

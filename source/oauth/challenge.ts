import * as Schema from "effect/Schema"
import type { Finding } from "../text/finding.ts"
import { type MalformedField, type ParsedChallenge, parseChallenges } from "./challenge-grammar.ts"

export { parseChallenges } from "./challenge-grammar.ts"

/** What a 401 or 403 asks for: the one challenge of several that MCP authorization can answer. */
export const Challenge = Schema.Struct({
  /** `Bearer`, or `DPoP` where a server offers nothing else. */
  scheme: Schema.Literals(["Bearer", "DPoP"]),
  realm: Schema.optionalKey(Schema.String),
  /** As sent; may be relative to the server's URL (RFC 9728 §5.1 asks for an absolute one). */
  resourceMetadata: Schema.optionalKey(Schema.String),
  /** As sent: names separated by spaces. */
  scope: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(Schema.String),
  errorDescription: Schema.optionalKey(Schema.String),
})
export type Challenge = typeof Challenge.Type

export interface SelectedChallenge {
  readonly challenge?: Challenge
  readonly findings: ReadonlyArray<Finding>
}

const members = {
  realm: "realm",
  resource_metadata: "resourceMetadata",
  scope: "scope",
  error: "error",
  error_description: "errorDescription",
} as const

const named = (challenge: ParsedChallenge, scheme: string): boolean => challenge.scheme.toLowerCase() === scheme

/** The first Bearer challenge; else a DPoP challenge that says where the metadata is (CR-24). */
const pick = (
  challenges: ReadonlyArray<ParsedChallenge>,
): readonly [ParsedChallenge, Challenge["scheme"]] | undefined => {
  const bearer = challenges.find((challenge) => named(challenge, "bearer"))
  if (bearer) return [bearer, "Bearer"]
  const dpop = challenges.find(
    (challenge) => named(challenge, "dpop") && challenge.parameters.some(([name]) => name === "resource_metadata"),
  )
  return dpop && [dpop, "DPoP"]
}

const malformedFinding = ({ field, at, reason }: MalformedField): Finding => ({
  severity: "error",
  rule: "RFC 9110 §11.6.1",
  text: `A WWW-Authenticate field breaks the grammar at character ${at + 1} (${reason}) and was left aside: ${field}`,
})

/**
 * The challenge to act on, and what there is to say about the fields. Parameters sent twice with different values count
 * as absent (CR-25). No fields at all give no finding here: only a 401 has to carry one, and the caller knows the status.
 */
export const selectChallenge = (fields: ReadonlyArray<string>): SelectedChallenge => {
  const { challenges, malformed } = parseChallenges(fields)
  const findings: Array<Finding> = malformed.map(malformedFinding)
  const picked = pick(challenges)
  if (!picked) {
    if (challenges.length > 0)
      findings.push({
        severity: "warning",
        rule: "RFC 6750 §3",
        text: `No Bearer challenge among those offered: ${challenges.map(({ scheme }) => scheme).join(", ")}`,
      })
    return { findings }
  }
  const [parsed, scheme] = picked
  const known: { -readonly [Member in keyof Challenge]: Challenge[Member] } = { scheme }
  let doubled = false
  for (const [name, member] of Object.entries(members)) {
    const values = parsed.parameters.filter(([parameter]) => parameter === name).map(([, value]) => value)
    const [first] = values
    if (first === undefined) continue
    const agreed = values.every((value) => value === first)
    if (agreed) known[member] = first
    if (values.length === 1) continue
    doubled = true
    findings.push({
      severity: agreed ? "warning" : "error",
      rule: "RFC 9110 §11.2; RFC 6750 §3",
      text: agreed
        ? `${name} occurs ${values.length} times in one challenge, with one value; it was used.`
        : `${name} occurs ${values.length} times in one challenge with different values; none was used.`,
    })
  }
  if (malformed.length === 0 && !doubled)
    findings.unshift({ severity: "pass", rule: "RFC 9110 §11.6.1", text: `The ${scheme} challenge is well formed.` })
  return { challenge: known, findings }
}

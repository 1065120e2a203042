import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ElicitChoice } from "../flow/target.ts"
import { signingKey } from "../oauth/signing-key.ts"
import { type Secret, secret } from "../text/secret.ts"
import { usageFailure } from "./failure.ts"
import { readText } from "./read-text.ts"
import type { ServerInput } from "./settings.ts"

/** `--private-key` and `--signing-alg`, as part of who we are. */
export const signingKeyOf = Effect.fn("commands.signingKey")(function* (input: ServerInput) {
  if (Option.isNone(input.privateKey)) return {}
  const pem = yield* readText(input.privateKey.value, "--private-key")
  const key = yield* Effect.fromResult(signingKey(pem, Option.getOrUndefined(input.signingAlg)))
  return {
    signingKey: { ...key, ...(Option.isSome(input.assertionAud) ? { audience: input.assertionAud.value } : {}) },
  }
})

/** A secret that stands in a file, without the line break at its end. */
const secretIn = (label: string, file: Option.Option<string>, flag: string) =>
  Option.isNone(file)
    ? Effect.succeed<Secret | undefined>(undefined)
    : Effect.map(readText(file.value, flag), (text) => secret(label, text.trim()))

/** What the grants without a user need (RFC 7523 §2.1, RFC 8693 §2.1). */
export const grantOf = Effect.fn("commands.grant")(function* (input: ServerInput) {
  const assertion = yield* secretIn("assertion", input.assertionFile, "--assertion-file")
  const idToken = yield* secretIn("id_token", input.idTokenFile, "--id-token-file")
  const tokenEndpoint = Option.getOrUndefined(input.idpTokenEndpoint)
  const clientId = Option.getOrUndefined(input.idpClientId)
  return {
    grant: input.grant,
    dpop: input.dpop,
    ...(assertion === undefined ? {} : { assertion }),
    ...(idToken === undefined ? {} : { idToken }),
    ...(tokenEndpoint === undefined || clientId === undefined ? {} : { identityProvider: { tokenEndpoint, clientId } }),
  }
})

const Values = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const words = { ask: "ask", accept: "accept", decline: "decline" } as const

/** `--elicit`: one of the words, or the values themselves. */
export const elicitOf = Effect.fn("commands.elicit")(function* (input: ServerInput) {
  const given = Option.getOrElse(input.elicit, () => "ask")
  const choice = (elicit: ElicitChoice) => ({ elicit })
  if (given === "ask" || given === "accept" || given === "decline") return choice(words[given])
  const values = Schema.decodeUnknownResult(Values)(given)
  return Result.isSuccess(values)
    ? choice(values.success)
    : yield* usageFailure("elicit_invalid", { received: given, expected: "accept, decline or one JSON object" })
})

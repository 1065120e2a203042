import * as Data from "effect/Data"
import { type Evidence, type Problem, type ProblemText, problem } from "../text/problem.ts"
import { discoveryTexts } from "./failure-discovery.ts"
import { grantTexts } from "./failure-grant.ts"
import { identityTexts } from "./failure-identity.ts"

/** Every way in which authorization can fail as expected: one row each in the three tables beside this file. */
export type OAuthCode = keyof typeof discoveryTexts | keyof typeof identityTexts | keyof typeof grantTexts

export const oauthTexts: Readonly<Record<OAuthCode, ProblemText>> = {
  ...discoveryTexts,
  ...identityTexts,
  ...grantTexts,
}

/** A step of authorization that ended otherwise than it should, for a reason that this program can name. */
export class OAuthFailure extends Data.TaggedError("OAuthFailure")<Problem<OAuthCode>> {
  override get message(): string {
    return this.what
  }
}

/** The failure of one code, with the evidence at hand. */
export const oauthFailure = (code: OAuthCode, evidence: Evidence = {}): OAuthFailure =>
  new OAuthFailure(problem(oauthTexts, code, evidence))

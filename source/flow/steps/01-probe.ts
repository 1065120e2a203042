import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type ProbeOutcome, probe } from "../../mcp/probe.ts"
import { selectChallenge } from "../../oauth/challenge.ts"
import type { Grant } from "../../oauth/grant.ts"
import { Findings } from "../../text/finding.ts"
import { hadItsTime } from "../../vault/freshness.ts"
import { fact } from "../facts.ts"
import { flowFailure } from "../failure.ts"
import { warnOfLookAlikes } from "../look-alike.ts"
import { serverIsLocal } from "../not-needed.ts"
import { presenting } from "../presenting.ts"
import { isForbidden, mostRenewals, wantsScope } from "../recovery/ladder.ts"
import { renewIfDue, renewOrForget } from "../recovery/renew-stored.ts"
import { rpcPreview } from "../rpc-preview.ts"
import type { Step } from "../step.ts"
import { storedCredentials, touch } from "../stored.ts"
import { firstMethod } from "../target.ts"

type Challenged = Extract<ProbeOutcome, { readonly _tag: "challenged" }>

/** What the refusal asks for, and what there is to say about how it asks. */
const readChallenge = Effect.fn("flow.readChallenge")(function* (answer: Challenged) {
  const findings = yield* Findings
  const { exchange, status, url, tokenSent } = answer
  const { challenge, findings: noticed } = selectChallenge(answer.wwwAuthenticate)
  for (const finding of noticed) yield* findings.raise({ ...finding, exchange })
  if (isForbidden({ status, tokenSent, challenge }))
    return yield* flowFailure("forbidden", {
      url,
      exchange,
      received: `status ${status}`,
      ...(challenge?.errorDescription === undefined ? {} : { detail: challenge.errorDescription }),
    })
  if (answer.wwwAuthenticate.length === 0)
    yield* findings.raise({
      severity: "error",
      rule: "RFC 9110 §15.5.2",
      text: "A 401 without WWW-Authenticate: the server does not say what it wants, nor where its metadata is.",
      exchange,
    })
  if (status === 403 && !tokenSent)
    yield* findings.raise({
      severity: "warning",
      rule: "RFC 9110 §15.5.2",
      text: "403 for a request without a token: the status for missing credentials is 401.",
      exchange,
    })
  return challenge
})

/**
 * Ask the MCP endpoint for something and see what it demands. With a stored token the request carries it: if it is still
 * good, the sign-in is over before it began. Without one, a protected server answers 401 and says in WWW-Authenticate
 * where its metadata is (MCP authorization, Authorization Flow Steps; RFC 9728 §5.1).
 */
export const probeStep: Step = {
  id: "probe",
  title: "Probe resource",
  purpose:
    "Send the MCP server a first request without a token (or with the stored one) and see whether it asks for authorization.",
  reference: ["MCP authorization, Authorization Flow", "RFC 9728 §5.1", "RFC 6750 §3"],
  pitfalls: [
    "The URL is not the MCP endpoint: an HTML page or 404 comes back",
    "401 without WWW-Authenticate: discovery must guess",
    "200 without a token: the server is open to everybody",
  ],
  needs: [],
  yields: ["probe", "identity", "grant"],
  skip: serverIsLocal,
  preview: (context) => rpcPreview(context, firstMethod(context.target)),
  run: Effect.fn("flow.probe")(function* ({ target }) {
    yield* warnOfLookAlikes("The server", [target.serverUrl])
    const ask = Effect.fnUntraced(function* (held: Grant | undefined) {
      return yield* probe({ url: target.serverUrl, version: target.protocolVersion, ...(yield* presenting(held)) })
    })
    const stored = yield* storedCredentials(target)
    let grant = stored && (yield* renewIfDue(stored, yield* Clock.currentTimeMillis))
    let answer = yield* ask(grant)
    // Refused before its time, the refresh token may still be good (CR-92, CR-100). What came of a renewal is renewed again
    // only when it has had its time: tokens that live for seconds may end on the way.
    for (let renewals = 0; renewals < mostRenewals; renewals += 1) {
      if (answer._tag !== "challenged" || answer.status !== 401 || stored === undefined || grant === undefined) break
      if (grant !== stored.grant && !hadItsTime(grant, yield* Clock.currentTimeMillis)) break
      grant = yield* renewOrForget({ ...stored, grant })
      if (grant !== undefined) answer = yield* ask(grant)
    }

    if (answer._tag === "challenged") {
      const challenge = yield* readChallenge(answer)
      // The token was too narrow: the next one must not lose what this one could do (CR-88).
      const priorScope = wantsScope({ challenge }) ? grant?.scope : undefined
      const { status, exchange } = answer
      return {
        facts: [
          fact("probe", {
            outcome: "challenged",
            status,
            exchange,
            ...(challenge === undefined ? {} : { challenge }),
            ...(priorScope === undefined ? {} : { priorScope }),
          }),
        ],
        note: `${status}${challenge === undefined ? ", no challenge" : `, ${challenge.scheme}`}`,
      }
    }

    const { session, status, exchange } = answer
    if (stored === undefined || grant === undefined)
      return { facts: [fact("probe", { outcome: "open", status, exchange, session })], note: "no token asked for" }
    yield* touch(stored)
    const { client } = stored
    return {
      facts: [
        fact("probe", { outcome: "accepted", status, exchange, session }),
        fact("identity", { client, redirectUri: client.redirectUris[0] ?? "", reused: true }),
        fact("grant", grant),
      ],
      note: grant === stored.grant ? "stored token accepted" : "stored token renewed and accepted",
    }
  }),
}

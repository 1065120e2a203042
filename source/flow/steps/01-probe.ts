import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { probe } from "../../mcp/probe.ts"
import { selectChallenge } from "../../oauth/challenge.ts"
import { needsRefresh } from "../../oauth/grant.ts"
import { Findings } from "../../text/finding.ts"
import { type Fact, fact } from "../facts.ts"
import { refreshRecord } from "../recovery/refresh-record.ts"
import type { Step } from "../step.ts"
import { storedCredentials } from "../stored.ts"

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
  preview: ({ target }) => ({
    method: "POST",
    url: target.serverUrl,
    headers: [
      ["accept", "application/json, text/event-stream"],
      ["content-type", "application/json"],
    ],
    body: JSON.stringify({
      jsonrpc: "2.0",
      method:
        target.protocolVersion === "auto" || target.protocolVersion === "2026-07-28" ? "server/discover" : "initialize",
    }),
  }),
  run: Effect.fn("flow.probe")(function* ({ target }) {
    const findings = yield* Findings
    const stored = yield* storedCredentials(target)
    let grant = stored?.grant
    if (stored !== undefined && grant !== undefined && needsRefresh(grant, yield* Clock.currentTimeMillis))
      grant = yield* refreshRecord(stored.record)

    const ask = (token = grant) =>
      probe({
        url: target.serverUrl,
        version: target.protocolVersion,
        ...(token === undefined ? {} : { token: token.accessToken }),
      })
    let answer = yield* ask()
    if (answer._tag === "challenged" && stored !== undefined && grant !== undefined && grant === stored.grant) {
      // The stored token was refused before its time: the refresh token may still be good (CR-92, CR-100).
      grant = yield* refreshRecord(stored.record)
      if (grant !== undefined) answer = yield* ask(grant)
    }

    if (answer._tag === "challenged") {
      const { challenge, findings: noticed } = selectChallenge(answer.wwwAuthenticate)
      for (const finding of noticed) yield* findings.raise({ ...finding, exchange: answer.exchange })
      return {
        facts: [
          fact("probe", {
            outcome: "challenged",
            status: answer.status,
            exchange: answer.exchange,
            ...(challenge === undefined ? {} : { challenge }),
          }),
        ],
        note: `${answer.status}${challenge === undefined ? ", no challenge" : `, ${challenge.scheme}`}`,
      }
    }

    const facts: Array<Fact> = [
      fact("probe", {
        outcome: grant === undefined ? "open" : "accepted",
        status: answer.status,
        exchange: answer.exchange,
        session: answer.session,
      }),
    ]
    if (grant === undefined || stored === undefined) return { facts, note: "no token asked for" }
    facts.push(fact("identity", stored.identity), fact("grant", grant))
    return { facts, note: "stored token accepted" }
  }),
}

import * as Effect from "effect/Effect"
import { dpopSupport } from "../../oauth/dpop.ts"
import {
  chooseIssuer,
  compareIssuers,
  discoverServer,
  legacyServer,
  serverMetadataUrls,
} from "../../oauth/server-metadata.ts"
import { Findings } from "../../text/finding.ts"
import type { Event } from "../event.ts"
import { fact } from "../facts.ts"
import { flowFailure } from "../failure.ts"
import { Journal } from "../journal.ts"
import { warnOfLookAlikes } from "../look-alike.ts"
import { grantTypes } from "../machine-grant.ts"
import { authorizationNotNeeded } from "../not-needed.ts"
import { missing, type Step } from "../step.ts"
import { knownIssuers } from "../stored.ts"
import type { Target } from "../target.ts"

interface Naming {
  /** As the resource names it. */
  readonly issuer: string
  readonly known: ReadonlyArray<string>
  readonly target: Target
}

/** The issuer's other spelling that was accepted: by the flag, or in an earlier run for this server (rulebook X-1). */
const acceptedSpelling = ({ issuer, known, target }: Naming): string | undefined =>
  target.strict
    ? undefined
    : [...(target.acceptIssuer === undefined ? [] : [target.acceptIssuer]), ...known].find(
        (candidate) => compareIssuers(issuer, candidate) === "slash",
      )

/** Whether the person was told of this very change in this run and chose to try the step again. */
const saidYes = (events: ReadonlyArray<Event>, issuer: string): boolean => {
  const told = events.findLastIndex(
    (event) =>
      event._tag === "StepEnded" && event.problem?.code === "issuer_changed" && event.problem.received === issuer,
  )
  return told !== -1 && events.slice(told).some((event) => event._tag === "Decided" && event.decision === "retry")
}

/**
 * The server names another authorization server than the one that is known for it. Nothing that belongs to the old one is
 * ever sent to the new one, and nothing at all before a person who was told tries again, or --issuer agrees (CR-70). Where
 * redirects are followed there is nobody to lure, and it is only said.
 */
const agreeToIssuer = Effect.fn("flow.agreeToIssuer")(function* (change: Naming) {
  const { issuer, known, target } = change
  if (known.length === 0 || known.includes(issuer)) return
  if (acceptedSpelling({ issuer, known, target }) !== undefined) return
  const { interactive, browser } = target
  const agreed =
    target.issuer !== undefined || (interactive && (browser === "follow" || saidYes((yield* Journal).events(), issuer)))
  if (!agreed)
    return yield* flowFailure("issuer_changed", {
      url: target.serverUrl,
      expected: known.join(", "),
      received: issuer,
    })
  const findings = yield* Findings
  yield* findings.raise({
    severity: "warning",
    rule: "MCP authorization, Authorization Server Binding",
    text: `The authorization server has changed from ${known.join(", ")} to ${issuer}. What is stored for the old one stays with it.`,
  })
})

/**
 * Read the authorization server's own metadata and make sure that it speaks for itself: the issuer in the document must
 * be, character for character, the issuer that the address was built from (RFC 8414 §3.3).
 */
export const serverStep: Step = {
  id: "server",
  title: "Server metadata",
  purpose: "Read the authorization server's metadata: its endpoints, and what it supports (PKCE, registration, iss).",
  reference: [
    "RFC 8414 §3",
    "OpenID Connect Discovery §4",
    "MCP authorization, Authorization Server Metadata Discovery",
  ],
  pitfalls: [
    "The issuer in the document differs, if only by a slash",
    "Only one of the well-known forms is served, at an unexpected place",
    "No code_challenge_methods_supported: PKCE cannot be relied on",
  ],
  needs: ["resource"],
  yields: ["server"],
  skip: authorizationNotNeeded,
  preview: ({ target, facts }) => {
    const issuer = target.issuer ?? facts.resource?.authorizationServers[0]
    const url = issuer === undefined ? undefined : serverMetadataUrls(issuer)[0]
    return url === undefined ? undefined : { method: "GET", url, headers: [["accept", "application/json"]] }
  },
  run: Effect.fn("flow.server")(function* ({ target, facts }) {
    const resource = facts.resource ?? (yield* missing("resource"))
    const { allowInsecure } = target
    // Nobody named an issuer: the server's own origin was assumed.
    const { origin } = new URL(target.serverUrl)
    if (resource.url === undefined && target.issuer === undefined && resource.authorizationServers[0] === origin) {
      const server = yield* legacyServer({ serverUrl: target.serverUrl, allowInsecure })
      return { facts: [fact("server", server)], note: `${server.issuer} (2025-03-26)` }
    }
    const known = yield* knownIssuers(target.serverUrl)
    const given = (target.configured ?? []).map(({ issuer }) => issuer)
    const { issuer } = yield* Effect.fromResult(
      chooseIssuer(resource, { known: [...known, ...given], wanted: target.issuer }),
    )
    yield* warnOfLookAlikes("The authorization server", [issuer])
    yield* agreeToIssuer({ issuer, known, target })
    const server = yield* discoverServer({
      issuer,
      strict: target.strict,
      acceptIssuer: acceptedSpelling({ issuer, known, target }),
      allowInsecure,
      grant: grantTypes[target.grant],
    })
    yield* warnOfLookAlikes("The sign-in page", [server.authorizationEndpoint])
    if (target.dpop) yield* Effect.flatMap(Findings, (findings) => findings.raise(dpopSupport(server)))
    return { facts: [fact("server", server)], note: server.issuer }
  }),
}

import * as Effect from "effect/Effect"
import { assumedResource, discoverResource, resourceMetadataUrls } from "../../oauth/resource-metadata.ts"
import { Findings } from "../../text/finding.ts"
import { fact } from "../facts.ts"
import { authorizationNotNeeded } from "../not-needed.ts"
import type { Step } from "../step.ts"
import { assumedIssuer } from "../stored.ts"
import type { Target } from "../target.ts"

interface Assumption {
  readonly issuer: string
  readonly because: string
}

/**
 * Who issues the tokens where no document says so, but the user does: --issuer, or the server's own origin with --legacy-auth
 * (CR-16, CR-18); or the user did in an earlier run for this server (rulebook X-3).
 */
const assumption = Effect.fn("flow.assumption")(function* ({ serverUrl, issuer, legacyAuth, strict }: Target) {
  if (issuer !== undefined) return { issuer, because: "--issuer says so" }
  const { origin } = new URL(serverUrl)
  if (legacyAuth) return { issuer: origin, because: "--legacy-auth says so" }
  const before = strict ? undefined : yield* assumedIssuer(serverUrl)
  if (before === undefined) return undefined
  return {
    issuer: before === `${origin}/` ? origin : before,
    because: "that was allowed in an earlier run for this server",
  }
})

/**
 * Find the protected resource metadata: at the address the challenge names, else at the well-known addresses. It says
 * which authorization servers may issue tokens for this resource and by which name tokens must be asked for (RFC 9728).
 */
export const resourceStep: Step = {
  id: "resource",
  title: "Resource metadata",
  purpose:
    "Read what the MCP server publishes about itself: its own name (resource), its authorization servers and scopes.",
  reference: ["RFC 9728 §3", "MCP authorization, Protected Resource Metadata Discovery"],
  pitfalls: [
    "404 at every address: the server does not support discovery",
    "An HTML page with status 200: a web application answers everything",
    "`resource` names another URL than the one you connect to",
  ],
  needs: ["probe"],
  yields: ["resource"],
  skip: authorizationNotNeeded,
  preview: ({ target, facts }) => {
    const url = facts.probe?.challenge?.resourceMetadata ?? resourceMetadataUrls(target.serverUrl)[0]?.url
    return url === undefined ? undefined : { method: "GET", url, headers: [["accept", "application/json"]] }
  },
  run: Effect.fn("flow.resource")(function* ({ target, facts }) {
    const findings = yield* Findings
    const challenge = facts.probe?.challenge
    const assumed = yield* assumption(target)
    const discovering = discoverResource({
      dpop: target.dpop,
      serverUrl: target.serverUrl,
      strict: target.strict,
      ...(challenge === undefined ? {} : { challenge }),
    })
    const assuming = Effect.fnUntraced(function* ({ issuer, because }: Assumption) {
      yield* findings.raise({
        severity: "warning",
        rule: "MCP authorization, Protected Resource Metadata Discovery",
        text: `No metadata was found; ${issuer} is assumed to issue the tokens, because ${because}.`,
      })
      return assumedResource(target.serverUrl, issuer)
    })
    const resource = yield* assumed === undefined
      ? discovering
      : Effect.catchIf(
          discovering,
          (failure) => failure.code === "resource_metadata_missing",
          () => assuming(assumed),
        )
    return { facts: [fact("resource", resource)], note: resource.resource }
  }),
}

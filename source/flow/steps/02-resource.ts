import * as Effect from "effect/Effect"
import { assumedResource, discoverResource, resourceMetadataUrls } from "../../oauth/resource-metadata.ts"
import { Findings } from "../../text/finding.ts"
import { fact } from "../facts.ts"
import { authorizationNotNeeded } from "../not-needed.ts"
import type { Step } from "../step.ts"

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
    const resource = yield* discoverResource({
      dpop: target.dpop,
      serverUrl: target.serverUrl,
      strict: target.strict,
      ...(challenge === undefined ? {} : { challenge }),
    }).pipe(
      Effect.catchIf(
        (failure) => failure.code === "resource_metadata_missing" && (target.legacyAuth || target.issuer !== undefined),
        // Not the document but the user says who issues the tokens: --issuer, or the server's own origin (CR-16, CR-18).
        () => {
          const issuer = target.issuer ?? new URL(target.serverUrl).origin
          return findings
            .raise({
              severity: "warning",
              rule: "MCP authorization, Protected Resource Metadata Discovery",
              text: `No metadata was found; ${issuer} is assumed to issue the tokens, because ${target.issuer === undefined ? "--legacy-auth" : "--issuer"} says so.`,
            })
            .pipe(Effect.as(assumedResource(target.serverUrl, issuer)))
        },
      ),
    )
    return { facts: [fact("resource", resource)], note: resource.resource }
  }),
}

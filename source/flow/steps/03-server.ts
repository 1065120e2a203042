import * as Effect from "effect/Effect"
import { chooseIssuer, discoverServer, legacyServer, serverMetadataUrls } from "../../oauth/server-metadata.ts"
import { Vault } from "../../vault/vault.ts"
import { fact } from "../facts.ts"
import { authorizationNotNeeded } from "../not-needed.ts"
import { missing, type Step } from "../step.ts"

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
    if (resource.url === undefined && target.issuer === undefined) {
      const server = yield* legacyServer({ serverUrl: target.serverUrl, allowInsecure })
      return { facts: [fact("server", server)], note: `${server.issuer} (2025-03-26)` }
    }
    const vault = yield* Vault
    const known = (yield* vault.findByServer(target.serverUrl)).map((record) => record.issuer)
    const { issuer } = yield* Effect.fromResult(chooseIssuer(resource, { known, wanted: target.issuer }))
    const server = yield* discoverServer({ issuer, strict: target.strict, allowInsecure })
    return { facts: [fact("server", server)], note: server.issuer }
  }),
}

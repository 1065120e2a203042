import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { identityWays } from "../../oauth/client-identity.ts"
import { reserveRedirectUri } from "../../oauth/redirect-uri.ts"
import { register, registrationRequest } from "../../oauth/registration.ts"
import { Findings } from "../../text/finding.ts"
import { fact } from "../facts.ts"
import { authorizationNotNeeded } from "../not-needed.ts"
import { requestedScope } from "../requested-scope.ts"
import { missing, type Step } from "../step.ts"
import { keepClient, storedClient } from "../stored.ts"

/**
 * Become known to the authorization server: with an id we have already, with the URL of a metadata document that it
 * reads itself, or by introducing ourselves (RFC 7591). In this order, because only the last one leaves a new client
 * behind (MCP authorization, Client Registration Approaches).
 */
export const clientStep: Step = {
  id: "client",
  title: "Register client",
  purpose: "Get a client_id: use the one we have, name a client metadata document, or register dynamically.",
  reference: ["RFC 7591 §3", "MCP authorization, Client Registration Approaches", "Client ID Metadata Document"],
  pitfalls: [
    "Registration is off, limited or reserved (401, 403, 404, 429)",
    "The redirect URI is refused: invalid_redirect_uri",
    "The server registers us with another authentication method than we asked for",
  ],
  needs: ["resource", "server"],
  yields: ["identity"],
  skip: authorizationNotNeeded,
  preview: ({ target, facts }) => {
    const endpoint = facts.server?.registrationEndpoint
    if (endpoint === undefined || target.preregistered !== undefined) return undefined
    return {
      method: "POST",
      url: endpoint,
      headers: [["content-type", "application/json"]],
      body: JSON.stringify(
        registrationRequest({
          redirectUri: target.redirectUri ?? "http://127.0.0.1:<port>/callback",
          clientName: target.clientName,
        }),
        undefined,
        2,
      ),
    }
  },
  run: Effect.fn("flow.client")(function* ({ target, facts }) {
    const findings = yield* Findings
    const server = facts.server ?? (yield* missing("server"))
    const now = yield* Clock.currentTimeMillis
    const stored = yield* storedClient(server.issuer)
    const ways = yield* Effect.fromResult(
      identityWays({
        registration: target.registration,
        preregistered: target.preregistered,
        stored,
        clientMetadataUrl: target.clientMetadataUrl,
        metadata: server,
        now,
      }),
    )
    for (const { way, reason } of ways.closed)
      yield* findings.raise({
        severity: "note",
        rule: "MCP authorization, Client Registration",
        text: `${way}: ${reason}`,
      })
    yield* findings.raise({
      severity: "pass",
      rule: "MCP authorization, Client Registration Approaches",
      text: `chosen: ${ways.chosen.way}, because ${ways.chosen.reason}`,
    })

    if (ways.chosen.way !== "dcr") {
      const { client, way } = ways.chosen
      const redirectUri = yield* reserveRedirectUri({ wanted: target.redirectUri ?? client.redirectUris[0] })
      return {
        facts: [fact("identity", { client, redirectUri, reused: way === "stored" })],
        note: `${client.clientId} (${way})`,
      }
    }

    const redirectUri = yield* reserveRedirectUri({ wanted: target.redirectUri })
    const scope = requestedScope({ target, facts }).scope
    const { client, redirectUri: accepted } = yield* register({
      metadata: server,
      allowInsecure: target.allowInsecure,
      request: registrationRequest({
        redirectUri,
        clientName: target.clientName,
        tokenEndpointAuthMethodsSupported: server.tokenEndpointAuthMethodsSupported,
        ...(scope === undefined ? {} : { scope }),
      }),
    })
    // At once: a registration that is forgotten stays at the server for ever (CR-65).
    yield* keepClient({ target, facts, client })
    return {
      facts: [fact("identity", { client, redirectUri: accepted, reused: false })],
      note: `${client.clientId} (registered)`,
    }
  }),
}

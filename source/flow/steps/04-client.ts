import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { identityWays } from "../../oauth/client-identity.ts"
import { lookAtOwnDocument } from "../../oauth/published-document.ts"
import { reserveRedirectUri } from "../../oauth/redirect-uri.ts"
import { register, registrationRequest } from "../../oauth/registration.ts"
import { Findings } from "../../text/finding.ts"
import { type FactOf, fact } from "../facts.ts"
import { flowFailure } from "../failure.ts"
import { isMachineGrant } from "../machine-grant.ts"
import { authorizationNotNeeded } from "../not-needed.ts"
import { alone } from "../one-sign-in.ts"
import { ownClient } from "../own-client.ts"
import { canComeBack, redirectFor } from "../redirect-choice.ts"
import { registeredScope } from "../requested-scope.ts"
import { missing, type Step, type StepContext } from "../step.ts"
import { keepClient, storedClient } from "../stored.ts"
import { canSignIn, signInCommand } from "../target.ts"

/** The ways that are open, best first, with a word on each that is closed. */
const openWays = Effect.fn("flow.openWays")(function* ({ target, facts }: StepContext) {
  const findings = yield* Findings
  const server = facts.server ?? (yield* missing("server"))
  const own = ownClient(target, server.issuer)
  if (own !== undefined && "unusable" in own && target.registration !== "dcr" && target.registration !== "cimd")
    return yield* flowFailure("own_client_unusable", {
      url: server.issuer,
      received: own.clientId,
      detail: own.unusable,
    })
  const ways = yield* Effect.fromResult(
    identityWays({
      // Only a client that the operator knows may act without a user (rulebook CR-105).
      registration: isMachineGrant(target) ? "preregistered" : target.registration,
      preregistered: own,
      stored: yield* storedClient(server.issuer),
      clientMetadataUrl: target.clientMetadataUrl,
      metadata: server,
      now: yield* Clock.currentTimeMillis,
    }),
  )
  for (const { way, reason } of ways.closed)
    yield* findings.raise({
      severity: "note",
      rule: "MCP authorization, Client Registration",
      text: `${way}: ${reason}`,
    })
  return [ways.chosen, ...ways.others] as const
})

/** Introduces us to the server (RFC 7591), and writes down at once who we are there now. */
const registerAnew = Effect.fn("flow.registerAnew")(function* ({ target, facts }: StepContext) {
  const server = facts.server ?? (yield* missing("server"))
  // What is registered stays at the server for ever: not for a sign-in that nobody could finish (CR-102).
  if (!canSignIn(target))
    return yield* flowFailure("authorization_required", { url: target.serverUrl, expected: signInCommand(target) })
  const scope = registeredScope({ target, facts })
  const { client, redirectUri } = yield* register({
    metadata: server,
    allowInsecure: target.allowInsecure,
    initialAccessToken: target.initialAccessToken,
    request: registrationRequest({
      redirectUri: yield* reserveRedirectUri({ wanted: target.redirectUri }),
      clientName: target.clientName,
      tokenEndpointAuthMethodsSupported: server.tokenEndpointAuthMethodsSupported,
      ...(scope === undefined ? {} : { scope }),
    }),
  })
  yield* keepClient({ target, facts, client })
  return { client, redirectUri, reused: false }
})

const names = {
  preregistered: "pre-registered",
  stored: "stored",
  cimd: "metadata document",
  dcr: "registered",
} as const

const named = (identity: FactOf<"identity">, way: keyof typeof names) => ({
  facts: [fact("identity", identity)],
  note: `${identity.client.clientId} (${names[way]})`,
})

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
    "The server has forgotten a client of an earlier run: mcp-dcr-tui clients forget",
  ],
  needs: ["resource", "server"],
  yields: ["identity"],
  skip: authorizationNotNeeded,
  preview: ({ target, facts }) => {
    const endpoint = facts.server?.registrationEndpoint
    // Only a registration is sent anywhere, and only when nothing better is at hand.
    const own = facts.server && ownClient(target, facts.server.issuer)
    if (endpoint === undefined || own !== undefined || target.clientMetadataUrl !== undefined) return undefined
    const scope = registeredScope({ target, facts })
    return {
      method: "POST",
      url: endpoint,
      headers: [
        ["content-type", "application/json"],
        ...(target.initialAccessToken === undefined
          ? []
          : [["authorization", "Bearer <the initial access token>"] as const]),
      ],
      body: JSON.stringify(
        registrationRequest({
          redirectUri: target.redirectUri ?? "http://127.0.0.1:<port>/callback",
          clientName: target.clientName,
          ...(scope === undefined ? {} : { scope }),
        }),
        undefined,
        2,
      ),
    }
  },
  run: Effect.fn("flow.client")(function* ({ target, facts }) {
    const findings = yield* Findings
    yield* alone({ target, facts })
    const [best, ...others] = yield* openWays({ target, facts })
    const anew = others.find(({ way }) => way === "dcr")
    // Only a client that registered itself may be replaced by another of its kind.
    const replaceable = best.way === "stored" && best.client.source === "dcr" && anew !== undefined
    const chosen = replaceable && !(yield* canComeBack(best.client, target)) ? anew : best
    yield* findings.raise({
      severity: "pass",
      rule: "MCP authorization, Client Registration Approaches",
      text: `chosen: ${chosen.way}, because ${chosen.reason}`,
    })
    if (chosen.way === "dcr") return named(yield* registerAnew({ target, facts }), chosen.way)
    const client =
      chosen.way === "cimd"
        ? { ...chosen.client, redirectUris: yield* lookAtOwnDocument(chosen.client.clientId) }
        : chosen.client
    const redirectUri = yield* redirectFor(client, target)
    return named({ client, redirectUri, reused: chosen.way === "stored" }, chosen.way)
  }),
}

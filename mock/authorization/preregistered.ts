import type { PreregisteredClient } from "../options.ts"
import { digest } from "../randomness.ts"
import type { Client } from "./client.ts"

/** A client from the options, which are trusted: an operator wrote them. */
export function preregisteredClient(known: PreregisteredClient, now: number): Client {
  const method = known.client_secret === undefined ? (known.jwks ? "private_key_jwt" : "none") : "client_secret_basic"
  return {
    id: known.client_id,
    kind: "preregistered",
    metadata: {
      redirect_uris: known.redirect_uris ?? [],
      token_endpoint_auth_method: known.token_endpoint_auth_method ?? method,
      grant_types: known.grant_types ?? ["authorization_code", "refresh_token"],
      response_types: ["code"],
      ...(known.client_name === undefined ? {} : { client_name: known.client_name }),
      ...(known.scope === undefined ? {} : { scope: known.scope }),
      ...(known.jwks === undefined ? {} : { jwks: known.jwks }),
    },
    issuedAt: now,
    secretExpiresAt: 0,
    ...(known.client_secret === undefined ? {} : { secret: digest(known.client_secret) }),
  }
}

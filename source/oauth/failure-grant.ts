import type { ProblemText } from "../text/problem.ts"
import { authorizationTexts } from "./failure-authorization.ts"
import { machineTexts } from "./failure-machine.ts"

/** Failures of authorization request and response, token, refresh and revocation. */
export const grantTexts = {
  ...authorizationTexts,
  ...machineTexts,
  secret_not_in_memory: {
    what: "A secret that is needed here is no longer in memory.",
    why: "A saved session keeps only fingerprints of secrets, never their values.",
    remedy: ["Go back to the step that obtains it and run it again."],
    rule: "mcp-dcr-tui, secrets (docs/threat-model.md)",
    exit: 4,
  },
  auth_method_unsupported: {
    what: "No way of authenticating this client is known to both sides.",
    why: "The client has no secret for the methods that the server accepts, or the method is not supported here.",
    remedy: [
      "Give the client's secret with --client-secret-file, or its key with --private-key.",
      "Register a client with private_key_jwt, client_secret_basic, client_secret_post or none.",
    ],
    rule: "OAuth 2.1 §2.4; RFC 8414 §2",
    exit: 4,
  },
  code_maybe_spent: {
    what: "The connection failed while the code was being exchanged.",
    why: "The server may have used the code up. Sending it again could revoke the tokens that it gave out.",
    remedy: ["Start the authorization again; it gets a fresh code."],
    rule: "OAuth 2.1 §4.1.3",
    exit: 6,
  },
  code_refused: {
    what: "The token endpoint did not accept the code.",
    why: "It has expired, was used before, or does not fit to the redirect URI, the client or the code verifier.",
    remedy: ["Start the authorization again; it gets a fresh code."],
    rule: "OAuth 2.1 §3.2.4 (invalid_grant)",
    exit: 4,
  },
  client_dead: {
    what: "The authorization server no longer accepts this client.",
    why: "The client is unknown there, its secret is wrong or expired, or it may not use this grant.",
    remedy: [
      "Go back to the client step and register again.",
      "For a pre-registered client: check id, secret and authentication method.",
    ],
    rule: "OAuth 2.1 §3.2.4 (invalid_client, unauthorized_client)",
    exit: 4,
  },
  token_refused: {
    what: "The token endpoint refused the request.",
    why: "Its error code and its words are below.",
    remedy: ["Read its words below.", "Start the authorization again."],
    rule: "OAuth 2.1 §3.2.4",
    exit: 4,
  },
  token_endpoint_failed: {
    what: "The token endpoint failed.",
    why: "It is overloaded, out of order, or wants fewer requests; whether this one was carried out is not known.",
    remedy: [
      "Wait a little, or as long as a Retry-After below says, then start the authorization again.",
      "Look at the server's own log for this moment.",
    ],
    rule: "RFC 9110 §15.6",
    exit: 6,
  },
  token_answer_unreadable: {
    what: "The token endpoint did not answer with a JSON object.",
    why: "A web page or a gateway in front of it may have answered instead.",
    remedy: ["Check the token endpoint in the server metadata.", "Look at the exchange in the log."],
    rule: "OAuth 2.1 §3.2.3",
    exit: 5,
  },
  token_missing: {
    what: "The answer of the token endpoint lacks a member that it must have.",
    why: "access_token and token_type are required, and both are text.",
    remedy: ["For the operator: send access_token and token_type with every success."],
    rule: "OAuth 2.1 §3.2.3",
    exit: 5,
  },
  token_unusable: {
    what: "The access token holds characters that must not go into a header; it was dropped.",
    why: "A line break in a token would forge further header fields, and a blank would cut it.",
    remedy: ["For the operator: tokens use only letters, digits and - . _ ~ + / with = at the end."],
    rule: "RFC 6750 §2.1",
    exit: 5,
  },
  token_type_unsupported: {
    what: "The server issued a token of a type that cannot be used here; it was dropped.",
    why: "A bearer token works as it is; any other type needs a proof with every request that we did not offer.",
    remedy: [
      "For tokens of type DPoP: sign in again with --dpop.",
      "For the operator: issue token_type Bearer to this client.",
    ],
    rule: "OAuth 2.1 §1.4; RFC 9449 §5",
    exit: 5,
  },
  refresh_token_missing: {
    what: "There is no refresh token.",
    why: "The server gave none with this grant, so the access token cannot be renewed without you.",
    remedy: ["Sign in again."],
    rule: "OAuth 2.1 §4.3",
    exit: 4,
  },
  refresh_token_dead: {
    what: "The refresh token is no longer valid.",
    why: "It expired, was revoked, or was used before. The registration of the client stays as it is.",
    remedy: ["Sign in again."],
    rule: "OAuth 2.1 §3.2.4 (invalid_grant)",
    exit: 4,
  },
  refresh_later: {
    what: "The token could not be refreshed now; the stored tokens were kept.",
    why: "The authorization server could not be reached, is overloaded or failed.",
    remedy: ["Wait a little and refresh again."],
    rule: "OAuth 2.1 §4.3; RFC 9110 §10.2.3",
    exit: 6,
  },
  introspection_refused: {
    what: "The server does not say what it knows about the token.",
    why: "It answered otherwise than with the state of the token; it may tell only resource servers.",
    remedy: ["Go on without: nothing here depends on it.", "Ask the operator to let this client introspect."],
    rule: "RFC 7662 §2.2",
    exit: 4,
  },
} satisfies Record<string, ProblemText>

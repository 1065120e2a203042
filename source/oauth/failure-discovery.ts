import type { ProblemText } from "../text/problem.ts"

/** Failures of discovery: protected resource metadata and authorization server metadata. */
export const discoveryTexts = {
  resource_metadata_missing: {
    what: "The server asks for authorization but does not say where to get it.",
    why: "It publishes no protected resource metadata, neither in its challenge nor at the well-known addresses.",
    remedy: [
      "Ask the server's operator to publish /.well-known/oauth-protected-resource.",
      "For a server of the 2025-03-26 revision add --legacy-auth.",
      'If it takes an API key and no sign-in, send that with --header "Name: value".',
    ],
    rule: "MCP authorization, Protected Resource Metadata Discovery; RFC 9728 §3",
    exit: 5,
  },
  resource_metadata_invalid: {
    what: "The protected resource metadata cannot be used.",
    why: "It must be a JSON object with a string `resource` and a list of strings `authorization_servers`.",
    remedy: ["Show the server's operator what came back, below."],
    rule: "RFC 9728 §2, §3.2",
    exit: 5,
  },
  no_authorization_server: {
    what: "The protected resource metadata names no authorization server.",
    why: "Without one there is nobody who could issue a token for this server.",
    remedy: ["Ask the server's operator to fill `authorization_servers`."],
    rule: "MCP authorization, Authorization Server Location; RFC 9728 §2",
    exit: 5,
  },
  resource_mismatch: {
    what: "The protected resource metadata is for another resource; it was not used.",
    why: "A document that speaks for another address could direct your token to somebody else.",
    remedy: [
      "Check the URL you gave against the `resource` below.",
      "If they mean the same server, connect with exactly that address.",
    ],
    rule: "RFC 9728 §3.3, §7.3",
    exit: 5,
  },
  dpop_required: {
    what: "The server takes only tokens that are bound to a key (DPoP).",
    why: "A plain bearer token, all that was asked for here, would be refused.",
    remedy: ["Add --dpop.", "Or ask the operator to accept bearer tokens."],
    rule: "RFC 9728 §2; RFC 9449 §7",
    exit: 4,
  },
  bearer_header_unsupported: {
    what: "The server does not take tokens in the Authorization header.",
    why: "MCP allows a token nowhere else, so no call could succeed.",
    remedy: ["Ask the operator to add `header` to `bearer_methods_supported`."],
    rule: "MCP authorization, Token Requirements; RFC 9728 §2",
    exit: 5,
  },
  issuer_not_offered: {
    what: "The server does not accept tokens of the issuer that was chosen.",
    why: "Its protected resource metadata lists others.",
    remedy: ["Leave --issuer out, or give it one of those listed below."],
    rule: "RFC 9728 §7.6",
    exit: 2,
  },
  issuer_invalid: {
    what: "The address of the authorization server is not a valid issuer.",
    why: "An issuer is an https URL without query, fragment or user name (http only on this machine).",
    remedy: [
      "Ask the server's operator to correct `authorization_servers`.",
      "For a test network only, add --allow-insecure.",
    ],
    rule: "RFC 8414 §2",
    exit: 5,
  },
  discovery_unavailable: {
    what: "The server could not answer the discovery request now.",
    why: "It reported an error of its own, which says nothing about whether the document exists; no other place was tried.",
    remedy: ["Retry the step in a moment, or when a Retry-After below says.", "Look at the answer below."],
    rule: "RFC 9110 §15.6",
    exit: 6,
  },
  server_metadata_missing: {
    what: "The authorization server publishes no metadata that can be used.",
    why: "None of its well-known addresses answered with a metadata document.",
    remedy: ["Check the issuer below.", "Ask its operator to publish /.well-known/oauth-authorization-server."],
    rule: "MCP authorization, Authorization Server Metadata Discovery; RFC 8414 §3",
    exit: 5,
  },
  server_metadata_invalid: {
    what: "The authorization server's metadata cannot be used.",
    why: "A member that this flow needs is missing or has the wrong type.",
    remedy: ["Show the operator of the authorization server the member named below."],
    rule: "RFC 8414 §2, §3.2",
    exit: 5,
  },
  issuer_mismatch: {
    what: "The metadata names another issuer than the one it was asked for; it was not used.",
    why: "Whoever can place such a document could pass off their own endpoints as those of an honest server.",
    remedy: ["Ask the operator to make `issuer` and `authorization_servers` the same string."],
    rule: "RFC 8414 §3.3; OpenID Connect Discovery §4.3",
    exit: 5,
  },
  issuer_slash_mismatch: {
    what: "The issuer in the metadata differs from the expected one only by a slash at the end.",
    why: "Issuers are compared character by character, so these are two different issuers; this is a common slip.",
    remedy: [
      "Accept the metadata's own spelling, the one that was received: --accept-issuer URL. Later runs remember it.",
      "Ask the operator to write `issuer` and `authorization_servers` the same way.",
    ],
    rule: "RFC 8414 §3.3",
    exit: 5,
  },
  pkce_unsupported: {
    what: "The authorization server does not announce PKCE with S256; the flow stops before the browser opens.",
    why: "Without it, whoever sees the authorization code can turn it into a token.",
    remedy: ["Ask the operator to list S256 in `code_challenge_methods_supported`."],
    rule: "MCP authorization, Authorization Code Protection; RFC 7636 §4.2",
    exit: 5,
  },
  code_flow_unsupported: {
    what: "The authorization server does not offer the authorization code flow.",
    why: "Its metadata leaves it out of the response types or grant types that it supports.",
    remedy: [
      "Use --grant client_credentials if you have credentials for it.",
      "Ask the operator to enable the code flow.",
    ],
    rule: "RFC 8414 §2",
    exit: 4,
  },
  pushed_request_required: {
    what: "The authorization server takes only pushed authorization requests.",
    why: "This program sends the request by the browser, which such a server must refuse.",
    remedy: ["Ask the operator to switch `require_pushed_authorization_requests` off for this client."],
    rule: "RFC 9126 §5",
    exit: 4,
  },
  endpoint_invalid: {
    what: "The metadata names an endpoint that must not be used.",
    why: "Endpoints are https URLs without fragment and user name (http only on this machine).",
    remedy: [
      "Show the operator the endpoint below.",
      "Plain http, in a test network only: add --allow-insecure.",
      "A private address: in your own network, connect to the MCP server by its private address.",
    ],
    rule: "OAuth 2.1 §1.5, §3.1, §3.2",
    exit: 5,
  },
} as const satisfies Record<string, ProblemText>

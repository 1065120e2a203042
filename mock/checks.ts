/**
 * Everything the server looks at in a client's requests, by name, with the text that asks for it.
 * Tests assert on these names; the event log carries one entry per check that was made.
 */
export const CHECKS = {
  // Authorization request
  "client-known": "RFC 6749 §4.1.2.1",
  "redirect-uri-exact": "RFC 9700 §4.1.3, RFC 8252 §7.3",
  "parameters-single": "RFC 6749 §3.1",
  "response-type-code": "RFC 6749 §4.1.1",
  "pkce-s256": "RFC 7636 §4.3, MCP authorization, Authorization Code Protection",
  "state-present": "MCP authorization, Open Redirection",
  "resource-present": "RFC 8707 §2, MCP authorization, Resource Parameter",
  "resource-known": "RFC 8707 §2",
  "scope-known": "RFC 6749 §3.3",
  "errand-owner": "MCP elicitation, Identifying the User",
  "consent-csrf": "RFC 6749 §10.12",
  "consent-origin": "RFC 6749 §10.12",
  // Client identity
  "client-document": "OAuth Client ID Metadata Document, Client Information Discovery",
  "registration-metadata": "RFC 7591 §2",
  "registration-redirects": "RFC 7591 §2, RFC 9700 §2.1",
  "registration-application-type": "MCP client registration, Application Type",
  "registration-auth-method": "RFC 7591 §2",
  "initial-access-token": "RFC 7591 §3",
  "registration-token": "RFC 7592 §2",
  // Token endpoint
  "content-type-form": "RFC 6749 §3.2",
  "client-auth-single": "RFC 6749 §2.3",
  "client-auth-method": "RFC 7591 §2",
  "client-auth-valid": "RFC 6749 §2.3.1, RFC 7523 §3",
  "assertion-audience": "RFC 7523 §3",
  "grant-allowed": "RFC 7591 §2",
  "code-valid": "RFC 6749 §4.1.3",
  "code-unused": "RFC 6749 §4.1.2",
  "redirect-uri-same": "RFC 6749 §4.1.3",
  "redirect-uri-repeated": "RFC 6749 §4.1.3",
  "verifier-matches": "RFC 7636 §4.6",
  "resource-same": "RFC 8707 §2.2",
  "refresh-valid": "RFC 6749 §6",
  "refresh-unused": "RFC 9700 §4.14.2",
  "scope-not-widened": "RFC 6749 §6",
  // Network
  "rate-limit": "RFC 6585 §4",
  "host-own": "MCP streamable HTTP, Security Warning",
  "origin-allowed": "MCP streamable HTTP, Security Warning",
  // MCP endpoint
  "authorization-single": "RFC 6750 §2",
  "token-in-header": "MCP authorization, Token Requirements",
  "token-valid": "RFC 6750 §3.1, RFC 9068 §4",
  "scope-sufficient": "RFC 6750 §3.1",
  "json-rpc": "JSON-RPC 2.0 §4",
  "content-type-json": "MCP streamable HTTP, Sending Messages",
  "accept-both": "MCP streamable HTTP, Sending Messages",
  "protocol-version-header": "MCP streamable HTTP, Protocol Version Header",
  "protocol-version-supported": "MCP versioning",
  "method-header": "MCP 2026-07-28 streamable HTTP, Request Metadata",
  "name-header": "MCP 2026-07-28 streamable HTTP, Request Metadata",
  "param-headers": "MCP 2026-07-28 streamable HTTP, Custom Headers",
  "meta-present": "MCP 2026-07-28 basic, _meta",
  "client-info-present": "MCP 2026-07-28 basic, _meta",
  "request-state": "MCP 2026-07-28 basic, Multi Round-Trip Requests",
  "no-session-id": "MCP 2026-07-28 streamable HTTP",
  "session-known": "MCP streamable HTTP, Session Management",
  "event-id-known": "MCP streamable HTTP, Resumability and Redelivery",
  "session-owner": "MCP security best practices, Session Hijacking",
  "initialize-first": "MCP lifecycle, Initialization",
  "request-id-unique": "MCP basic, Requests",
  "batch-allowed": "MCP 2025-06-18 changelog",
  "method-known": "JSON-RPC 2.0 §5.1",
  "tool-known": "MCP tools, Error Handling",
  "arguments-valid": "MCP tools, Error Handling",
  "cursor-valid": "MCP pagination",
} as const satisfies Record<string, string>

/** The name of a check. */
export type CheckName = keyof typeof CHECKS

/** A check that was made on one request. */
export interface Check {
  readonly name: CheckName
  readonly passed: boolean
  readonly detail?: string
}

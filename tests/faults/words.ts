import type { ExitCode } from "../../source/text/problem.ts"

/** What a failure must tell: its exit status, the section that was broken, and the way out that helps most. */
export type Words = readonly [exit: ExitCode, rule: string, remedy: string]

/** By code, held against the rulebook: whoever changes a text so that it says something else has to change it here. */
export const WORDS: Readonly<Record<string, Words>> = {
  // Discovery: the server or its authorization server published something unusable.
  resource_metadata_missing: [5, "RFC 9728 §3", "publish /.well-known/oauth-protected-resource"],
  resource_metadata_invalid: [5, "RFC 9728 §2", "Show the server's operator what came back"],
  resource_mismatch: [5, "RFC 9728 §3.3", "Check the URL you gave"],
  no_authorization_server: [5, "RFC 9728 §2", "fill `authorization_servers`"],
  issuer_mismatch: [5, "RFC 8414 §3.3", "make `issuer` and `authorization_servers` the same string"],
  issuer_slash_mismatch: [5, "RFC 8414 §3.3", "--accept-issuer"],
  pkce_unsupported: [5, "RFC 7636", "list S256 in `code_challenge_methods_supported`"],
  endpoint_invalid: [5, "OAuth 2.1 §1.5", "Show the operator the endpoint"],
  blocked_address: [5, "RFC 9728 §7.7", "connect to it by its private address"],
  discovery_unavailable: [6, "RFC 9110 §15.6", "Retry the step in a moment"],
  // The way there.
  redirect_refused: [5, "Validate Redirect Targets", "Ask the operator to answer directly"],
  timed_out: [6, "RFC 9110", "--timeout"],
  connection_lost: [6, "RFC 9110 §9.2.2", "server's own log"],
  headers_too_large: [5, "limits", "Check that the URL is right"],
  // Becoming a client.
  registration_answer_invalid: [5, "RFC 7591 §3.2.1", "--client-id"],
  registration_unusable: [5, "RFC 7591 §3.2.1", "--client-id"],
  registration_not_open: [4, "RFC 7591 §3", "--initial-access-token-file"],
  registration_unavailable: [6, "RFC 9110 §15.6", "Retry the step in a moment"],
  no_way_to_register: [4, "Client Registration Approaches", "--client-id"],
  client_dead: [4, "invalid_client", "register again"],
  // The answer that comes through the browser.
  issuer_mismatch_in_response: [5, "RFC 9207 §2.4", "character by character"],
  issuer_missing_in_response: [5, "RFC 9207 §2.4", "send iss with every authorization response"],
  state_mismatch: [4, "OAuth 2.1 §2.3.3", "Start the sign-in again"],
  parameter_repeated: [5, "OAuth 2.1 §3.1", "Start the sign-in again"],
  access_denied: [4, "OAuth 2.1 §4.1.2.1", "Start the sign-in again and approve"],
  resource_refused: [4, "RFC 8707 §2", "--resource omit"],
  scope_refused: [4, "OAuth 2.1 §4.1.2.1", "--scope"],
  // Tokens.
  token_answer_unreadable: [5, "OAuth 2.1 §3.2.3", "Check the token endpoint"],
  token_endpoint_failed: [6, "RFC 9110 §15.6", "Wait a little"],
  token_missing: [5, "OAuth 2.1 §3.2.3", "send access_token and token_type"],
  token_type_unsupported: [5, "RFC 9449 §5", "issue token_type Bearer"],
  code_maybe_spent: [6, "OAuth 2.1 §4.1.3", "Start the authorization again"],
  forbidden: [4, "RFC 6750 §3.1", "Try another account"],
  step_up_in_vain: [4, "Step-Up", "Ask the operator whether your account may have it"],
  too_many_authorizations: [4, "Step-Up", "--scope"],
  // The MCP endpoint.
  version_refused: [5, "-32022", "--protocol-version 2025-11-25"],
  unsupported_version: [5, "Version Negotiation", "If --protocol-version named one, leave it out"],
  session_id_invalid: [5, "Session Management", "Report this to the server's operator"],
  no_response: [5, "JSON-RPC 2.0 §5", "Retry the step if repeating it is safe"],
  not_json: [5, "JSON-RPC 2.0 §4", "Look at the body in the log"],
  not_json_rpc: [5, "JSON-RPC 2.0 §4", "Look at the body in the log"],
  answer_too_large: [5, "limits", "Ask the tool for less"],
  // A refusal in the server's own words counts as the answer of the call.
  rpc_error: [1, "JSON-RPC 2.0 §5.1", "Compare the request in the log"],
  too_many_rounds: [5, "Multi Round-Trip", "Look at its questions in the log"],
  capability_missing: [5, "-32021", "interactive screen"],
  token_refused: [4, "OAuth 2.1 §3.2.4", "Start the authorization again"],
  fresh_token_refused: [4, "RFC 6750 §3.1; RFC 8707 §2", "audience"],
  url_declined: [1, "URL Elicitation Required Error", "open the page when asked"],
  sse_endpoint_foreign: [5, "MCP 2024-11-05 transports", "Report this to the server's operator"],
}

import type { ProblemText } from "../text/problem.ts"

/** Failures of client identity: the choice of a way, client ID metadata documents, dynamic registration. */
export const identityTexts = {
  no_way_to_register: {
    what: "There is no way for this program to become a client of the authorization server.",
    why: "No client is known for it, and none of the ways to get one is open. The details below say why, way by way.",
    remedy: [
      "Register a client by hand with the operator and give its id with --client-id.",
      "Publish a client metadata document and give its address with --client-metadata-url.",
    ],
    rule: "MCP authorization, Client Registration Approaches",
    exit: 4,
  },
  preregistered_issuer_mismatch: {
    what: "The client given was registered with another authorization server; it was not sent.",
    why: "Credentials belong to the issuer that gave them out. Sent elsewhere they could be stolen.",
    remedy: ["Check --issuer and --client-id.", "Leave --client-id out to let this program register itself."],
    rule: "MCP authorization, Authorization Server Binding",
    exit: 4,
  },
  client_id_url_invalid: {
    what: "The address of the client metadata document cannot serve as a client id.",
    why: "It must be an https URL with a path, without dot segments, fragment, user name or password.",
    remedy: ["Give another address with --client-metadata-url."],
    rule: "OAuth Client ID Metadata Document, Client Identifier",
    exit: 2,
  },
  redirect_uri_refused: {
    what: "The authorization server refuses the redirect address of this program.",
    why: "It answered invalid_redirect_uri. Many servers allow only addresses from a list of their own.",
    remedy: [
      "Give an address it allows with --redirect-uri.",
      "Ask the operator to allow loopback addresses (RFC 8252 §7.3), or for a client id for --client-id.",
    ],
    rule: "RFC 7591 §3.2.2",
    exit: 4,
  },
  client_metadata_refused: {
    what: "The authorization server refuses what this program says about itself.",
    why: "It answered invalid_client_metadata; its own words are below.",
    remedy: [
      "Try another --client-name or --scope.",
      "Edit the request and send it again.",
      "Ask for a client id and use --client-id.",
    ],
    rule: "RFC 7591 §3.2.2",
    exit: 4,
  },
  software_statement_refused: {
    what: "The authorization server registers only software that somebody it trusts has vouched for.",
    why: "It answered that the software statement is missing, invalid or not approved.",
    remedy: ["Ask the operator for a client id and use --client-id."],
    rule: "RFC 7591 §3.2.2",
    exit: 4,
  },
  registration_not_open: {
    what: "The authorization server does not let just anybody register.",
    why: "It wants an initial access token, or allows only clients that it knows.",
    remedy: [
      "Ask the operator for an initial access token, and give it with --initial-access-token-file.",
      "Or ask for a client id for --client-id.",
    ],
    rule: "RFC 7591 §3",
    exit: 4,
  },
  registration_refused: {
    what: "The authorization server refused to register this program.",
    why: "It gave a reason that the standard does not know; its own words are below.",
    remedy: [
      "Ask the operator for a client id and use --client-id.",
      "Or use --client-metadata-url where the server supports it.",
    ],
    rule: "RFC 7591 §3.2.2",
    exit: 4,
  },
  registration_unavailable: {
    what: "The registration endpoint could not answer now.",
    why: "It is overloaded or failed inside. Whether a client was created is not known.",
    remedy: ["Retry the step in a moment, or when a Retry-After below says."],
    rule: "RFC 9110 §15.6",
    exit: 6,
  },
  registration_answer_invalid: {
    what: "The answer to the registration cannot be used; nothing was stored.",
    why: "A registration is a JSON object with a client_id, and with a client_secret where the method needs one.",
    remedy: ["Show the operator what is wrong, below.", "Ask for a client id and use --client-id."],
    rule: "RFC 7591 §3.2.1",
    exit: 5,
  },
  registration_unusable: {
    what: "The client that the server registered cannot run this flow.",
    why: "The server changed what was asked for, and what it returned counts.",
    remedy: [
      "Compare the request with the answer.",
      "Give what it allows with --redirect-uri, or a client id with --client-id.",
    ],
    rule: "RFC 7591 §3.2.1",
    exit: 5,
  },
  management_unavailable: {
    what: "This registration cannot be read or changed from here.",
    why: "The server gave no registration_client_uri and registration_access_token with it, or they are no longer known.",
    remedy: [
      "Ask the operator to look it up or to delete it.",
      "Register again to get a registration that can be managed.",
    ],
    rule: "RFC 7592 §3",
    exit: 4,
  },
  management_unsupported: {
    what: "The server does not allow this for its registrations.",
    why: "It answered 403 or 405: clients can not be read, changed or deleted there in this way.",
    remedy: ["Ask the operator to do it.", "Leave the registration as it is."],
    rule: "RFC 7592 §2",
    exit: 4,
  },
  registration_gone: {
    what: "The registration no longer exists, or its access token is no longer valid.",
    why: "The server answered 401, which it does for a client that was deleted and for a wrong token alike.",
    remedy: [
      "Forget it here: mcp-dcr-tui clients forget URL",
      "Then sign in again, which registers anew: mcp-dcr-tui login URL",
    ],
    rule: "RFC 7592 §2.1",
    exit: 4,
  },
  management_later: {
    what: "The registration could not be reached now.",
    why: "The server is overloaded or failed inside. Whether a change was made is not known.",
    remedy: ["Wait a little, then read the registration to see how it stands."],
    rule: "RFC 9110 §15.6",
    exit: 6,
  },
  management_answer_invalid: {
    what: "The answer about the registration cannot be used; what was known before still counts.",
    why: "It has to be a JSON object with the client_id that was asked about.",
    remedy: ["Show the operator what is wrong, below."],
    rule: "RFC 7592 §3",
    exit: 5,
  },
} as const satisfies Record<string, ProblemText>

import * as Data from "effect/Data"
import { type Evidence, type Problem, type ProblemText, problem } from "../text/problem.ts"

export type WireCode =
  | "not_a_url"
  | "unsupported_scheme"
  | "insecure_url"
  | "userinfo_in_url"
  | "blocked_address"
  | "name_not_found"
  | "connection_refused"
  | "connection_lost"
  | "tls_failed"
  | "timed_out"
  | "body_too_large"
  | "headers_too_large"
  | "answer_malformed"
  | "redirect_refused"
  | "network_failed"

const texts: Readonly<Record<WireCode, ProblemText>> = {
  not_a_url: {
    what: "This is not a URL.",
    why: "An MCP server is named by an absolute URL with scheme, host and usually a path.",
    remedy: ["Give the whole address, for example https://host.example/mcp."],
    rule: "MCP authorization, Canonical Server URI",
    exit: 2,
  },
  unsupported_scheme: {
    what: "Only https (and http on this machine) can be used here.",
    why: "Another scheme in an address that came from outside can start programs or read files.",
    remedy: ["Use an https address."],
    rule: "RFC 8414 §2; MCP security best practices, OAuth Authorization URL Validation",
    exit: 2,
  },
  insecure_url: {
    what: "The address is plain http on a host that is not this machine; nothing was sent.",
    why: "Tokens and codes that travel without TLS can be read and replayed by anyone on the way.",
    remedy: ["Use https.", "For a test network only, add --allow-insecure."],
    rule: "MCP authorization, Communication Security; OAuth 2.1 §1.5",
    exit: 5,
  },
  userinfo_in_url: {
    what: "The address carries a user name or password before the host.",
    why: "It hides which host is really meant, and the secret would be stored and shown with the URL.",
    remedy: ["Remove the part before @."],
    rule: "RFC 9110 §4.2.4",
    exit: 2,
  },
  blocked_address: {
    what: "The server pointed us at an address inside a private network; it was not contacted.",
    why: "A public server that names private, link-local or loopback addresses can use a client to reach your network.",
    remedy: [
      "Ask the server's operator to publish public addresses.",
      "If this is your own network, connect to it by its private address.",
    ],
    rule: "MCP security best practices, Server-Side Request Forgery; RFC 9728 §7.7",
    exit: 5,
  },
  name_not_found: {
    what: "The host name could not be found.",
    why: "The name is misspelled, or this machine cannot resolve it now.",
    remedy: ["Check the spelling of the host.", "Check the network, the VPN and the DNS settings."],
    rule: "RFC 9110 §4.3",
    exit: 6,
  },
  connection_refused: {
    what: "Nothing accepts connections at this address.",
    why: "The server is not running, listens on another port, or a firewall refuses us.",
    remedy: [
      "Start the server, or check host and port.",
      "For a local server: is it listening on 127.0.0.1 or on ::1?",
    ],
    rule: "RFC 9110 §4.3",
    exit: 6,
  },
  connection_lost: {
    what: "The connection broke before the answer was complete.",
    why: "The server or something between closed it. Whether the request was carried out is not known.",
    remedy: ["Look at the server's own log for this moment.", "Retry the step."],
    rule: "RFC 9110 §9.2.2",
    exit: 6,
  },
  tls_failed: {
    what: "The server's certificate could not be verified; nothing was sent.",
    why: "It is self-signed, expired, for another name, or signed by an authority this machine does not know.",
    remedy: ["Fix the certificate.", "For a private authority give its certificate with --ca-file."],
    rule: "RFC 9728 §7.3; OAuth 2.1 §1.5",
    exit: 6,
  },
  timed_out: {
    what: "No complete answer came in time.",
    why: "The server is overloaded, or something between swallows the traffic.",
    remedy: ["Retry.", "Give it longer with --timeout SECONDS."],
    rule: "RFC 9110 §9.2.2",
    exit: 6,
  },
  body_too_large: {
    what: "The answer is larger than any honest one; it was cut off.",
    why: "A limit on size keeps a hostile server from filling the memory.",
    remedy: ["Check that the URL is right: this may be a download, not a protocol answer."],
    rule: "mcp-dcr-tui limits (docs/architecture.md)",
    exit: 5,
  },
  headers_too_large: {
    what: "The header section of the answer is too large.",
    why: "A limit on size keeps a hostile server from filling the memory.",
    remedy: ["Check that the URL is right."],
    rule: "mcp-dcr-tui limits (docs/architecture.md)",
    exit: 5,
  },
  answer_malformed: {
    what: "The answer is not proper HTTP.",
    why: "Its header section, its length or its compression breaks the rules; or another protocol is spoken there.",
    remedy: [
      "Check scheme and port: is this the right server, and does it want https?",
      "Show its operator, or who runs the proxy before it, the detail below.",
    ],
    rule: "RFC 9112 §2, §6; RFC 9110 §8.4",
    exit: 5,
  },
  redirect_refused: {
    what: "The server answered with a redirect that may not be followed.",
    why: "Credentials must not travel to a place that was not checked; metadata may only move within one origin, three times at most.",
    remedy: ["Use the address that the server redirects to, if you trust it.", "Ask the operator to answer directly."],
    rule: "MCP security best practices, Validate Redirect Targets",
    exit: 5,
  },
  network_failed: {
    what: "The request failed in the network.",
    why: "The system reported an error that has no entry of its own here.",
    remedy: ["See the detail below.", "Retry."],
    rule: "RFC 9110",
    exit: 6,
  },
}

/** A request that did not come back with an HTTP answer, or was not allowed to leave. */
export class WireFailure extends Data.TaggedError("WireFailure")<Problem<WireCode> & { readonly sent: boolean }> {
  override get message(): string {
    return this.what
  }
}

/** `sent`: whether the server may have seen the request; then it must not be repeated blindly (rulebook CR-53, MR-26). */
export const wireFailure = (code: WireCode, evidence: Evidence = {}, sent = false): WireFailure =>
  new WireFailure({ ...problem(texts, code, evidence), sent })

export const wireTexts = texts

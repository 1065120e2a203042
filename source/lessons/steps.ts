import type { MainStepId } from "../flow/step-id.ts"

/** What a step is, in four short paragraphs: a screen of 80 by 24 has room for all of them. */
export interface StepLesson {
  readonly what: string
  readonly why: string
  readonly standard: string
  /** What an attacker gains where this step is left out or done carelessly. */
  readonly attacker: string
}

export const stepLessons: Readonly<Record<MainStepId, StepLesson>> = {
  probe: {
    what: "We call the MCP server without a token. A protected server answers 401 and names, in WWW-Authenticate, where its metadata is.",
    why: "The server itself says who guards it. Nothing has to be configured, and nothing has to be guessed.",
    standard: "RFC 9728 §5.1, RFC 6750 §3",
    attacker:
      "A client that sends a stored token before it knows whom it talks to hands that token to anyone who runs a server at a typed-in address.",
  },
  resource: {
    what: "We read the protected resource metadata: the server's own identifier and the authorization servers it trusts.",
    why: "The server that holds the tools and the one that gives out tokens are two roles, often two companies.",
    standard: "RFC 9728 §3, MCP authorization",
    attacker:
      "If `resource` is not compared with the URL we asked, a hostile server can name a victim's identifier, and we would fetch a token for the victim and hand it over.",
  },
  server: {
    what: "We read the authorization server's metadata: its endpoints, the ways to register, and whether it supports PKCE with S256.",
    why: "Endpoints are published, not assumed. The issuer in the document must be exactly the one we asked.",
    standard: "RFC 8414 §3, OpenID Connect Discovery §4",
    attacker:
      "Without the issuer check a false document can send the code of an honest server to an attacker's token endpoint (mix-up).",
  },
  client: {
    what: "We become known: by an id we have, by the URL of a document that describes us, or by registering now.",
    why: "MCP clients meet servers they have never seen, so nobody typed a client_id in by hand.",
    standard: "RFC 7591 §3, Client ID Metadata Documents",
    attacker:
      "If redirect URIs were not fixed at registration, anyone could ask for a code in our name and have it delivered to themselves.",
  },
  authorize: {
    what: "We draw two secrets for this attempt, a code verifier and a state, and build the address for the browser. Only the verifier's SHA-256 goes with it.",
    why: "The verifier proves later that whoever redeems the code also started the request. `resource` says which server the token is for.",
    standard: "RFC 7636 §4, RFC 8707 §2",
    attacker:
      "Without PKCE a stolen code is as good as a token. Without `resource` a token may be accepted by another server than the one meant.",
  },
  consent: {
    what: "You sign in and decide, in your own browser. The answer comes to a port on this machine, and we check state and issuer before we look at the code.",
    why: "The program never sees your password, and the address bar shows you whom you give it to.",
    standard: "RFC 8252 §7.3, RFC 9207 §2.4",
    attacker:
      "Any web page can send your browser to our port. Without the state check it could slip in its own code, and you would work in the attacker's account.",
  },
  token: {
    what: "We trade the code and the verifier for an access token, and usually a refresh token.",
    why: "This goes directly to the authorization server, so the tokens never pass through the browser.",
    standard: "OAuth 2.1 §4.1.3, RFC 7636 §4.6",
    attacker:
      "A code that can be used twice, or without its verifier, can be redeemed by whoever reads a browser history or a proxy log.",
  },
  connect: {
    what: "We call the MCP server again, now with the token, and agree on a protocol revision.",
    why: "Older revisions begin with `initialize`; from 2026-07-28 on each request stands alone and says its revision itself.",
    standard: "MCP lifecycle and versioning, RFC 6750 §2.1",
    attacker:
      "A server that does not check the audience takes tokens meant for others: one that leaked elsewhere opens this door as well.",
  },
  tools: {
    what: "We ask which tools there are: names, descriptions, and a JSON Schema of the arguments of each.",
    why: "The form that you fill in is made from that schema, and so is the check of what you typed.",
    standard: "MCP tools, JSON Schema 2020-12",
    attacker:
      "Descriptions are the server's words. A client that believes them, or draws them unsanitized, can be led to call what it should not, or to show what is not there.",
  },
  call: {
    what: "We call a tool with the token in the Authorization header. The result is content, structured data, or an error of the tool's own.",
    why: "An error inside the result means that the tool ran and said no. An HTTP or JSON-RPC error means that it never ran.",
    standard: "MCP tools/call, RFC 6750 §2.1",
    attacker:
      "A token in a URL ends up in logs and referrers. A call that is repeated blindly after a lost answer may act twice.",
  },
}

import * as Data from "effect/Data"
import { type Evidence, type Problem, type ProblemText, problem } from "../text/problem.ts"

export type FlowCode =
  | "authorization_required"
  | "no_callback"
  | "redirect_unregistered"
  | "fresh_token_refused"
  | "too_many_authorizations"
  | "step_up_in_vain"
  | "issuer_changed"
  | "own_client_unusable"
  | "forbidden"
  | "signed_in_elsewhere"
  | "grant_incomplete"
  | "no_tool_named"
  | "no_such_tool"
  | "no_listening"
  | "files_not_saved"
  | "nothing_to_refresh"
  | "nothing_to_revoke"
  | "revoked_not_deleted"
  | "stored_unusable"
  | "secret_not_kept"
  | "unexpected"

const texts: Readonly<Record<FlowCode, ProblemText>> = {
  authorization_required: {
    what: "The server wants a sign-in, and this run may not ask for one.",
    why: "Either --no-input was given, or there is no terminal at which somebody could. Nothing was opened, nothing waits.",
    remedy: [
      "Sign in once from a terminal; later runs use the stored token: mcp-dcr-tui login URL",
      "Over SSH, to open the printed address elsewhere and paste the callback back: mcp-dcr-tui login URL --browser print",
    ],
    rule: "MCP authorization, Authorization Flow",
    exit: 3,
  },
  no_callback: {
    what: "No answer came from the browser within five minutes; the port is closed again.",
    why: "The sign-in was not finished, or the browser could not reach this machine.",
    remedy: [
      "Retry the step and finish the sign-in in the browser.",
      "If the browser runs elsewhere, paste the address it ends on.",
      "If the server showed an error page, the redirect URI is probably not registered there.",
    ],
    rule: "RFC 8252 §7.3; OAuth 2.1 §8.5",
    exit: 4,
  },
  redirect_unregistered: {
    what: "The client is registered with other redirect URIs than the one you ask for.",
    why: "A server refuses an address that is not registered, and here no new client can be registered.",
    remedy: ["Leave --redirect-uri away, or give the registered one.", "See what is stored: mcp-dcr-tui clients"],
    rule: "OAuth 2.1 §2.3",
    exit: 2,
  },
  fresh_token_refused: {
    what: "The server refuses the token that its own authorization server has just issued.",
    why: "Usual causes: the token is for another audience, the clocks differ, or the server checks another issuer.",
    remedy: [
      "Compare the resource we asked for with the audience that the server expects.",
      "Ask the operator why the token was refused; the exchange below shows the request.",
    ],
    rule: "RFC 6750 §3.1; RFC 8707 §2",
    exit: 4,
  },
  too_many_authorizations: {
    what: "The server keeps asking for authorization, however often it is given.",
    why: "After three authorization requests for one action we stop: going on would open your browser for ever.",
    remedy: [
      "Look at the scopes that the last challenge names: your account may not be allowed to grant them.",
      "Ask for them from the start with --scope.",
    ],
    rule: "MCP authorization, Step-Up Authorization Flow",
    exit: 4,
  },
  step_up_in_vain: {
    what: "The server asks again for the scope that the last sign-in has already asked for.",
    why: "Either the authorization server did not grant it, or the MCP server does not see it in the token.",
    remedy: [
      "Compare the scope that was granted in step 7 with the one that is expected.",
      "Ask the operator whether your account may have it.",
    ],
    rule: "MCP authorization, Step-Up Authorization Flow",
    exit: 4,
  },
  issuer_changed: {
    what: "The server names another authorization server than before.",
    why: "Whoever can change that name can send your sign-in elsewhere. Nothing that is stored was sent to the new one.",
    remedy: [
      "Ask the operator whether the change is meant. On the screen, trying the step again is your yes.",
      "For a command, name the new one: --issuer URL",
    ],
    rule: "MCP authorization, Authorization Server Binding",
    exit: 3,
  },
  own_client_unusable: {
    what: "The configuration has a client for this authorization server, and its secret cannot be had.",
    why: "Going on without the secret, or as another client, is not what the configuration asks for.",
    remedy: ["Mend what is named below.", "Or leave it aside for this run: --registration dcr"],
    rule: "mcp-dcr-tui configuration",
    exit: 2,
  },
  signed_in_elsewhere: {
    what: "Another run of mcp-dcr-tui has signed in here meanwhile.",
    why: "Each run that finds no token signs in; one sign-in is enough for all of them.",
    remedy: ["Run it again: it uses the token that is stored now."],
    rule: "mcp-dcr-tui store",
    exit: 4,
  },
  forbidden: {
    what: "The server understood who you are and refuses all the same.",
    why: "Its challenge does not ask for more scope, so signing in again would change nothing.",
    remedy: [
      "Ask the operator whether your account may use this server.",
      "Try another account: mcp-dcr-tui logout URL, then login URL.",
    ],
    rule: "RFC 6750 §3.1; RFC 9110 §15.5.4",
    exit: 4,
  },
  grant_incomplete: {
    what: "The chosen grant needs more than was given.",
    why: "A grant without a user proves itself with something that was made elsewhere.",
    remedy: ["Give the flags that are expected below."],
    rule: "RFC 7523 §2.1; RFC 8693 §2.1",
    exit: 2,
  },
  no_tool_named: {
    what: "No tool was chosen.",
    why: "Step 10 calls one tool; every tool of this server needs arguments, so none can be called just like that.",
    remedy: ["Choose one on the Tools screen.", "Or: mcp-dcr-tui call URL TOOL name=value"],
    rule: "MCP tools, Calling Tools",
    exit: 2,
  },
  no_such_tool: {
    what: "The server has no tool of that name.",
    why: "Names are case-sensitive, and a tool whose definition is not valid is left out.",
    remedy: ["List them: mcp-dcr-tui tools URL"],
    rule: "MCP tools, Tool Names",
    exit: 2,
  },
  no_listening: {
    what: "The server tells nothing of what changes.",
    why: "It offers no stream for it, or does not let this token listen.",
    remedy: ["Ask again for the list or the resource when its newest state matters."],
    rule: "MCP 2026-07-28 subscriptions; MCP 2025-11-25 Streamable HTTP, Listening for Messages from the Server",
    exit: 1,
  },
  files_not_saved: {
    what: "What the tool gave back could not be saved.",
    why: "The folder cannot be made or written to, or the disk is full. The call itself was made.",
    remedy: ["Name another folder with --save DIR.", "Use --json to get the result without files."],
    rule: "mcp-dcr-tui call --help",
    exit: 1,
  },
  nothing_to_refresh: {
    what: "There is no refresh token for this server.",
    why: "The authorization server gave none, or nobody has signed in yet.",
    remedy: ["Sign in again: mcp-dcr-tui login URL"],
    rule: "OAuth 2.1 §4.3",
    exit: 4,
  },
  nothing_to_revoke: {
    what: "No tokens are stored for this server.",
    why: "Nobody has signed in here, or they were forgotten already.",
    remedy: ["See what is stored: mcp-dcr-tui clients"],
    rule: "RFC 7009 §2",
    exit: 0,
  },
  revoked_not_deleted: {
    what: "The tokens could not be deleted here.",
    why: "The store cannot be written. What became of them at the server is told below.",
    remedy: ["Make room, or make the directory writable, and run it again.", "Or delete the file yourself."],
    rule: "RFC 7009 §2",
    exit: 1,
  },
  stored_unusable: {
    what: "Nothing was revoked: some of what is stored cannot be used.",
    why: "The tokens of this server may be among it, and would still be good.",
    remedy: ["Mend what is told below, and run it again."],
    rule: "RFC 7009 §2",
    exit: 1,
  },
  secret_not_kept: {
    what: "This run was read from a file, and files do not hold secrets.",
    why: "A saved journal keeps names and fingerprints of tokens only.",
    remedy: ["Start a new run against the server."],
    rule: "mcp-dcr-tui invariant I-2",
    exit: 2,
  },
  unexpected: {
    what: "mcp-dcr-tui made a mistake of its own.",
    why: "This is a bug in the program, not in your server.",
    remedy: ["Please report it together with the journal (--journal FILE); secrets are not in it."],
    rule: "mcp-dcr-tui invariant I-5",
    exit: 1,
  },
}

/** What can go wrong between the steps. */
export class FlowFailure extends Data.TaggedError("FlowFailure")<Problem<FlowCode>> {
  override get message(): string {
    return this.what
  }
}

const signIn = "mcp-dcr-tui login"

/** Where the evidence is the whole command to type next, the advice says it whole. */
const advice = (code: FlowCode, { expected }: Evidence): ReadonlyArray<string> =>
  expected?.startsWith(`${signIn} `) === true
    ? texts[code].remedy.map((remedy) => remedy.replace(`${signIn} URL`, () => expected))
    : texts[code].remedy

/** A failure with its text out of the table. */
export const flowFailure = (code: FlowCode, evidence: Evidence = {}): FlowFailure =>
  new FlowFailure({ ...problem(texts, code, evidence), remedy: advice(code, evidence) })

export const flowTexts = texts

import * as Data from "effect/Data"
import { type Evidence, type Problem, type ProblemText, problem } from "../text/problem.ts"

export type UsageCode =
  | "url_missing"
  | "url_without_scheme"
  | "header_invalid"
  | "file_unreadable"
  | "arguments_invalid"
  | "terminal_needed"
  | "port_taken"
  | "host_not_loopback"
  | "clients_usage"
  | "nothing_stored"
  | "needs_yes"
  | "journal_unwritable"

const texts: Readonly<Record<UsageCode, ProblemText>> = {
  url_missing: {
    what: "Which server? No URL was given.",
    why: "Every command but `demo`, `learn` and `mock` works on one MCP server.",
    remedy: ["Give its URL: mcp-dcr-tui tools https://host.example/mcp", "Or try the embedded one: mcp-dcr-tui demo"],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  url_without_scheme: {
    what: "The URL has no scheme.",
    why: "An MCP server is named by its whole URL; guessing http or https could send a token the wrong way.",
    remedy: ["Put https:// (or http:// for this machine) before it."],
    rule: "MCP authorization, Canonical Server URI",
    exit: 2,
  },
  header_invalid: {
    what: "--header takes one header field.",
    why: "It must look like `Name: value`, with printable characters only.",
    remedy: ['For example: --header "X-Tenant: blue"'],
    rule: "RFC 9110 §5.1",
    exit: 2,
  },
  file_unreadable: {
    what: "A file that was named could not be read.",
    why: "See the detail below.",
    remedy: ["Check the path and the permissions."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  arguments_invalid: {
    what: "The tool's arguments do not fit.",
    why: "They are checked against the input schema of the tool before anything is sent.",
    remedy: ["Give them as name=value, or as JSON with --args.", "See the schema: mcp-dcr-tui tools URL --json"],
    rule: "MCP tools, Calling Tools",
    exit: 2,
  },
  terminal_needed: {
    what: "The screen needs a terminal.",
    why: "Standard input or output is not one.",
    remedy: ["Use a plain command: demo, login, tools, call."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  port_taken: {
    what: "The port is in use.",
    why: "Another program listens there.",
    remedy: ["Choose another one with --port, or --port 0 for any."],
    rule: "mcp-dcr-tui mock --help",
    exit: 2,
  },
  host_not_loopback: {
    what: "The mock server listens on this machine only.",
    why: "It approves sign-ins without a password; nobody else should reach it.",
    remedy: ["Use 127.0.0.1, localhost or ::1."],
    rule: "mcp-dcr-tui mock --help",
    exit: 2,
  },
  clients_usage: {
    what: "That is not something `clients` can do.",
    why: "It knows list, show URL and forget URL.",
    remedy: ["mcp-dcr-tui clients", "mcp-dcr-tui clients forget URL"],
    rule: "mcp-dcr-tui clients --help",
    exit: 2,
  },
  nothing_stored: {
    what: "Nothing is stored for this URL.",
    why: "Records are kept under the exact URL that was signed in to.",
    remedy: ["See what there is: mcp-dcr-tui clients"],
    rule: "mcp-dcr-tui clients --help",
    exit: 2,
  },
  needs_yes: {
    what: "Nothing was deleted: nobody could be asked.",
    why: "Deleting asks first, and standard input is not a terminal.",
    remedy: ["Add --yes."],
    rule: "mcp-dcr-tui clients --help",
    exit: 2,
  },
  journal_unwritable: {
    what: "The journal could not be written.",
    why: "See the detail below.",
    remedy: ["Choose another file with --journal."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
}

/** The command line was not right; nothing was sent. */
export class UsageFailure extends Data.TaggedError("UsageFailure")<Problem<UsageCode>> {
  override get message(): string {
    return this.what
  }
}

export const usageFailure = (code: UsageCode, evidence: Evidence = {}): UsageFailure =>
  new UsageFailure(problem(texts, code, evidence))

export const usageTexts = texts

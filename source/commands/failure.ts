import * as Data from "effect/Data"
import { type Evidence, type Problem, type ProblemText, problem } from "../text/problem.ts"
import { type LocalServerCode, localServerTexts } from "./local-server-texts.ts"
import { type StoreCode, storeTexts } from "./store-texts.ts"

export type UsageCode =
  | "command_line"
  | "url_missing"
  | "url_invalid"
  | "url_without_scheme"
  | "url_scheme"
  | "url_insecure"
  | "url_twice"
  | LocalServerCode
  | StoreCode
  | "address_invalid"
  | "timeout_invalid"
  | "header_invalid"
  | "file_unreadable"
  | "tool_missing"
  | "arguments_invalid"
  | "terminal_needed"
  | "port_taken"
  | "elicit_invalid"
  | "request_invalid"
  | "port_invalid"
  | "host_not_loopback"
  | "scenario_unknown"
  | "journal_unwritable"
  | "journal_cut_off"
  | "journal_invalid"
  | "output_unwritable"
  | "interrupted"

const texts: Readonly<Record<UsageCode, ProblemText>> = {
  command_line: {
    what: "The command line was not understood.",
    why: "A command, flag or value is not one that this program knows.",
    remedy: ["Compare with: mcp-dcr-tui --help, or mcp-dcr-tui COMMAND --help."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  url_missing: {
    what: "Which server? No URL was given.",
    why: "Every command but `demo`, `learn` and `mock` works on one MCP server.",
    remedy: ["Give its URL: mcp-dcr-tui tools https://host.example/mcp", "Or try the embedded one: mcp-dcr-tui demo"],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  url_without_scheme: {
    what: "The URL does not say whether to use https or http.",
    why: "An MCP server is named by its whole URL; guessing http or https could send a token the wrong way.",
    remedy: ["Put https:// before it, or http:// for a server on this machine."],
    rule: "MCP authorization, Canonical Server URI",
    exit: 2,
  },
  url_invalid: {
    what: "This is not a URL.",
    why: "An MCP server is named by an absolute URL with scheme, host and usually a path.",
    remedy: ["Give the whole address, for example https://host.example/mcp."],
    rule: "MCP authorization, Canonical Server URI",
    exit: 2,
  },
  url_scheme: {
    what: "An MCP server is reached over https, or over http on this machine.",
    why: "Other schemes are not part of Streamable HTTP.",
    remedy: ["Give the server's https address."],
    rule: "MCP transports, Streamable HTTP",
    exit: 2,
  },
  url_insecure: {
    what: "The URL is plain http on a host that is not this machine; nothing was sent.",
    why: "Tokens and codes that travel without TLS can be read and used by anyone on the way.",
    remedy: ["Use https.", "In a test network only: add --allow-insecure."],
    rule: "MCP authorization, Communication Security; OAuth 2.1 §1.5",
    exit: 2,
  },
  url_twice: {
    what: "Two servers were named.",
    why: "The URL argument and --server-url mean the same, and they differ.",
    remedy: ["Leave one of them out."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  ...localServerTexts,
  ...storeTexts,
  address_invalid: {
    what: "A flag takes a URL, and this is none that can be used.",
    why: "It must be an absolute https URL, or http on this machine.",
    remedy: ["Give the whole address, for example https://auth.example."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  timeout_invalid: {
    what: "--timeout takes a number of seconds above 0.",
    why: "Without any time to wait, no request can be answered.",
    remedy: ["For example: --timeout 60"],
    rule: "mcp-dcr-tui --help",
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
  tool_missing: {
    what: "Which tool? None was named.",
    why: "A call names the server, then the tool, then its arguments.",
    remedy: ["mcp-dcr-tui call URL TOOL [name=value …]", "See what there is: mcp-dcr-tui tools URL"],
    rule: "mcp-dcr-tui call --help",
    exit: 2,
  },
  arguments_invalid: {
    what: "The tool's arguments do not fit.",
    why: "What is typed as name=value is read by the input schema of the tool before anything is sent.",
    remedy: ["See the schema: mcp-dcr-tui tools URL --json", "Or give them as one JSON object with --args."],
    rule: "MCP tools, Calling Tools",
    exit: 2,
  },
  terminal_needed: {
    what: "The screen needs a terminal.",
    why: "Standard input or output is not one.",
    remedy: [
      "With a URL the same run is printed as plain text: mcp-dcr-tui URL",
      "Or use a plain command: demo, login, tools, call.",
    ],
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
  port_invalid: {
    what: "The mock server cannot listen on this port.",
    why: "See the detail below.",
    remedy: ["Choose another one with --port, or --port 0 for any."],
    rule: "mcp-dcr-tui mock --help",
    exit: 2,
  },
  scenario_unknown: {
    what: "The mock server has no such scenario.",
    why: "See the detail below.",
    remedy: ["See all of them: mcp-dcr-tui mock --list"],
    rule: "mcp-dcr-tui mock --help",
    exit: 2,
  },
  elicit_invalid: {
    what: "--elicit takes accept, decline or the values.",
    why: "The values are one JSON object with a member for each field that the server may ask for.",
    remedy: ["For example: --elicit accept, or --elicit '{\"confirmed\": true}'"],
    rule: "MCP elicitation, Elicitation Requests",
    exit: 2,
  },
  request_invalid: {
    what: "A line of standard input is not a request.",
    why: "`session` reads one JSON object per line, with the method and perhaps its params.",
    remedy: ['For example: {"method":"tools/list"}'],
    rule: "mcp-dcr-tui session --help",
    exit: 2,
  },
  host_not_loopback: {
    what: "The mock server listens on this machine only.",
    why: "It approves sign-ins without a password; nobody else should reach it.",
    remedy: ["Use 127.0.0.1, localhost or ::1."],
    rule: "mcp-dcr-tui mock --help",
    exit: 2,
  },
  journal_unwritable: {
    what: "The journal could not be written.",
    why: "See the detail below.",
    remedy: ["Choose another file with --journal."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  journal_cut_off: {
    what: "The journal could not be saved to its end; the run went on without it.",
    why: "The disk is full, or the file cannot be written any more.",
    remedy: ["Make room, or choose another file with --journal."],
    rule: "mcp-dcr-tui --help",
    exit: 1,
  },
  journal_invalid: {
    what: "This file is not a saved journal.",
    why: "A journal has one event in JSON on each line, beginning with the start of the run.",
    remedy: ["Name a file that --journal has written: mcp-dcr-tui tools URL --journal FILE"],
    rule: "mcp-dcr-tui replay --help",
    exit: 2,
  },
  output_unwritable: {
    what: "The file could not be written.",
    why: "See the detail below.",
    remedy: ["Choose another file with --output, or leave the flag out for standard output."],
    rule: "mcp-dcr-tui export --help",
    exit: 2,
  },
  interrupted: {
    what: "The run was interrupted.",
    why: "Ctrl-C was pressed, or the program was asked to stop.",
    remedy: ["Start it again: what was stored until then is used."],
    rule: "mcp-dcr-tui --help",
    exit: 130,
  },
}

/** The command line was not right; nothing was sent. */
export class UsageFailure extends Data.TaggedError("UsageFailure")<Problem<UsageCode>> {
  override get message(): string {
    return this.what
  }
}

/** The failure of one code with the evidence at hand. */
export const usageFailure = (code: UsageCode, evidence: Evidence = {}): UsageFailure =>
  new UsageFailure(problem(texts, code, evidence))

export const usageTexts = texts

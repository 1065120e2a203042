import type { ProblemText } from "../text/problem.ts"

export type LocalServerCode = "stdio_invalid" | "stdio_and_url" | "stdio_unapproved" | "stdio_declined" | "env_missing"

/** What can be wrong with `--stdio`. */
export const localServerTexts: Readonly<Record<LocalServerCode, ProblemText>> = {
  stdio_invalid: {
    what: "--stdio takes a command with its arguments.",
    why: "It is taken apart at blanks, with quotes as a shell has them; no shell ever sees it.",
    remedy: ['For example: --stdio "node server.js --verbose"'],
    rule: "MCP transports, stdio",
    exit: 2,
  },
  stdio_and_url: {
    what: "Two servers were named.",
    why: "--stdio starts a server on this machine; a URL names another one.",
    remedy: ["Leave one of them out."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  stdio_unapproved: {
    what: "The local server was not started: nobody could be asked.",
    why: "A command runs with your rights, so its first run has to be approved by somebody who has seen it.",
    remedy: ["Read the command below, and add --yes if you want it to run.", "Or run the same once in a terminal."],
    rule: "MCP security best practices, Local MCP Server Compromise",
    exit: 3,
  },
  stdio_declined: {
    what: "The local server was not started: you did not want it.",
    why: "A command runs with your rights, and nothing but a yes starts it.",
    remedy: ["Run the same again and answer y, if you do want it."],
    rule: "MCP security best practices, Local MCP Server Compromise",
    exit: 4,
  },
  env_missing: {
    what: "--env names a variable that is not set.",
    why: "It takes the name of a variable of your environment, never its value.",
    remedy: ["Set it first: export NAME=…", "Or leave the flag out."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
}

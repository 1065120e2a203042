import type { ProblemText } from "../text/problem.ts"

export type StoreCode =
  | "clients_usage"
  | "nothing_stored"
  | "nothing_registered"
  | "needs_yes"
  | "declined"
  | "profile_invalid"
  | "config_invalid"
  | "config_exposed"

/** What can be wrong about what is kept on this machine, and with what a person says about it. */
export const storeTexts: Readonly<Record<StoreCode, ProblemText>> = {
  clients_usage: {
    what: "That is not something `clients` can do.",
    why: "It knows list, show URL, update URL and forget URL; --remote goes with show and forget.",
    remedy: ["mcp-dcr-tui clients", "mcp-dcr-tui clients forget URL"],
    rule: "mcp-dcr-tui clients --help",
    exit: 2,
  },
  nothing_stored: {
    what: "Nothing is stored for this URL.",
    why: "Records are kept under the exact URL that was signed in to, and under the profile where one was named.",
    remedy: ["See what there is: mcp-dcr-tui clients", "Name the profile with --profile."],
    rule: "mcp-dcr-tui clients --help",
    exit: 2,
  },
  nothing_registered: {
    what: "This program has not registered any client for this URL.",
    why: "Only a client that was registered dynamically came with the means to read, change or delete it (RFC 7592).",
    remedy: ["See what is stored: mcp-dcr-tui clients show URL"],
    rule: "RFC 7592 §1",
    exit: 2,
  },
  needs_yes: {
    what: "Nothing was deleted: nobody could be asked.",
    why: "Deleting asks first, and here nobody can read the question and answer it.",
    remedy: ["Where nobody needs to be asked, add --yes; the whole command is below."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  declined: {
    what: "Nothing was deleted.",
    why: "The question was not answered with yes.",
    remedy: ["Run it again to be asked again."],
    rule: "mcp-dcr-tui --help",
    exit: 1,
  },
  profile_invalid: {
    what: "This cannot be the name of a profile.",
    why: "A name is made of letters, digits, dots, dashes and underscores, 64 at most, and begins with a letter or digit.",
    remedy: ["For example: --profile work", "Or leave --profile and MCP_DCR_TUI_PROFILE away."],
    rule: "mcp-dcr-tui --help",
    exit: 2,
  },
  config_invalid: {
    what: "The configuration file is not as it must be; nothing was sent.",
    why: "A file that is only half understood could offer a client to the wrong authorization server.",
    remedy: [
      "Mend the place that is named below; docs/schemas/config.json says what there may be.",
      "Or name another one: --config FILE",
    ],
    rule: "mcp-dcr-tui configuration",
    exit: 2,
  },
  config_exposed: {
    what: "The configuration file holds a client secret, and others may read the file.",
    why: "Whoever reads the secret can act as this client.",
    remedy: ["Close it: chmod 600 FILE", "Or name a file or a variable in it: client_secret_file, client_secret_env."],
    rule: "mcp-dcr-tui configuration",
    exit: 2,
  },
}

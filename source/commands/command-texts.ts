/** What the help says about each command: how it is written, what it does, and what people type. */
export interface CommandText {
  /** The words in capitals are the user's. */
  readonly usage: string
  readonly does: string
  readonly examples: ReadonlyArray<readonly [command: string, does: string]>
}

const host = "https://host.example/mcp"

export const commandTexts = {
  open: {
    usage: "mcp-dcr-tui [open] [URL]",
    does: "Open the screen on a server, or without a terminal print the same run (the command's name may be left out)",
    examples: [
      [`mcp-dcr-tui ${host}`, "Step by step, with Enter"],
      ["mcp-dcr-tui --mock", "The same on the embedded mock server"],
      [`mcp-dcr-tui ${host} </dev/null`, "The same run as plain text"],
    ],
  },
  learn: {
    usage: "mcp-dcr-tui learn [URL]",
    does: "Open the sign-in with an explanation of each step beside it",
    examples: [["mcp-dcr-tui learn", "On the embedded mock server, where nothing can break"]],
  },
  demo: {
    usage: "mcp-dcr-tui demo",
    does: "A whole sign-in and several calls against the embedded mock server, as plain text",
    examples: [
      ["mcp-dcr-tui demo", "No network needed"],
      ["mcp-dcr-tui demo --verbose", "With every header and body"],
    ],
  },
  login: {
    usage: "mcp-dcr-tui login URL",
    does: "Sign in and keep the tokens",
    examples: [
      [`mcp-dcr-tui login ${host}`, "Sign in in the browser"],
      [`mcp-dcr-tui login ${host} --browser print`, "Over SSH"],
      [`mcp-dcr-tui login ${host} --profile work`, "With a second account"],
      [`mcp-dcr-tui login ${host} --client-id ID --client-secret-file FILE`, "As a client that you were given"],
    ],
  },
  tools: {
    usage: "mcp-dcr-tui tools URL",
    does: "List the tools of a server",
    examples: [
      [`mcp-dcr-tui tools ${host} --json`, "With their schemas"],
      ['mcp-dcr-tui tools --stdio "node server.js"', "Of a server on this machine"],
    ],
  },
  resources: {
    usage: "mcp-dcr-tui resources URL",
    does: "List the resources of a server",
    examples: [[`mcp-dcr-tui resources ${host}`, "What can be read; `session` reads it"]],
  },
  prompts: {
    usage: "mcp-dcr-tui prompts URL",
    does: "List the prompts of a server",
    examples: [[`mcp-dcr-tui prompts ${host} --json`, "With their arguments"]],
  },
  call: {
    usage: "mcp-dcr-tui call URL TOOL [name=value ...]",
    does: "Call a tool",
    examples: [
      [`mcp-dcr-tui call ${host} add a=1 b=2`, "Arguments typed by the tool's schema"],
      [`mcp-dcr-tui call ${host} add --args '{"a":1,"b":2}'`, "Arguments as JSON"],
      [`mcp-dcr-tui call ${host} add --args @sum.json --json`, "From a file; the result as JSON"],
    ],
  },
  session: {
    usage: "mcp-dcr-tui session URL",
    does: "Many requests in one session: JSON lines on standard input, one answer line for each",
    examples: [
      [`echo '{"method":"tools/list"}' | mcp-dcr-tui session ${host}`, "Any method of the protocol, with its params"],
    ],
  },
  bridge: {
    usage: "mcp-dcr-tui bridge URL",
    does: "Be an MCP server on standard input and output that forwards to a remote one, signed in",
    examples: [
      [`mcp-dcr-tui login ${host}`, "Once, with a browser"],
      [`mcp-dcr-tui bridge ${host}`, "What a client that knows only stdio has to start"],
    ],
  },
  refresh: {
    usage: "mcp-dcr-tui refresh URL",
    does: "Renew the stored token with its refresh token",
    examples: [
      [`mcp-dcr-tui refresh ${host}`, "Leaves a token alone that is still good, and says so"],
      [`mcp-dcr-tui refresh ${host} --force`, "However long the token would still live"],
    ],
  },
  logout: {
    usage: "mcp-dcr-tui logout URL",
    does: "Revoke the stored tokens at the server and delete them here",
    examples: [
      [`mcp-dcr-tui logout ${host}`, "Asks first, and keeps the registration"],
      [`mcp-dcr-tui logout ${host} --forget-client --yes`, "The registration too, without asking"],
    ],
  },
  clients: {
    usage: "mcp-dcr-tui clients [list | show URL | update URL | forget URL]",
    does: "Show, compare, change or forget what is stored, per server, authorization server and profile",
    examples: [
      ["mcp-dcr-tui clients", "What there is"],
      [`mcp-dcr-tui clients show ${host} --remote`, "What the authorization server has, beside what is kept here"],
      [`mcp-dcr-tui clients update ${host} --client-name "My laptop"`, "Change the registration there and here"],
      [`mcp-dcr-tui clients forget ${host}`, "Delete client and tokens here; with --remote there as well"],
    ],
  },
  replay: {
    usage: "mcp-dcr-tui replay FILE",
    does: "Look at a saved journal again, without any network",
    examples: [["mcp-dcr-tui replay run.jsonl", "On the screen, or without a terminal as a transcript"]],
  },
  export: {
    usage: "mcp-dcr-tui export FILE --format FORMAT",
    does: "Make a report of a saved journal. No secret is in it, unless --reveal puts them in: the journal holds none",
    examples: [
      ["mcp-dcr-tui export run.jsonl --format har --output run.har", "For a network panel"],
      ["mcp-dcr-tui export run.jsonl --format markdown", "To hand to somebody else"],
      ["mcp-dcr-tui export run.jsonl --format curl --reveal --output run.sh", "A script that works, for yourself only"],
    ],
  },
  mock: {
    usage: "mcp-dcr-tui mock",
    does: "Serve the mock: an MCP server with its own authorization server, to learn and test on",
    examples: [
      ["mcp-dcr-tui mock --port 3000", "Its server is http://127.0.0.1:3000/mcp"],
      ["mcp-dcr-tui mock --port 0 --json", "One line with its address when it is ready"],
      ['mcp-dcr-tui tools --stdio "mcp-dcr-tui mock --stdio"', "As a server on this machine"],
      ["mcp-dcr-tui mock --scenario issuer-slash", "With a fault; --list shows all of them"],
    ],
  },
  completions: {
    usage: "mcp-dcr-tui completions bash | zsh | fish",
    does: "Print what a shell needs to complete commands and flags",
    examples: [
      ['eval "$(mcp-dcr-tui completions bash)"', "For this shell, or in ~/.bashrc"],
      ["mcp-dcr-tui completions fish > ~/.config/fish/completions/mcp-dcr-tui.fish", "The same for fish"],
    ],
  },
} as const satisfies Readonly<Record<string, CommandText>>

export type CommandName = keyof typeof commandTexts

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as flags from "./flags.ts"

/**
 * The command line. Each handler loads its own face, so that no command pays for another. The exit code travels out of
 * the handlers through `done`, because effect/cli gives back nothing. `whole` is the program that these are commands of.
 */
export const declareCommands = (done: (code: number) => void, whole: () => Command.Command.Any) => {
  const from = <I, E>(load: () => Promise<(input: I) => Effect.Effect<number, E>>) =>
    Effect.fnUntraced(function* (input: I) {
      const handle = yield* Effect.promise(load)
      done(yield* handle(input))
    })

  const open = Command.make(
    "open",
    { url: flags.url, ...flags.serverFlags, ...flags.openFlags },
    from(() => import("./open.ts").then(({ open }) => open)),
  ).pipe(
    Command.withDescription(
      "Open the screen on a server, or without a terminal print the same run (the command's name may be left out)",
    ),
    Command.withExamples([
      { command: "mcp-dcr-tui https://host.example/mcp", description: "Step by step, with Enter" },
      { command: "mcp-dcr-tui --mock", description: "The same on the embedded mock server" },
    ]),
  )

  const learn = Command.make(
    "learn",
    { url: flags.url, ...flags.serverFlags, ...flags.openFlags },
    from(() => import("./open.ts").then(({ learn }) => learn)),
  ).pipe(Command.withDescription("Open the sign-in with an explanation of each step beside it"))

  const demo = Command.make(
    "demo",
    flags.demoFlags,
    from(() => import("./demo.ts").then(({ demo }) => demo)),
  ).pipe(
    Command.withDescription("A whole sign-in and several calls against the embedded mock server, as plain text"),
    Command.withExamples([{ command: "mcp-dcr-tui demo", description: "No network needed" }]),
  )

  const login = Command.make(
    "login",
    { url: flags.url, ...flags.serverFlags },
    from(() => import("./login.ts").then(({ login }) => login)),
  ).pipe(
    Command.withDescription("Sign in and keep the tokens"),
    Command.withExamples([
      { command: "mcp-dcr-tui login https://host.example/mcp", description: "Sign in in the browser" },
      { command: "mcp-dcr-tui login https://host.example/mcp --browser print", description: "Over SSH" },
    ]),
  )

  const tools = Command.make(
    "tools",
    { url: flags.url, ...flags.serverFlags },
    from(() => import("./tools.ts").then(({ tools }) => tools)),
  ).pipe(
    Command.withDescription("List the tools of a server"),
    Command.withExamples([
      { command: "mcp-dcr-tui tools https://host.example/mcp --json", description: "With their schemas" },
    ]),
  )

  const call = Command.make(
    "call",
    {
      words: Argument.String("words").pipe(
        Argument.withDescription("URL of the server, name of the tool, its arguments"),
        Argument.variadic(),
      ),
      ...flags.serverFlags,
      ...flags.callFlags,
    },
    from(() => import("./call.ts").then(({ call }) => call)),
  ).pipe(
    Command.withDescription("Call a tool"),
    Command.withExamples([
      {
        command: "mcp-dcr-tui call https://host.example/mcp add a=1 b=2",
        description: "Arguments typed by the tool's schema",
      },
      {
        command: 'mcp-dcr-tui call https://host.example/mcp add --args \'{"a":1,"b":2}\'',
        description: "Arguments as JSON",
      },
    ]),
  )

  const resources = Command.make(
    "resources",
    { url: flags.url, ...flags.serverFlags },
    from(() => import("./listing.ts").then(({ resources }) => resources)),
  ).pipe(Command.withDescription("List the resources of a server"))

  const prompts = Command.make(
    "prompts",
    { url: flags.url, ...flags.serverFlags },
    from(() => import("./listing.ts").then(({ prompts }) => prompts)),
  ).pipe(Command.withDescription("List the prompts of a server"))

  const session = Command.make(
    "session",
    { url: flags.url, ...flags.serverFlags },
    from(() => import("./session.ts").then(({ session }) => session)),
  ).pipe(
    Command.withDescription("Many requests in one session: JSON lines on standard input, one answer line for each"),
    Command.withExamples([
      {
        command: `echo '{"method":"tools/list"}' | mcp-dcr-tui session https://host.example/mcp`,
        description: "Any method of the protocol, with its params",
      },
    ]),
  )

  const bridge = Command.make(
    "bridge",
    { url: flags.url, ...flags.serverFlags },
    from(() => import("./bridge.ts").then(({ bridge }) => bridge)),
  ).pipe(
    Command.withDescription("Be an MCP server on standard input and output that forwards to a remote one, signed in"),
    Command.withExamples([
      { command: "mcp-dcr-tui login https://host.example/mcp", description: "Once, with a browser" },
      {
        command: "mcp-dcr-tui bridge https://host.example/mcp",
        description: "What a client that knows only stdio has to start; requests are forwarded one at a time",
      },
    ]),
  )

  const refresh = Command.make(
    "refresh",
    { url: flags.url, ...flags.serverFlags },
    from(() => import("./refresh.ts").then(({ refresh }) => refresh)),
  ).pipe(Command.withDescription("Use the stored refresh token now"))

  const logout = Command.make(
    "logout",
    { url: flags.url, ...flags.serverFlags, ...flags.logoutFlags },
    from(() => import("./logout.ts").then(({ logout }) => logout)),
  ).pipe(Command.withDescription("Revoke the stored tokens at the server and delete them here"))

  const clients = Command.make(
    "clients",
    {
      words: Argument.String("words").pipe(Argument.variadic()),
      ...flags.storeFlags,
      ...flags.outputFlags,
      ...flags.yes,
    },
    from(() => import("./clients.ts").then(({ clients }) => clients)),
  ).pipe(
    Command.withDescription("Show or forget what is stored, per server and authorization server"),
    Command.withExamples([
      { command: "mcp-dcr-tui clients", description: "What there is" },
      { command: "mcp-dcr-tui clients forget https://host.example/mcp", description: "Delete client and tokens" },
    ]),
  )

  const replay = Command.make(
    "replay",
    { file: flags.journalFile, ...flags.replayFlags },
    from(() => import("./replay.ts").then(({ replay }) => replay)),
  ).pipe(
    Command.withDescription("Look at a saved journal again, without any network"),
    Command.withExamples([
      { command: "mcp-dcr-tui replay run.jsonl", description: "On the screen, or without a terminal as a transcript" },
    ]),
  )

  const exported = Command.make(
    "export",
    { file: flags.journalFile, ...flags.exportFlags },
    from(() => import("./export.ts").then(({ exportJournal }) => exportJournal)),
  ).pipe(
    Command.withDescription("Make a report of a saved journal. No secret is in it: the journal holds none"),
    Command.withExamples([
      { command: "mcp-dcr-tui export run.jsonl --format har --output run.har", description: "For a network panel" },
      { command: "mcp-dcr-tui export run.jsonl --format markdown", description: "To hand to somebody else" },
    ]),
  )

  const mock = Command.make(
    "mock",
    flags.mockFlags,
    from(() => import("./mock.ts").then(({ mock }) => mock)),
  ).pipe(
    Command.withDescription("Serve the mock: an MCP server with its own authorization server, to learn and test on"),
    Command.withExamples([
      { command: "mcp-dcr-tui mock --port 3000", description: "Its server is http://127.0.0.1:3000/mcp" },
    ]),
  )

  const completions = Command.make(
    "completions",
    { reader: flags.reader },
    from(() => import("./completions.ts").then(({ completions }) => completions(whole))),
  ).pipe(
    Command.withDescription("Print what a shell needs to complete commands and flags"),
    Command.withExamples([
      { command: 'eval "$(mcp-dcr-tui completions bash)"', description: "For this shell, or in ~/.bashrc" },
      {
        command: "mcp-dcr-tui completions fish > ~/.config/fish/completions/mcp-dcr-tui.fish",
        description: "The same for fish",
      },
    ]),
  )

  return [
    open,
    learn,
    demo,
    login,
    tools,
    resources,
    prompts,
    call,
    session,
    bridge,
    refresh,
    logout,
    clients,
    replay,
    exported,
    mock,
    completions,
  ] as const
}

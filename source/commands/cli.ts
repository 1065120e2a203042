import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as flags from "./flags.ts"
import { version } from "./version.ts"

/**
 * The command line. Each handler loads its own face, so that no command pays for another. The exit code travels out of
 * the handlers through `done`, because effect/cli gives back nothing.
 */
const build = (done: (code: number) => void) => {
  const ends = <I, E>(load: (input: I) => Effect.Effect<number, E>) =>
    Effect.fnUntraced(function* (input: I) {
      done(yield* load(input))
    })
  const load = <M>(module: () => Promise<M>) => Effect.promise(module)

  const open = Command.make(
    "open",
    { url: flags.url, ...flags.serverFlags, ...flags.openFlags },
    ends((input) =>
      Effect.flatMap(
        load(() => import("./open.ts")),
        ({ open }) => open(input),
      ),
    ),
  ).pipe(Command.withDescription("Open the screen on a server (the command's name may be left out)"))

  const demo = Command.make(
    "demo",
    flags.serverFlags,
    ends((input) =>
      Effect.flatMap(
        load(() => import("./demo.ts")),
        ({ demo }) => demo({ ...input, url: Option.none() }),
      ),
    ),
  ).pipe(
    Command.withDescription(
      "The whole sign-in and several calls against the embedded mock server, as a plain transcript",
    ),
    Command.withExamples([{ command: "mcp-dcr-tui demo", description: "No network needed" }]),
  )

  const learn = Command.make(
    "learn",
    { url: flags.url, ...flags.serverFlags, ...flags.openFlags },
    ends((input) =>
      Effect.flatMap(
        load(() => import("./open.ts")),
        ({ open }) => open({ ...input, learn: true }),
      ),
    ),
  ).pipe(Command.withDescription("Open the sign-in with an explanation of each step beside it"))

  const login = Command.make(
    "login",
    { url: flags.url, ...flags.serverFlags },
    ends((input) =>
      Effect.flatMap(
        load(() => import("./login.ts")),
        ({ login }) => login(input),
      ),
    ),
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
    ends((input) =>
      Effect.flatMap(
        load(() => import("./tools.ts")),
        ({ tools }) => tools(input),
      ),
    ),
  ).pipe(
    Command.withDescription("List the tools of a server"),
    Command.withExamples([
      { command: "mcp-dcr-tui tools https://host.example/mcp --json", description: "With their schemas" },
    ]),
  )

  const call = Command.make(
    "call",
    {
      words: Argument.String("url, tool and name=value").pipe(
        Argument.withDescription("URL of the server, name of the tool, its arguments"),
        Argument.variadic(),
      ),
      ...flags.serverFlags,
      ...flags.callFlags,
    },
    ends((input) =>
      Effect.flatMap(
        load(() => import("./call.ts")),
        ({ call }) => call(input),
      ),
    ),
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

  const refresh = Command.make(
    "refresh",
    { url: flags.url, ...flags.serverFlags },
    ends((input) =>
      Effect.flatMap(
        load(() => import("./refresh.ts")),
        ({ refresh }) => refresh(input),
      ),
    ),
  ).pipe(Command.withDescription("Use the stored refresh token now"))

  const logout = Command.make(
    "logout",
    { url: flags.url, ...flags.serverFlags },
    ends((input) =>
      Effect.flatMap(
        load(() => import("./logout.ts")),
        ({ logout }) => logout(input),
      ),
    ),
  ).pipe(Command.withDescription("Revoke the stored tokens and delete them"))

  const clients = Command.make(
    "clients",
    {
      words: Argument.String("list | show URL | forget URL").pipe(Argument.variadic()),
      ...flags.storeFlags,
      ...flags.outputFlags,
      ...flags.yes,
    },
    ends((input) =>
      Effect.flatMap(
        load(() => import("./clients.ts")),
        ({ clients }) => clients(input),
      ),
    ),
  ).pipe(Command.withDescription("What is stored: list (default), show URL, forget URL"))

  const mock = Command.make(
    "mock",
    flags.mockFlags,
    ends((input) =>
      Effect.flatMap(
        load(() => import("./mock.ts")),
        ({ mock }) => mock(input),
      ),
    ),
  ).pipe(
    Command.withDescription("Serve the mock: an MCP server with its own authorization server, to learn and test on"),
    Command.withExamples([
      { command: "mcp-dcr-tui mock --port 3000", description: "Then: mcp-dcr-tui http://127.0.0.1:3000/mcp" },
    ]),
  )

  const commands = [open, learn, demo, login, tools, call, refresh, logout, clients, mock] as const
  return Command.make("mcp-dcr-tui").pipe(
    Command.withDescription(
      "Walk through MCP authorization, one visible step at a time.\n\n  mcp-dcr-tui URL   opens the screen on a server",
    ),
    Command.withSubcommands([...commands]),
  )
}

const commandNames = new Set([
  "open",
  "learn",
  "demo",
  "login",
  "tools",
  "call",
  "refresh",
  "logout",
  "clients",
  "mock",
])
const rootFlags = new Set(["--help", "-h", "--version", "-v", "--completions"])

/** `mcp-dcr-tui URL` and `mcp-dcr-tui --mock` mean `open`, wherever the flags stand. */
const withCommand = (argv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [first] = argv
  return first !== undefined && (commandNames.has(first) || rootFlags.has(first)) ? argv : ["open", ...argv]
}

const platform = Layer.mergeAll(
  Path.layer,
  FileSystem.layerNoop({}),
  Stdio.layerTest({}),
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.sync(() => process.stdout.columns ?? 80),
      rows: Effect.sync(() => process.stdout.rows ?? 24),
      size: Effect.die("not used"),
      readInput: Effect.die("not used"),
      readLine: Effect.fail(new Terminal.QuitError()),
      display: (text) => Effect.sync(() => void process.stdout.write(text)),
    }),
  ),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => Effect.die("not used")),
  ),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] }),
  CliOutput.layerPresenter({
    present: (event) => {
      switch (event._tag) {
        case "Version":
          return Console.log(version)
        case "Help":
          return Console.log(CliOutput.defaultFormatter({ colors: false }).formatHelpDoc(event.helpDoc))
        case "InvalidInvocation":
          return Console.error(
            `${event.errors.map((error) => error.message).join("\n")}\nTry: ${event.commandPath.join(" ")} --help`,
          )
      }
    },
  }),
)

/** Runs a command line; gives the exit code of its handler. */
export const runCommand = (argv: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    let code = 0
    const root = build((ended) => {
      code = ended
    })
    return Command.runWith(root, { version })(withCommand(argv)).pipe(
      Effect.provide(platform),
      Effect.map(() => code),
    )
  })

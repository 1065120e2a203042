import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as own from "./command-flags.ts"
import { type CommandName, commandTexts } from "./command-texts.ts"
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

  const onServer = { url: flags.url, ...flags.serverFlags }

  const open = Command.make(
    "open",
    { ...onServer, ...own.openFlags },
    from(() => import("./open.ts").then(({ open }) => open)),
  )
  const learn = Command.make(
    "learn",
    { ...onServer, ...own.openFlags },
    from(() => import("./open.ts").then(({ learn }) => learn)),
  )
  const demo = Command.make(
    "demo",
    flags.demoFlags,
    from(() => import("./demo.ts").then(({ demo }) => demo)),
  )
  const login = Command.make(
    "login",
    onServer,
    from(() => import("./login.ts").then(({ login }) => login)),
  )
  const tools = Command.make(
    "tools",
    onServer,
    from(() => import("./tools.ts").then(({ tools }) => tools)),
  )
  const call = Command.make(
    "call",
    {
      words: Argument.String("words").pipe(
        Argument.withDescription("URL of the server, name of the tool, its arguments"),
        Argument.variadic(),
      ),
      ...flags.serverFlags,
      ...own.callFlags,
    },
    from(() => import("./call.ts").then(({ call }) => call)),
  )
  const resources = Command.make(
    "resources",
    onServer,
    from(() => import("./listing.ts").then(({ resources }) => resources)),
  )
  const prompts = Command.make(
    "prompts",
    onServer,
    from(() => import("./listing.ts").then(({ prompts }) => prompts)),
  )
  const session = Command.make(
    "session",
    onServer,
    from(() => import("./session.ts").then(({ session }) => session)),
  )
  const bridge = Command.make(
    "bridge",
    onServer,
    from(() => import("./bridge.ts").then(({ bridge }) => bridge)),
  )
  const refresh = Command.make(
    "refresh",
    { ...onServer, ...own.refreshFlags },
    from(() => import("./refresh.ts").then(({ refresh }) => refresh)),
  )
  const logout = Command.make(
    "logout",
    { ...onServer, ...own.logoutFlags },
    from(() => import("./logout.ts").then(({ logout }) => logout)),
  )
  const clients = Command.make(
    "clients",
    { action: own.clientsAction, url: flags.url, ...own.clientsFlags },
    from(() => import("./clients.ts").then(({ clients }) => clients)),
  )
  const replay = Command.make(
    "replay",
    { file: own.journalFile, ...own.replayFlags },
    from(() => import("./replay.ts").then(({ replay }) => replay)),
  )
  const exported = Command.make(
    "export",
    { file: own.journalFile, ...own.exportFlags },
    from(() => import("./export.ts").then(({ exportJournal }) => exportJournal)),
  )
  const mock = Command.make(
    "mock",
    own.mockFlags,
    from(() => import("./mock.ts").then(({ mock }) => mock)),
  )
  const completions = Command.make(
    "completions",
    { reader: own.reader },
    from(() => import("./completions.ts").then(({ completions }) => completions(whole))),
  )

  /** With what the help says about it. */
  const told = <const Name extends CommandName, Input, Context, E, R>(
    command: Command.Command<Name, Input, Context, E, R>,
  ): Command.Command<Name, Input, Context, E, R> =>
    command.pipe(
      Command.withDescription(commandTexts[command.name].does),
      Command.withExamples(
        commandTexts[command.name].examples.map(([example, description]) => ({ command: example, description })),
      ),
    )

  return [
    told(open),
    told(learn),
    told(demo),
    told(login),
    told(tools),
    told(resources),
    told(prompts),
    told(call),
    told(session),
    told(bridge),
    told(refresh),
    told(logout),
    told(clients),
    told(replay),
    told(exported),
    told(mock),
    told(completions),
  ] as const
}

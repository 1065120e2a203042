import * as Effect from "effect/Effect"
import type { Choice, MockFault } from "../tui/app/main.tsx"
import { forgetServer, knownServers, listServers, signOut } from "./known-servers.ts"
import { isAsciiLocale } from "./locale.ts"
import type { OpenInput } from "./open.ts"
import { line, makePrinter } from "./print.ts"
import { vaultLayer } from "./vault-layer.ts"
import { version } from "./version.ts"

/** The fault catalogue of the embedded mock, which is loaded for it. */
const faults = async (): Promise<ReadonlyArray<MockFault>> => {
  const { faultCatalogue } = await import("../../mock/index.ts")
  const { SUBJECTS, scenariosOf } = await faultCatalogue()
  return Object.entries(SUBJECTS).flatMap(([subject, known]) =>
    known.flatMap(scenariosOf).map(({ name, does, clientMust, rule }) => ({ subject, name, does, clientMust, rule })),
  )
}

/** Everything that talks to a server comes with the first server: the first frame does not wait for it. */
const connect = async (input: OpenInput, choice: Choice) => {
  const { commandHandle, mockHandle, urlHandle } = await import("./flow-handle.ts")
  if (choice.kind === "command") return commandHandle(input, choice.command)
  return choice.kind === "mock" ? mockHandle(input, choice.fault) : urlHandle(input, choice.url, choice.profile)
}

/** The screen, from its first frame to the summary that stays in the terminal. */
export const screen = Effect.fn("commands.screen")(function* (input: OpenInput, url: string | undefined) {
  const servers = yield* knownServers(input).pipe(
    Effect.provide(vaultLayer(input)),
    // A store that cannot be read is said when it is used; the screen opens all the same.
    Effect.orElseSucceed(() => []),
  )
  const ascii = input.ascii || isAsciiLocale(process.env)
  const { runScreen } = yield* Effect.promise(() => import("../tui/app/main.tsx"))
  const startsOnMock = input.mock || (input.learn === true && url === undefined)
  const end = yield* Effect.promise(() =>
    runScreen({
      version,
      start: { servers, mock: true },
      ...(url === undefined ? (startsOnMock ? { open: { mock: true } } : {}) : { open: { serverUrl: url } }),
      learn: input.learn === true,
      connect: (choice: Choice) => connect(input, choice),
      faults,
      credentials: {
        list: () => listServers(input),
        forget: (server) => forgetServer(input, server),
        signOut: (server) => signOut(input, server),
      },
      ascii,
      noColor: input.noColor || (process.env.NO_COLOR ?? "") !== "",
      reducedMotion: input.reducedMotion,
    }),
  )
  const printer = makePrinter({ color: false, ascii })
  printer.out(end.summary.map((text) => line(text)))
  return end.reason === "interrupted" ? 130 : end.exit
})

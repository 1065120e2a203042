import process from "node:process"
import { render } from "ink"
import type { Problem } from "../../text/problem.ts"
import { ThemeContext } from "../theme/context.ts"
import { makeTheme } from "../theme/themes.ts"
import { copyLimit, copySequence } from "./clipboard.ts"
import type { Choice, Control } from "./control.ts"
import { makeDispatcher } from "./dispatcher.ts"
import { endCredentials } from "./end-credentials.ts"
import { openProblem } from "./open-problem.ts"
import { printAlone } from "./print-alone.ts"
import type { KnownServer, MockFault } from "./scene.ts"
import { sendInOrder } from "./send-in-order.ts"
import { App } from "./shell.tsx"
import { shortUrl } from "./short-url.ts"
import { stopAsJob } from "./stop-as-job.ts"
import { type FlowHandle, makeStore } from "./store.ts"
import { exitOf, summary } from "./summary.ts"

export type { Choice } from "./control.ts"
export type { KnownServer, MockFault } from "./scene.ts"
export type { FlowHandle } from "./store.ts"

export interface ScreenOptions {
  readonly version: string
  readonly start: { readonly servers: ReadonlyArray<KnownServer>; readonly mock: boolean }
  /** Go straight to the flow of this server. */
  readonly open?: { readonly serverUrl: string } | { readonly mock: true }
  /** Open the flow with the explanations on. */
  readonly learn?: boolean
  /** What can be done about stored credentials; absent where there are none to be had. */
  readonly credentials?: Credentials
  /** What the embedded mock can do wrong; read when it is asked for. */
  readonly faults?: () => Promise<ReadonlyArray<MockFault>>
  readonly connect: (choice: Choice) => Promise<FlowHandle>
  readonly ascii?: boolean
  readonly noColor?: boolean
  readonly reducedMotion?: boolean
  /** For tests; both must behave as terminals. */
  readonly stdin?: NodeJS.ReadStream
  readonly stdout?: NodeJS.WriteStream
  readonly now?: () => number
}

/** What is stored, and two ways to end it; both give what is stored afterwards. */
export interface Credentials {
  readonly list: () => Promise<ReadonlyArray<KnownServer>>
  readonly forget: (server: KnownServer) => Promise<ReadonlyArray<KnownServer>>
  /** `note`: what the server said to it. */
  readonly signOut: (
    server: KnownServer,
  ) => Promise<{ readonly note: string; readonly servers: ReadonlyArray<KnownServer> }>
}

export interface ScreenEnd {
  readonly reason: "quit" | "interrupted"
  /** 0, or the exit code of what failed and was not mended before the person left. */
  readonly exit: number
  /** What happened, to be printed once the terminal is as it was before. */
  readonly summary: ReadonlyArray<string>
}

const nameOf = (choice: Choice): string => {
  if (choice.kind === "mock") return choice.fault === undefined ? "embedded mock" : `embedded mock: ${choice.fault}`
  return choice.kind === "url" ? shortUrl(choice.url) : choice.command
}

const toastMillis = 4000

/** The full-screen face: from the first frame until the person leaves. */
export const runScreen = async (options: ScreenOptions): Promise<ScreenEnd> => {
  const stdout = options.stdout ?? process.stdout
  const stdin = options.stdin ?? process.stdin
  const now = options.now ?? Date.now
  const theme = makeTheme({ ascii: options.ascii === true, colour: options.noColor !== true })
  const store = makeStore({
    version: options.version,
    servers: options.start.servers,
    mock: options.start.mock,
    learn: options.learn === true,
    theme,
    still: options.reducedMotion === true,
    columns: stdout.columns,
    rows: stdout.rows,
    now,
  })

  let reason: ScreenEnd["reason"] = "quit"
  let attempt = 0
  const open = async (choice: Choice) => {
    attempt += 1
    const mine = attempt
    store.setOpening(nameOf(choice))
    const outcome = await settle(options.connect(choice))
    // A second choice was made meanwhile, or the person left: this one is not wanted any more.
    if (mine !== attempt) {
      if (outcome.handle !== undefined) await outcome.handle.close()
      return
    }
    store.setOpening(undefined, outcome.problem)
    if (outcome.handle === undefined) return
    const before = store.handle()
    store.setHandle(outcome.handle)
    store.dispatch({ type: "opened" })
    await before?.close()
  }

  /** What was signed in to meanwhile stands on Start as well. */
  const refresh = async () => {
    const servers = await options.credentials?.list().catch(() => undefined)
    if (servers !== undefined) store.setServers(servers)
  }

  const showFaults = async () => {
    store.setFaults((await options.faults?.()) ?? [])
    store.dispatch({ type: "setField", field: "faults", text: "" })
    store.dispatch({ type: "push", layer: { kind: "faults", cursor: 0 } })
  }

  const save = async (files: Parameters<Control["save"]>[0]) => {
    try {
      const { saveInto } = await import("./save-into.ts")
      const paths = await saveInto(process.cwd(), files)
      control.say(`Saved ${paths.join(", ")}`, "good")
    } catch (cause) {
      const { what, detail = "" } = openProblem(cause)
      control.say(`${what} ${detail}`.trimEnd(), "bad")
    }
  }

  const control: Control = {
    scene: store.scene,
    now,
    dispatch: (action) => {
      store.dispatch(action)
      if (action.type === "goto" && action.screen === "start") void refresh()
    },
    intend: (intent) => store.handle()?.intend(intent),
    intendInOrder: (intents) => {
      const handle = store.handle()
      if (handle !== undefined) sendInOrder(handle, intents)
    },
    open: (choice) => void open(choice),
    endCredentials: (how, server) => void endCredentials(how, server, options.credentials, control, store),
    say: (text, tone = "plain") =>
      store.dispatch({
        type: "toast",
        toast: { text, tone, ...(tone === "bad" ? {} : { until: now() + toastMillis }) },
      }),
    copy: (text, what) => {
      if (text.length > copyLimit) return control.say(`${what} is too long for the terminal's clipboard.`, "bad")
      stdout.write(copySequence(text, process.env.TMUX !== undefined))
      control.say(`Copied ${what}.`, "good")
    },
    save: (files) => void save(files),
    showFaults: () => void showFaults(),
    printAlone: (text) => void printAlone({ text, stdin, stdout, store, suspend: (run) => instanceSuspend(run) }),
    suspend: () => void stopAsJob(control, (run) => instanceSuspend(run)),
    quit: (why) => {
      reason = why
      instance.unmount()
    },
  }
  let instanceSuspend: (run: () => Promise<void>) => Promise<void> = async (run) => run()

  const dispatcher = makeDispatcher(control)
  const resized = () => store.resize(stdout.columns, stdout.rows)
  stdout.on("resize", resized)
  // The first frame begins where the cursor stands. What was typed ahead has moved it; from here on nothing is echoed.
  stdin.setRawMode(true)
  stdout.write("\r")
  const instance = render(
    <ThemeContext value={theme}>
      <App store={store} dispatcher={dispatcher} onSuspender={(suspend) => (instanceSuspend = suspend)} />
    </ThemeContext>,
    {
      stdin,
      stdout,
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: 30,
      exitOnCtrlC: false,
      patchConsole: false,
      // Ink would fall silent where CI is set; whether this is a terminal was decided before we were called.
      interactive: true,
    },
  )
  if (options.open !== undefined)
    control.open("mock" in options.open ? { kind: "mock" } : { kind: "url", url: options.open.serverUrl })
  try {
    await instance.waitUntilExit()
  } finally {
    attempt += 1
    stdout.off("resize", resized)
    store.stop()
  }
  const handle = store.handle()
  const state = handle?.journal.state()
  const lines = summary(state, now(), handle?.storedIn)
  const exit = handle === undefined ? (store.scene().openProblem?.exit ?? 0) : exitOf(state)
  await handle?.close()
  return { reason, exit, summary: lines }
}

const settle = async (
  connecting: Promise<FlowHandle>,
): Promise<{ readonly handle?: FlowHandle; readonly problem?: Problem }> => {
  try {
    return { handle: await connecting }
  } catch (cause) {
    return { problem: openProblem(cause) }
  }
}

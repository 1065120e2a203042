import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import { steps } from "../flow/steps/index.ts"
import { suggestedCall } from "../flow/suggested-call.ts"
import { formatExpiry } from "../text/duration.ts"
import { makeSecretBook } from "../text/redaction.ts"
import type { Choice, FlowHandle, KnownServer } from "../tui/app/main.tsx"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import { resultLines } from "./call.ts"
import { demo } from "./demo.ts"
import { usageFailure } from "./failure.ts"
import { line, makePrinter } from "./print.ts"
import { programLayer, saveJournal } from "./program.ts"
import { endOf, withRun } from "./run.ts"
import { type ServerInput, type Settings, settingsOf } from "./settings.ts"
import { vaultLayer } from "./vault-layer.ts"
import { version } from "./version.ts"

export interface OpenInput extends ServerInput {
  readonly mock: boolean
  readonly reducedMotion: boolean
  readonly learn?: boolean
}

const sources = { dcr: "DCR", cimd: "CIMD", preregistered: "pre-registered" } as const

const known = (record: StoredRecord, now: number): KnownServer => ({
  serverUrl: record.serverUrl,
  issuer: record.issuer,
  source: sources[record.client.source],
  tokenState:
    record.grant === undefined
      ? "no token"
      : record.grant.expiresAt === undefined
        ? "token"
        : record.grant.expiresAt <= now
          ? "token expired"
          : `token ${formatExpiry(record.grant.expiresAt - now)}`,
  lastUsed: record.lastUsedAt,
})

/** A run for the screen: its own services, closed with it. */
const handleOf = async (
  settings: Settings,
  more: { readonly autoApproves?: boolean; readonly close?: () => Promise<void> },
): Promise<FlowHandle> => {
  const secrets = makeSecretBook()
  const runtime = ManagedRuntime.make(programLayer(settings, { goal: "call", secrets }))
  const { flow, journal } = await runtime.runPromise(Effect.all({ flow: Flow, journal: Journal }))
  const saving = settings.journalFile
  if (saving !== undefined) runtime.runFork(Effect.scoped(saveJournal(saving).pipe(Effect.andThen(Effect.never))))
  return {
    steps,
    target: flow.target,
    journal,
    intend: (intent) => void runtime.runFork(flow.intend(intent)),
    expose: secrets.expose,
    close: async () => {
      await runtime.dispose()
      await more.close?.()
    },
    ...(more.autoApproves === undefined ? {} : { autoApproves: more.autoApproves }),
  }
}

/** The embedded mock starts when it is chosen. Unless the user wants a browser, it approves by itself. */
const mockHandle = async (input: OpenInput): Promise<FlowHandle> => {
  const autoApproves = Option.getOrElse(input.browser, () => "follow") === "follow"
  const { startMock } = await import("../../mock/index.ts")
  const mock = await startMock({ autoApprove: autoApproves })
  const settings = await Effect.runPromise(
    settingsOf(
      { ...input, url: Option.none(), serverUrl: Option.none(), noStore: true },
      { serverUrl: mock.url, browser: "follow" },
    ),
  )
  return handleOf(settings, { autoApproves, close: () => mock.close() })
}

const urlHandle = async (input: OpenInput, url: string): Promise<FlowHandle> =>
  handleOf(await Effect.runPromise(settingsOf({ ...input, url: Option.some(url), serverUrl: Option.none() })), {})

const screen = Effect.fn("commands.screen")(function* (input: OpenInput, url: string | undefined) {
  const records = yield* Vault.use((vault) => vault.list).pipe(
    Effect.provide(vaultLayer(input)),
    // A store that cannot be read is said when it is used; the screen opens all the same.
    Effect.orElseSucceed(() => []),
  )
  const { runScreen } = yield* Effect.promise(() => import("../tui/app/main.tsx"))
  const startsOnMock = input.mock || (input.learn === true && url === undefined)
  const end = yield* Effect.promise(() =>
    runScreen({
      version,
      start: { servers: records.map((record) => known(record, Date.now())), mock: true },
      ...(url === undefined ? (startsOnMock ? { open: { mock: true } } : {}) : { open: { serverUrl: url } }),
      learn: input.learn === true,
      connect: (choice: Choice) => (choice.kind === "mock" ? mockHandle(input) : urlHandle(input, choice.url)),
      ascii: input.ascii,
      noColor: input.noColor || (process.env.NO_COLOR ?? "") !== "",
      reducedMotion: input.reducedMotion,
    }),
  )
  const printer = makePrinter({ color: false, ascii: input.ascii })
  printer.out(end.summary.map((text) => line(text)))
  return end.reason === "interrupted" ? 130 : 0
})

/** Without a terminal: the same run as a transcript, as far as a tool that can be called without arguments. */
const transcript = Effect.fn("commands.transcript")(function* (input: OpenInput) {
  const settings = yield* settingsOf(input)
  const { output } = settings
  return yield* withRun(settings, { goal: "call", transcript: "out" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const listed = yield* flow.runTo("tools")
      const code = endOf(run, listed, "tools", output)
      if (code !== 0) return code
      const suggestion = suggestedCall(listed.facts.tools ?? [])
      const state = suggestion === undefined ? listed : yield* flow.call(suggestion.tool, suggestion.arguments)
      if (output.json)
        run.printer.json({
          serverUrl: state.serverUrl,
          tools: state.facts.tools,
          result: state.facts.result?.raw ?? null,
        })
      else run.printer.out(resultLines(state))
      return suggestion === undefined ? 0 : endOf(run, state, "call", output)
    }),
  )
})

/** `mcp-dcr-tui [URL]`: the screen, or without a terminal the plain transcript of the same run. */
export const open = Effect.fn("commands.open")(function* (input: OpenInput) {
  const url = Option.getOrUndefined(Option.orElse(input.serverUrl, () => input.url))
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== "dumb"
  if (terminal && !input.json) {
    // Checked before the screen opens, so that a slip is said where it was typed.
    if (url !== undefined) yield* settingsOf(input)
    return yield* screen(input, url)
  }
  if (url !== undefined) return yield* transcript(input)
  if (input.mock || input.learn === true) return yield* demo(input)
  return yield* usageFailure("terminal_needed")
})

/** `learn [URL]`: the same with the explanations on. */
export const learn = (input: OpenInput) => open({ ...input, learn: true })

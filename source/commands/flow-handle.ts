import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import { steps } from "../flow/steps/index.ts"
import { makeSecretBook } from "../text/redaction.ts"
import type { FlowHandle } from "../tui/app/store.ts"
import type { OpenInput } from "./open.ts"
import { programLayer, saveJournal } from "./program.ts"
import { type Settings, settingsOf } from "./settings.ts"

/** A run for the screen: its own services, closed with it. */
const handleOf = async (
  settings: Settings,
  more: { readonly autoApproves?: boolean; readonly fault?: string; readonly close?: () => Promise<void> },
): Promise<FlowHandle> => {
  const secrets = makeSecretBook()
  const runtime = ManagedRuntime.make(programLayer(settings, { goal: "call", secrets, asks: true }))
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
    ...(more.fault === undefined ? {} : { fault: more.fault }),
    ...(more.autoApproves === undefined ? {} : { autoApproves: more.autoApproves }),
  }
}

/** The embedded mock starts when it is chosen. Unless the user wants a browser, it approves by itself. */
export const mockHandle = async (input: OpenInput, fault?: string): Promise<FlowHandle> => {
  const autoApproves = Option.getOrElse(input.browser, () => "follow") === "follow"
  const { startMock } = await import("../../mock/index.ts")
  const mock = await startMock({ autoApprove: autoApproves, scenarios: fault === undefined ? [] : [fault] })
  const settings = await Effect.runPromise(
    settingsOf(
      { ...input, url: Option.none(), serverUrl: Option.none(), stdio: Option.none(), noStore: true },
      { serverUrl: mock.url, browser: "follow" },
    ),
  )
  return handleOf(settings, { autoApproves, ...(fault === undefined ? {} : { fault }), close: () => mock.close() })
}

/** A run against a program on this machine that the person has just approved on the screen. */
export const commandHandle = async (input: OpenInput, command: string): Promise<FlowHandle> => {
  const chosen = { ...input, url: Option.none(), serverUrl: Option.none(), stdio: Option.some(command), yes: true }
  return handleOf(await Effect.runPromise(settingsOf(chosen)), {})
}

const local = "stdio:"

/** A run against a server of the user's: the local one of the command line, or one with an address. */
export const urlHandle = async (input: OpenInput, url: string, profile?: string): Promise<FlowHandle> => {
  const chosen = url.startsWith(local)
    ? input
    : {
        ...input,
        url: Option.some(url),
        serverUrl: Option.none(),
        stdio: Option.none(),
        profile: profile === undefined ? input.profile : Option.some(profile),
      }
  return handleOf(await Effect.runPromise(settingsOf(chosen)), {})
}

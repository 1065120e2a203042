import type { FlowState } from "../../flow/state.ts"
import type { Step } from "../../flow/step.ts"
import type { MainStepId } from "../../flow/step-id.ts"
import type { Target } from "../../flow/target.ts"
import type { Problem } from "../../text/problem.ts"
import type { Theme } from "../theme/theme.ts"
import type { Field } from "../ui/field.ts"

export const screenIds = ["start", "flow", "log", "tools", "offers"] as const
export type ScreenId = (typeof screenIds)[number]

export type PaneId =
  | "servers"
  | "url"
  | "detail"
  | "steps"
  | "known"
  | "log"
  | "notices"
  | "request"
  | "response"
  | "list"
  | "form"
  | "result"

/** A server that was used before. */
export interface KnownServer {
  readonly serverUrl: string
  /** Which of several accounts there. */
  readonly profile?: string
  readonly issuer: string
  readonly resource: string
  /** How the client came to its identity: "DCR", "CIMD", "pre-registered". */
  readonly source: string
  readonly clientId: string
  /** Absent when there is none. Times are milliseconds since the epoch. */
  readonly token?: { readonly expiresAt?: number; readonly scope?: string; readonly renewable: boolean }
  /** Milliseconds since the epoch. */
  readonly lastUsed: number
}

/** Something that the embedded mock can do wrong. */
export interface MockFault {
  readonly subject: string
  readonly name: string
  /** What the mock does. */
  readonly does: string
  /** What an honest client must do about it, and by which rule. */
  readonly clientMust: string
  readonly rule: string
}

export type Layer =
  | { readonly kind: "faults"; readonly cursor: number }
  | { readonly kind: "help"; readonly cursor: number }
  | { readonly kind: "confirm"; readonly ask: "quit" }
  /** Before a local server is started: the exact command (CR-121). */
  | { readonly kind: "confirm"; readonly ask: "start"; readonly command: string }
  /** Before what is stored of a server is deleted. */
  | { readonly kind: "confirm"; readonly ask: "forget"; readonly server: KnownServer }
  | { readonly kind: "confirm"; readonly ask: "signOut"; readonly server: KnownServer }
  /** Before a tool that says of itself that it destroys something. */
  | {
      readonly kind: "confirm"
      readonly ask: "call"
      readonly tool: string
      readonly args: Readonly<Record<string, unknown>>
    }

export interface Toast {
  readonly text: string
  readonly tone: "plain" | "good" | "bad"
  /** Milliseconds since the epoch; an error stays until the next key. */
  readonly until?: number
}

export interface StartUi {
  readonly cursor: number
  /** What is wrong with the typed address. */
  readonly complaint?: string
}

export interface FlowUi {
  /** The step that is looked at; absent: the one that is current. */
  readonly step?: MainStepId
  /** How far the step is scrolled, and what was shown then: when something else is shown it starts at its top. */
  readonly scroll: { readonly of: string; readonly top: number }
  /** Position in the log counted from the newest; absent: follow. */
  readonly logBack?: number
  readonly explain: boolean
}

export const tabs = ["request", "response", "timing", "checks"] as const
export type Tab = (typeof tabs)[number]

export interface LogUi {
  /** Number of the exchange under the cursor; absent: follow the newest. */
  readonly cursor?: number
  /** The exchange that is open. */
  readonly open?: number
  readonly tab: Tab
  /** First line that is shown of what the server said unasked; absent: follow the newest. */
  readonly noticesTop?: number
  readonly scroll: Readonly<Record<"request" | "response", number>>
}

export interface ToolsUi {
  /** Name of the chosen tool; absent: the first, or the one that was called. */
  readonly tool?: string
  /** Row of the form that has the cursor. */
  readonly row: number
  /** What is wrong with the arguments, by the JSON pointer of their field; told when a call was tried. */
  readonly problems: Readonly<Record<string, string>>
  readonly scroll: number
}

export interface OffersUi {
  /** Which resource, template or prompt is chosen; absent: the first. */
  readonly entry?: string
  /** Row of its form that has the cursor. */
  readonly row: number
  readonly problems: Readonly<Record<string, string>>
  readonly scroll: number
}

/** What is done with a question of the server, until it is answered. */
export interface QuestionUi {
  /** Number of the question; what is kept for one is nothing to another. */
  readonly of: number
  /** Row of its form that has the cursor. */
  readonly row: number
  readonly problems: Readonly<Record<string, string>>
  /** First line that is shown, where the person scrolled. */
  readonly scroll?: number
}

/** Everything the screen remembers by itself. It knows nothing of the flow. */
export interface Ui {
  readonly screen: ScreenId
  readonly focus: Readonly<Record<ScreenId, PaneId>>
  readonly zoom: boolean
  readonly layers: ReadonlyArray<Layer>
  readonly editing?: string
  readonly fields: Readonly<Record<string, Field>>
  readonly toast?: Toast
  /** Secrets of the open exchange are shown until then. */
  readonly revealUntil?: number
  readonly start: StartUi
  readonly flow: FlowUi
  readonly log: LogUi
  readonly tools: ToolsUi
  readonly offers: OffersUi
  readonly question?: QuestionUi
}

export interface FlowScene {
  readonly state: FlowState
  readonly steps: ReadonlyArray<Step>
  readonly target: Target
  readonly expose: (text: string) => string
  readonly autoApproves: boolean
  /** What the embedded mock does wrong. */
  readonly fault?: string
}

/** All that a screen is drawn from, at one moment. */
export interface Scene {
  readonly ui: Ui
  readonly columns: number
  readonly rows: number
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly version: string
  readonly theme: Theme
  /** No spinners. */
  readonly still: boolean
  readonly servers: ReadonlyArray<KnownServer>
  readonly mock: boolean
  /** What the mock can do wrong, once it was asked for. */
  readonly faults: ReadonlyArray<MockFault>
  readonly flow?: FlowScene
  /** The server that is being connected to. */
  readonly opening?: string
  /** Why the last attempt to open a server failed. */
  readonly openProblem?: Problem
}

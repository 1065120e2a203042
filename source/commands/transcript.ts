import type { Event } from "../flow/event.ts"
import type { FlowState } from "../flow/state.ts"
import { exchangeOf } from "../flow/state.ts"
import type { Aside, Step } from "../flow/step.ts"
import { isMainStep, stepNumber } from "../flow/step-id.ts"
import { isLoopbackRedirect } from "../oauth/redirect-uri.ts"
import { formatMillis } from "../text/duration.ts"
import type { Finding } from "../text/finding.ts"
import type { RequestRecord, ResponseRecord } from "../wire/exchange.ts"
import { errorFrame } from "./error-frame.ts"
import { foldedUrl } from "./folded-url.ts"
import { type Line, line } from "./print.ts"

/** How much of a run is told: `steps` one line each, `exchanges` with requests and checks, `bodies` with everything. */
export type Detail = "steps" | "exchanges" | "bodies"

const marks = { pass: "✓", note: "·", warning: "!", error: "✗" } as const
const roles = { pass: "good", note: "dim", warning: "warn", error: "bad" } as const

const bodyLines = (record: RequestRecord | ResponseRecord): ReadonlyArray<Line> => [
  ...record.headers.map(([name, value]) => line(`       ${name}: ${value}`, "dim")),
  ...(record.body === undefined || record.body.text === ""
    ? []
    : record.body.text.split("\n").map((text) => line(`       ${text}`, "dim"))),
]

const indented = (lines: ReadonlyArray<Line>): ReadonlyArray<Line> =>
  lines.map(({ hang, ...each }) => ({
    ...each,
    text: `  ${each.text}`,
    ...(hang === undefined ? {} : { hang: hang + 2 }),
  }))

/** Several steps may run into the same trouble, such as a store that cannot be used. */
const isRepeated = (finding: Finding, state: FlowState): boolean =>
  Object.values(state.steps)
    .flatMap((step) => step.findings)
    .filter(({ text }) => text === finding.text).length > 1

/**
 * The run as plain text, one event at a time: a projection of the journal like every other face. `state` is the fold up
 * to and including the event.
 */
export const transcriptLines = (
  event: Event,
  state: FlowState,
  plan: { readonly steps: ReadonlyArray<Step>; readonly asides: ReadonlyArray<Aside>; readonly detail: Detail },
): ReadonlyArray<Line> => {
  const { detail } = plan
  const nameOf = (id: string): string => {
    const step = [...plan.steps, ...plan.asides].find((candidate) => candidate.id === id)
    const number = step && stepNumber(step.id)
    return `${number === undefined ? "  " : String(number).padStart(2)} ${step?.title ?? id}`
  }
  const urlOf = detail === "bodies" ? (url: string) => url : foldedUrl
  const loud = detail !== "steps"
  switch (event._tag) {
    case "RunStarted":
      return [line(`mcp-dcr-tui ${event.version} · ${event.serverUrl}`, "title")]
    case "StepStarted": {
      const step = [...plan.steps, ...plan.asides].find((candidate) => candidate.id === event.step)
      return loud
        ? [line(""), line(nameOf(event.step), "title"), line(`   ${step?.reference.join(" · ") ?? ""}`, "dim")]
        : []
    }
    case "RequestSent":
      return loud
        ? [
            line(
              `   → ${event.request.method} ${urlOf(event.request.url)}${event.request.label === undefined ? "" : ` ${event.request.label}`}${event.request.attempt > 1 ? ` (attempt ${event.request.attempt})` : ""}`,
            ),
            ...(detail === "bodies" ? bodyLines(event.request) : []),
          ]
        : []
    case "ExchangeFinished": {
      if (!loud) return []
      const { response } = event
      const request = exchangeOf(state, response.exchange)?.request
      const outcome =
        response.failure === undefined
          ? `${response.status ?? "answered"}`
          : `${response.failure.code}: ${response.failure.detail}`
      return [
        line(
          `   ← ${outcome} · ${formatMillis(response.timings.total)} · #${response.exchange}${request === undefined ? "" : ` ${request.leg}`}`,
        ),
        ...(detail === "bodies" ? bodyLines(response) : []),
      ]
    }
    case "RetryScheduled":
      return [line(`   · again in ${formatMillis(event.millis)}: ${event.reason}`, "warn")]
    case "FindingRaised": {
      const { finding } = event
      // A check that held is worth a line only to those who want to see the checks.
      if (!loud && (finding.severity === "pass" || finding.severity === "note" || isRepeated(finding, state))) return []
      return [line(`   ${marks[finding.severity]} ${finding.text} (${finding.rule})`, roles[finding.severity], 5)]
    }
    case "Progressed":
      return loud
        ? [
            line(
              `   · progress ${event.progress}${event.total === undefined ? "" : ` of ${event.total}`}${event.message === undefined ? "" : `: ${event.message}`}`,
              "dim",
            ),
          ]
        : []
    case "Notified":
      return noticeLines(event.method, event.params, loud)
    case "ListeningEnded":
      return [line(`   · listening ended: ${event.reason}`, event.problem === undefined ? "dim" : "warn", 5)]
    case "Waiting":
      return event.wait.kind === "browser" ? browserLines(event.wait) : []
    case "StepEnded": {
      const note = event.note === undefined ? "" : `: ${event.note}`
      if (event.outcome === "failed" && event.problem !== undefined)
        return [line(""), ...indented(errorFrame(event.problem, nameOf(event.step).trim()))]
      // What was not needed is worth a line only to those who follow every step.
      if (event.outcome === "skipped")
        return loud
          ? [line(`· ${nameOf(event.step)}: left out${event.note === undefined ? "" : `, ${event.note}`}`, "dim", 5)]
          : []
      if (event.outcome === "cancelled") return [line(`   · stopped${note}`, "warn", 5)]
      if (loud) return [line(`   ✓ done${note}`, "good", 5)]
      // What became of an aside is for the command to say.
      return [line(`✓ ${nameOf(event.step)}${isMainStep(event.step) ? note : ""}`, "good", 5)]
    }
    case "RemedyChosen":
      // The others say it with the step they go back to.
      return event.remedy === "renew" ? [line(`   · ${event.reason}`, "warn", 5)] : []
    case "Reset":
      return event.reason === "back" || /^(call|request) /.test(event.reason)
        ? []
        : [line(`   · back to ${nameOf(event.step).trim()}: ${event.reason}`, "warn", 5)]
    default:
      return []
  }
}

const severe: ReadonlySet<unknown> = new Set(["warning", "error", "critical", "alert", "emergency"])

/** A log message is told in any case: a server may send one only where it was asked for. */
const noticeLines = (
  method: string,
  { level, logger, data, uri }: Readonly<Record<string, unknown>>,
  loud: boolean,
): ReadonlyArray<Line> => {
  if (method === "notifications/message") {
    const text = typeof data === "string" ? data : JSON.stringify(data)
    const by = typeof logger === "string" ? ` ${logger}` : ""
    return [line(`   · server log, ${level}${by}: ${text}`, severe.has(level) ? "warn" : "dim", 5)]
  }
  const about = typeof uri === "string" ? ` ${uri}` : ""
  return loud ? [line(`   · ${method.replace(/^notifications\//, "")}${about}`, "dim", 5)] : []
}

const browserLines = (wait: {
  readonly url: string
  readonly redirectUri: string
  readonly opened: string
  readonly detail?: string
}): ReadonlyArray<Line> => {
  const { url, redirectUri, opened, detail } = wait
  if (opened === "opened") return [line("   Your browser was asked to open it.", "dim")]
  if (opened === "failed")
    return [line(`   No browser could be opened: open the address yourself. ${detail ?? ""}`.trimEnd(), "warn")]
  const waits = isLoopbackRedirect(redirectUri)
  return [
    line(""),
    line(opened === "opening" ? "   Sign in with your browser, at this address:" : "   Open this address and sign in:"),
    // At the margin and in one piece, so that it can be copied.
    line(url),
    line(""),
    ...(waits
      ? [
          line(`   Waiting for the answer at ${redirectUri} (Ctrl-C cancels).`),
          line("   Is the browser on another machine? Paste here the address that it ends on, and press Enter."),
        ]
      : [line("   Paste here the address that the browser ends on, and press Enter (Ctrl-C cancels).")]),
  ]
}

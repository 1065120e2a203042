import type { ExchangeState } from "../../../flow/state.ts"
import { isMainStep } from "../../../flow/step-id.ts"
import type { HeaderField } from "../../../text/redaction.ts"
import type { Body } from "../../../wire/exchange.ts"
import type { FlowScene, Scene, Tab } from "../../app/scene.ts"
import { clean, wrap } from "../../ui/cells.ts"
import { short, timeOfDay } from "../../ui/millis.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { titleOf } from "../flow/current.ts"
import { findingRows, heading, paragraph } from "../flow/sections.ts"
import { bodyKind, bodyRows, type Shown, secretsIn } from "./body.ts"

const headerRows = (fields: ReadonlyArray<HeaderField>, cells: number, shown: Shown): ReadonlyArray<Row> => {
  const width = Math.min(22, Math.max(0, ...fields.map(([name]) => name.length)))
  return fields.flatMap(([name, value]) =>
    wrap(clean(secretsIn(value, shown)), Math.max(8, cells - width - 4)).map((part, index) =>
      row(span(`  ${index === 0 ? name.padEnd(width) : " ".repeat(width)}  `, "dim"), part),
    ),
  )
}

const bodyPart = (what: string, body: Body | undefined, cells: number, shown: Shown): ReadonlyArray<Row> =>
  body === undefined || body.text === ""
    ? [blank, row(span(`${what} body: none`, "dim"))]
    : [blank, heading(`${what} body (${bodyKind(body)})`), ...bodyRows(body, cells, shown)]

export const requestRows = ({ request }: ExchangeState, cells: number, shown: Shown): ReadonlyArray<Row> => [
  ...wrap(clean(`${request.method} ${request.url}`), cells).map((line) => row(line)),
  blank,
  heading("Request headers"),
  ...headerRows(request.headers, cells, shown),
  ...bodyPart("Request", request.body, cells, shown),
]

export const responseRows = ({ response }: ExchangeState, cells: number, shown: Shown): ReadonlyArray<Row> => {
  if (response === undefined) return [row(span("Waiting for the answer.", "dim"))]
  return [
    ...(response.failure === undefined
      ? []
      : [...paragraph(`${response.failure.code}: ${response.failure.detail}`, cells, "bad"), blank]),
    heading("Response headers"),
    ...headerRows(response.headers, cells, shown),
    ...bodyPart("Response", response.body, cells, shown),
  ]
}

const phases = [
  ["dns", "name look-up"],
  ["connect", "connection"],
  ["tls", "TLS"],
  ["firstByte", "first byte"],
  ["total", "all of it"],
] as const

export const timingRows = ({ request, response }: ExchangeState): ReadonlyArray<Row> => [
  row(span("  sent          ", "dim"), timeOfDay(request.at)),
  row(span("  attempt       ", "dim"), String(request.attempt)),
  ...phases.flatMap(([name, label]) => {
    const millis = response?.timings[name]
    return millis === undefined ? [] : [row(span(`  ${label.padEnd(14)}`, "dim"), short(millis))]
  }),
  ...(response?.remoteAddress === undefined ? [] : [row(span("  answered by   ", "dim"), response.remoteAddress)]),
  ...(response?.httpVersion === undefined ? [] : [row(span("  HTTP version  ", "dim"), response.httpVersion)]),
]

/** The findings that point at this exchange, and where it belongs. */
export const checkRows = (
  exchange: ExchangeState,
  flow: FlowScene,
  cells: number,
  scene: Scene,
): ReadonlyArray<Row> => {
  const { step, request } = exchange
  const findings =
    step === undefined ? [] : flow.state.steps[step].findings.filter((finding) => finding.exchange === request.exchange)
  const place = step === undefined ? "outside of the steps" : isMainStep(step) ? titleOf(flow, step) : step
  return [
    row(span("  step  ", "dim"), place),
    blank,
    ...(findings.length === 0
      ? [row(span("  Nothing was checked on this exchange alone.", "dim"))]
      : findingRows(findings, cells, scene.theme)),
  ]
}

/** Rows of one tab. */
export const tabRows = (
  tab: Tab,
  exchange: ExchangeState,
  flow: FlowScene,
  cells: number,
  scene: Scene,
  shown: Shown,
): ReadonlyArray<Row> => {
  switch (tab) {
    case "request":
      return requestRows(exchange, cells, shown)
    case "response":
      return responseRows(exchange, cells, shown)
    case "timing":
      return timingRows(exchange)
    case "checks":
      return checkRows(exchange, flow, cells, scene)
  }
}

/** `200 · 71ms · 1.2 kB` */
export const outcomeOf = ({ response }: ExchangeState, bullet: string): string => {
  if (response === undefined) return "..."
  const status = response.status === undefined ? (response.failure?.code ?? "ok") : String(response.status)
  const bytes = response.body === undefined ? "" : ` ${bullet} ${response.body.bytes} bytes`
  return `${status} ${bullet} ${short(response.timings.total)}${bytes}`
}

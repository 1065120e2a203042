import { type ExchangeState, exchangeOf, type StepState } from "../../../flow/state.ts"
import type { Preview, Step } from "../../../flow/step.ts"
import type { Finding } from "../../../text/finding.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import type { Theme, Tone } from "../../theme/theme.ts"
import { clean, wrap } from "../../ui/cells.ts"
import { jsonTextLines } from "../../ui/json.ts"
import { short } from "../../ui/millis.ts"
import { blank, type Row, row, type Span, span, spread } from "../../ui/row.ts"
import { bodyRows, secretsIn } from "../log/body.ts"
import { exchangeRow } from "../log/rows.ts"

/** A title of a part, with a remark at its right. */
export const heading = (text: string, ...right: ReadonlyArray<Span>): Row => spread([span(text, "strong")], right)

/** Text folded to the width. */
export const paragraph = (text: string, cells: number, tone: Tone = "plain"): ReadonlyArray<Row> =>
  wrap(clean(text), cells).map((line) => row(span(line, tone)))

const bulleted = (mark: Span, text: string, cells: number): ReadonlyArray<Row> =>
  wrap(clean(text), cells - 4).map((line, index) => row("  ", index === 0 ? mark : " ", ` ${line}`))

const severities: Readonly<Record<Finding["severity"], (theme: Theme) => Span>> = {
  pass: ({ glyphs }) => span(glyphs.done, "good"),
  note: ({ glyphs }) => span(glyphs.bullet, "dim"),
  warning: ({ glyphs }) => span(glyphs.warning, "warn"),
  error: ({ glyphs }) => span(glyphs.failed, "bad"),
}

/** Every check with its outcome and the section that asks for it. */
export const findingRows = (findings: ReadonlyArray<Finding>, cells: number, theme: Theme): ReadonlyArray<Row> =>
  findings.flatMap(({ severity, text, rule }) => bulleted(severities[severity](theme), `${text} (${rule})`, cells))

const previewRows = (preview: Preview, cells: number, scene: Scene): ReadonlyArray<Row> => [
  ...wrap(clean(`${preview.method} ${preview.url}`), cells).map((line) => row(line)),
  ...preview.headers.map(([name, value]) => row(span(`${name}: `, "dim"), value)),
  ...(preview.body === undefined || preview.body === ""
    ? []
    : [
        blank,
        ...(jsonTextLines(preview.body, cells) ?? preview.body.split("\n"))
          .flatMap((line) => wrap(clean(secretsIn(line, scene)), cells))
          .map((line) => row(line)),
      ]),
]

/** The request that is about to be sent. */
export const toBeSent = (step: Step, scene: Scene, flow: FlowScene, cells: number): ReadonlyArray<Row> => {
  const preview = step.preview({ target: flow.target, facts: flow.state.facts })
  if (preview === undefined) return []
  return [heading("Request", span("not sent yet", "dim")), ...previewRows(preview, cells, scene), blank]
}

const sentRows = (exchange: ExchangeState, scene: Scene, flow: FlowScene, cells: number): ReadonlyArray<Row> => {
  const { request, response } = exchange
  return [
    exchangeRow(scene, flow, exchange, false),
    ...(request.body === undefined ? [] : bodyRows(request.body, cells, scene)),
    ...(response?.failure === undefined
      ? []
      : paragraph(`${response.failure.code}: ${response.failure.detail}`, cells, "bad")),
    ...(response?.body === undefined || response.body.text === ""
      ? []
      : [
          row(span(`  ${scene.theme.glyphs.arrow} ${response.status ?? ""} ${response.body.mediaType}`, "dim")),
          ...bodyRows(response.body, cells, scene),
        ]),
  ]
}

/** What went over the wire in this step, newest last, bodies included. */
export const sentAndReceived = (state: StepState, scene: Scene, flow: FlowScene, cells: number): ReadonlyArray<Row> => {
  const exchanges = state.exchanges.flatMap((number) => exchangeOf(flow.state, number) ?? [])
  if (exchanges.length === 0) return []
  const took =
    state.startedAt !== undefined && state.endedAt !== undefined ? short(state.endedAt - state.startedAt) : ""
  return [
    heading("Sent and received", span(took, "dim")),
    ...exchanges.flatMap((exchange) => [...sentRows(exchange, scene, flow, cells), blank]),
  ]
}

/** What was checked in this step. */
export const checks = (state: StepState, cells: number, theme: Theme): ReadonlyArray<Row> =>
  state.findings.length === 0 ? [] : [heading("Checks"), ...findingRows(state.findings, cells, theme), blank]

/** What usually goes wrong here. */
export const whyItCanFail = (step: Step, cells: number, theme: Theme): ReadonlyArray<Row> =>
  step.pitfalls.length === 0
    ? []
    : [
        heading("Why this step can fail"),
        ...step.pitfalls.flatMap((text) => bulleted(span(theme.glyphs.bullet, "dim"), text, cells)),
        blank,
      ]

/** What the embedded mock was asked to do wrong, and what an honest client must do about it. */
export const faultRows = ({ faults }: Scene, { fault }: FlowScene, cells: number): ReadonlyArray<Row> => {
  const known = faults.find(({ name }) => name === fault)
  return known === undefined
    ? []
    : [
        heading(`Break it: ${known.name}`),
        ...paragraph(`The mock ${known.does}. An honest client must: ${known.clientMust} (${known.rule})`, cells),
        blank,
      ]
}

/** The sections that define this step. */
export const spec = (step: Step, cells: number, theme: Theme): ReadonlyArray<Row> =>
  wrap(step.reference.join(` ${theme.glyphs.bullet} `), cells - 6).map((line, index) =>
    row(span(index === 0 ? "Spec  " : "      ", "strong"), line),
  )

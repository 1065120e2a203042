import type { FactOf } from "../../../flow/facts.ts"
import { exchangeOf, type FlowState } from "../../../flow/state.ts"
import { describeContent } from "../../../mcp/content.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { jsonLines } from "../../ui/json.ts"
import { meter, spinner } from "../../ui/meter.ts"
import { clock, short } from "../../ui/millis.ts"
import { once } from "../../ui/once.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { contentRows, folded } from "../content-rows.ts"
import { findingRows } from "../flow/sections.ts"
import { pauseRows } from "../pause-rows.ts"
import { problemRows, requestOf } from "../problem-rows.ts"

/** What runs, for how long, how far it says it is, and how to stop it. */
export const runningRows = (scene: Scene, flow: FlowScene, what: string): ReadonlyArray<Row> => {
  const { startedAt } = flow.state.steps.call
  const { progress } = flow.state
  const part = progress?.total === undefined || progress.total <= 0 ? undefined : progress.progress / progress.total
  return [
    row(
      span(`${spinner(scene.now, scene.still, scene.theme)} `, "accent"),
      `${what} `,
      span(clock(scene.now - (startedAt ?? scene.now)), "dim"),
      span("   c cancels", "dim"),
    ),
    ...pauseRows(scene),
    ...(progress === undefined
      ? []
      : [
          {
            left: [
              ...(part === undefined ? [] : [...meter(part, 30, scene.theme), span(` ${Math.round(part * 100)} %`)]),
              span(`  ${progress.message ?? (part === undefined ? String(progress.progress) : "")}`),
            ],
          },
        ]),
  ]
}

/** `get_weather · 200 · 12ms` */
export const outcomeWords = (state: FlowState, what: string, exchange: number | undefined, scene: Scene): string => {
  const response = exchange === undefined ? undefined : exchangeOf(state, exchange)?.response
  return [
    what,
    ...(response?.status === undefined ? [] : [String(response.status)]),
    ...(response === undefined ? [] : [short(response.timings.total)]),
  ].join(` ${scene.theme.glyphs.bullet} `)
}

const headline = (state: FlowState, scene: Scene): Row => {
  const { result, call } = state.facts
  const { glyphs } = scene.theme
  const said = result?.isError === true ? [span(` ${glyphs.bullet} the tool itself reports an error`, "bad")] : []
  return row(
    span(`${result?.isError === true ? glyphs.failed : glyphs.done} `, result?.isError === true ? "bad" : "good"),
    outcomeWords(state, call?.tool ?? "", result?.exchange, scene),
    ...said,
  )
}

/** Servers that send structured content should send the same as text: then it is told once. */
const isSaidAsText = ({ content, structuredContent }: FactOf<"result">): boolean => {
  const same = JSON.stringify(structuredContent)
  return content.some((block) => {
    const view = describeContent(block)
    return view.kind === "text" && compact(view.text) === same
  })
}

const compact = (text: string): string | undefined => {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return undefined
  }
}

const structuredRows = (result: FactOf<"result">, cells: number): ReadonlyArray<Row> => {
  if (result.structuredContent === undefined) return []
  if (isSaidAsText(result)) return [blank, row(span("structuredContent", "strong"), span(": the same", "dim"))]
  return [blank, row(span("structuredContent", "strong")), ...folded(jsonLines(result.structuredContent, cells), cells)]
}

const bodyRows = once(
  (result: FactOf<"result">, cells: number): ReadonlyArray<Row> => [
    ...result.content.flatMap((block) => contentRows(block, cells)),
    ...structuredRows(result, cells),
  ],
)

/** What became of the last call: running with its progress, failed with the error frame, or its result. */
export const resultRows = (scene: Scene, flow: FlowScene, cells: number, room: number): ReadonlyArray<Row> => {
  const { state } = flow
  const { call } = state.steps
  if (state.facts.request !== undefined) return [row(span("Enter calls the chosen tool.", "dim"))]
  if (state.running !== undefined && (state.running === "call" || state.facts.call !== undefined))
    return runningRows(scene, flow, `Calling ${state.facts.call?.tool ?? ""}`)
  if (call.status === "failed" && call.problem !== undefined)
    return problemRows({
      problem: call.problem,
      cells,
      theme: scene.theme,
      request: requestOf(state, call.problem, scene.theme),
      room,
    })
  const { result } = state.facts
  // A call that was begun and did not get to its end.
  if (result === undefined && call.startedAt !== undefined)
    return [row(span("Cancelled.", "warn"), " Whether the tool ran all the same is not known.")]
  if (result === undefined) return [row(span("Nothing was called yet. Enter calls the chosen tool.", "dim"))]
  return [headline(state, scene), ...findingRows(call.findings, cells, scene.theme), blank, ...bodyRows(result, cells)]
}

import { exchangeOf, type FlowState } from "../../../flow/state.ts"
import { type ContentView, describeContent } from "../../../mcp/content.ts"
import { formatBytes } from "../../../text/duration.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { clean, wrap } from "../../ui/cells.ts"
import { jsonLines, jsonTextLines } from "../../ui/json.ts"
import { meter, spinner } from "../../ui/meter.ts"
import { clock, short } from "../../ui/millis.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { findingRows } from "../flow/sections.ts"
import { problemRows } from "../problem-rows.ts"

const linesOf = (text: string): ReadonlyArray<string> => text.split(/\r\n|\r|\n/)

const named = (kind: string, view: { readonly mediaType?: string; readonly bytes?: number }): string =>
  `[${kind}${view.mediaType === undefined ? "" : ` ${view.mediaType}`}${view.bytes === undefined ? "" : `, ${formatBytes(view.bytes)}`}]`

/** Text as it is; what a terminal cannot show is named with its type and size. */
const contentLines = (view: ContentView, cells: number): ReadonlyArray<string> => {
  switch (view.kind) {
    case "text":
      return jsonTextLines(view.text, cells) ?? linesOf(view.text)
    case "image":
    case "audio":
      return [named(view.kind, view)]
    case "resource-link":
      return [`[link] ${view.name ?? ""} ${view.uri}`]
    case "resource":
      return view.text === undefined
        ? [`${named("resource", view)} ${view.uri}`]
        : [`[resource] ${view.uri}`, ...linesOf(view.text)]
    case "unknown":
      return [`[${view.type === "" ? "unknown content" : view.type}]`, view.json]
  }
}

const wrapped = (lines: ReadonlyArray<string>, cells: number): ReadonlyArray<Row> =>
  lines.flatMap((line) => {
    const indent = line.length - line.trimStart().length
    return wrap(clean(line.trimStart()), Math.max(8, cells - indent)).map((part) => row(`${" ".repeat(indent)}${part}`))
  })

const running = (scene: Scene, flow: FlowScene): ReadonlyArray<Row> => {
  const { startedAt } = flow.state.steps.call
  const { progress } = flow.state
  const part = progress?.total === undefined || progress.total <= 0 ? undefined : progress.progress / progress.total
  return [
    row(
      span(`${spinner(scene.now, scene.still, scene.theme)} `, "accent"),
      `Calling ${flow.state.facts.call?.tool ?? ""} `,
      span(clock(scene.now - (startedAt ?? scene.now)), "dim"),
      span("   c cancels", "dim"),
    ),
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

/** `✓ get_weather · 200 · 12ms` */
const headline = (state: FlowState, scene: Scene): Row => {
  const { result, call } = state.facts
  const { glyphs } = scene.theme
  const response = result === undefined ? undefined : exchangeOf(state, result.exchange)?.response
  const words = [
    call?.tool ?? "",
    ...(response?.status === undefined ? [] : [String(response.status)]),
    ...(response === undefined ? [] : [short(response.timings.total)]),
  ]
  const said = result?.isError === true ? [span(` ${glyphs.bullet} the tool itself reports an error`, "bad")] : []
  return row(
    span(`${result?.isError === true ? glyphs.failed : glyphs.done} `, result?.isError === true ? "bad" : "good"),
    words.join(` ${glyphs.bullet} `),
    ...said,
  )
}

/** What became of the last call: running with its progress, failed with the error frame, or its result. */
export const resultRows = (scene: Scene, flow: FlowScene, cells: number): ReadonlyArray<Row> => {
  const { state } = flow
  const { call } = state.steps
  if (state.running !== undefined && (state.running === "call" || state.facts.call !== undefined))
    return running(scene, flow)
  if (call.status === "failed" && call.problem !== undefined) return problemRows(call.problem, cells, scene.theme)
  const { result } = state.facts
  if (result === undefined) return [row(span("Nothing was called yet. Enter calls the chosen tool.", "dim"))]
  const content = result.content.flatMap((block) => contentLines(describeContent(block), cells))
  return [
    headline(state, scene),
    ...findingRows(call.findings, cells, scene.theme),
    blank,
    ...wrapped(content, cells),
    ...(result.structuredContent === undefined
      ? []
      : [
          blank,
          row(span("structuredContent", "strong")),
          ...wrapped(jsonLines(result.structuredContent, cells), cells),
        ]),
  ]
}

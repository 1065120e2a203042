import type { FlowState, Notice } from "../../../flow/state.ts"
import { shell } from "../../app/layout.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import type { Tone } from "../../theme/theme.ts"
import { clean, wrap } from "../../ui/cells.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import type { Rect } from "../../ui/lines.tsx"
import { timeOfDay } from "../../ui/millis.ts"
import { type Row, row, span } from "../../ui/row.ts"
import { clamp } from "../../ui/window.ts"

/** How loud each level is (MCP logging); a level that is none of these is drawn as it came. */
const tones: Readonly<Record<string, Tone>> = {
  debug: "dim",
  info: "plain",
  notice: "plain",
  warning: "warn",
  error: "bad",
  critical: "bad",
  alert: "bad",
  emergency: "bad",
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

const words = ({ method, params }: Notice): { readonly level: string; readonly text: string } => {
  if (method !== "notifications/message") {
    const { _meta, ...said } = params
    const about = Object.keys(said).length === 0 ? "" : ` ${textOf(said.uri ?? said)}`
    return { level: "news", text: `${method.replace(/^notifications\//, "")}${about}` }
  }
  const logger = typeof params.logger === "string" ? `${params.logger}: ` : ""
  return { level: textOf(params.level), text: `${logger}${textOf(params.data ?? params)}` }
}

const levelWidth = 10
const timeWidth = 9

/** `12:04:05 warning   db: slow query`, folded below its own column. */
const noticeRows = (notice: Notice, cells: number): ReadonlyArray<Row> => {
  const { level, text } = words(notice)
  const tone = Object.hasOwn(tones, level) ? (tones[level] ?? "plain") : "accent"
  const head = [
    span(timeOfDay(notice.at).padEnd(timeWidth), "dim"),
    span(clean(level, levelWidth - 1).padEnd(levelWidth), tone),
  ]
  const indent = " ".repeat(timeWidth + levelWidth)
  return wrap(clean(text), Math.max(8, cells - indent.length)).map((line, index) =>
    index === 0 ? row(...head, line) : row(indent, line),
  )
}

/** Whether the server has said anything unasked. */
export const hasNotices = ({ flow }: Scene): boolean => (flow?.state.notices.length ?? 0) > 0

const cache = new WeakMap<FlowState["notices"], { readonly cells: number; readonly rows: ReadonlyArray<Row> }>()

const allRows = (notices: FlowState["notices"], cells: number): ReadonlyArray<Row> => {
  const known = cache.get(notices)
  if (known?.cells === cells) return known.rows
  const rows = notices.flatMap((notice) => noticeRows(notice, cells))
  cache.set(notices, { cells, rows })
  return rows
}

/** The list of exchanges above, what the server said below. */
export const logPanes = (scene: Scene, body: Rect): { readonly list: Rect; readonly notices?: Rect } => {
  if (!hasNotices(scene)) return { list: body }
  const height = clamp((scene.flow?.state.notices.length ?? 0) + 2, 5, Math.max(5, Math.floor(body.height / 3)))
  return {
    list: { ...body, height: body.height - height },
    notices: { ...body, y: body.y + body.height - height, height },
  }
}

/** Rows of what was said, and how far they can be scrolled. */
export const noticesWindow = (scene: Scene, flow: FlowScene, at: Rect) => {
  const rows = allRows(flow.state.notices, innerWidth(at.width))
  const height = innerHeight(at.height)
  const last = Math.max(0, rows.length - height)
  return { rows, height, last, top: clamp(scene.ui.log.noticesTop ?? last, 0, last) }
}

/** The pane of them in the terminal as it is. */
export const noticesPlace = (scene: Scene): Rect | undefined =>
  logPanes(scene, shell(scene.columns, scene.rows).body).notices

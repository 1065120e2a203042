import type { Rect } from "../ui/lines.tsx"
import { clamp } from "../ui/window.ts"

export const minimum = { columns: 80, rows: 24 } as const

/** Whether the screens cannot be drawn. */
export const tooSmall = (columns: number, rows: number): boolean => columns < minimum.columns || rows < minimum.rows

const rect = (x: number, y: number, width: number, height: number): Rect => ({ x, y, width, height })

export interface Shell {
  readonly title: Rect
  readonly tabs: Rect
  readonly body: Rect
  /** From 30 rows on; below, messages borrow the footer. */
  readonly status?: Rect
  readonly footer: Rect
}

/** Title, tabs, body, status, footer: all of the terminal, not a row more. */
export const shell = (columns: number, rows: number): Shell => {
  const status = rows >= 30
  return {
    title: rect(0, 0, columns, 1),
    tabs: rect(0, 1, columns, 1),
    body: rect(0, 2, columns, rows - (status ? 4 : 3)),
    ...(status ? { status: rect(0, rows - 2, columns, 1) } : {}),
    footer: rect(0, rows - 1, columns, 1),
  }
}

export interface StartPanes {
  readonly servers: Rect
  readonly url: Rect
  readonly welcome: Rect
  readonly details?: Rect
}

/** List, address field and welcome; details beside them where there is room. */
export const startPanes = (body: Rect, servers: number): StartPanes => {
  const left = body.width >= 100 ? Math.max(64, Math.round(body.width * 0.6)) : body.width
  const least = body.height >= 26 ? 10 : 8
  const list = clamp(servers + 2, least, Math.max(least, body.height - 3 - 6))
  return {
    servers: rect(body.x, body.y, left, list),
    url: rect(body.x, body.y + list, left, 3),
    welcome: rect(body.x, body.y + list + 3, left, body.height - list - 3),
    ...(left < body.width ? { details: rect(body.x + left, body.y, body.width - left, body.height) } : {}),
  }
}

export interface FlowPanes {
  /** One line with all steps, where there is no room for a list. */
  readonly strip?: Rect
  readonly steps?: Rect
  readonly known?: Rect
  readonly detail: Rect
  readonly log?: Rect
  readonly explain?: Rect
}

interface FlowNeeds {
  /** The detail may take the log's place: an error, or the wait for the browser. */
  readonly tall: boolean
  /** The lesson of the step stands under the detail. */
  readonly explain: boolean
}

/** Cuts a column into the detail above and one pane below it. */
const below = (column: Rect, name: "log" | "explain", height: number): Pick<FlowPanes, "detail" | "log" | "explain"> =>
  height === 0
    ? { detail: column }
    : {
        detail: { ...column, height: column.height - height },
        [name]: { ...column, y: column.y + column.height - height, height },
      }

const lowerPane = (height: number, { tall, explain }: FlowNeeds, log: number) =>
  explain
    ? (["explain", Math.max(11, Math.floor(height / 3))] as const)
    : (["log", tall && height < 36 ? 0 : log] as const)

/**
 * A detail pane needs 70 columns to show JSON and URLs unbroken: so three columns from 160 on, two and a log below from
 * 96, and one under a strip of steps from 80.
 */
export const flowPanes = (body: Rect, needs: FlowNeeds): FlowPanes => {
  const { x, y, width, height } = body
  if (width < 96) {
    const [name, lower] = lowerPane(height, needs, Math.max(5, Math.floor(height / 4)))
    return { strip: rect(x, y, width, 1), ...below(rect(x, y + 1, width, height - 1), name, lower) }
  }
  const left = width >= 120 ? 34 : 28
  const steps = height >= 36 ? 14 : 12
  const column = { steps: rect(x, y, left, steps), known: rect(x, y + steps, left, height - steps) }
  if (width < 160) {
    const [name, lower] = lowerPane(height, needs, 8)
    return { ...column, ...below(rect(x + left, y, width - left, height), name, lower) }
  }
  const right = clamp(width - left - 94, 52, 64)
  const lesson = needs.explain ? Math.min(22, Math.floor(height / 2)) : 0
  const side = rect(x + width - right, y, right, height)
  return {
    ...column,
    detail: rect(x + left, y, width - left - right, height),
    log: { ...side, y: y + lesson, height: height - lesson },
    ...(lesson === 0 ? {} : { explain: { ...side, height: lesson } }),
  }
}

export interface ExchangePanes {
  readonly head?: Rect
  readonly request?: Rect
  readonly response?: Rect
  /** One pane with tabs, where two do not fit beside each other. */
  readonly single?: Rect
}

/** Request and answer beside each other from 120 columns on. */
export const exchangePanes = (body: Rect): ExchangePanes => {
  if (body.width < 120) return { single: body }
  const left = Math.floor(body.width * 0.47)
  const y = body.y + 3
  const height = body.height - 3
  return {
    head: rect(body.x, body.y, body.width, 3),
    request: rect(body.x, y, left, height),
    response: rect(body.x + left, y, body.width - left, height),
  }
}

export interface ToolsPanes {
  /** The name of the tool in one line, where there is no room for a list beside the form. */
  readonly strip?: Rect
  readonly list: Rect
  readonly form: Rect
  readonly result: Rect
}

/**
 * List beside form and result; with few columns the list is a screen of its own. The result keeps `resultLeast` rows,
 * however long the form is.
 */
export const toolsPanes = (body: Rect, formRows: number, resultLeast = 10): ToolsPanes => {
  const wide = body.width >= 96
  const strip = wide ? 0 : 1
  const left = wide ? (body.width >= 160 ? 36 : body.width >= 120 ? 24 : 22) : 0
  const height = body.height - strip
  const least = height >= 36 ? 16 : Math.floor(height / 2)
  const form = clamp(formRows + 2, Math.min(least, 13), Math.max(least, height - resultLeast))
  const y = body.y + strip
  const x = body.x + left
  const width = body.width - left
  return {
    ...(wide ? {} : { strip: rect(body.x, body.y, body.width, 1) }),
    list: wide ? rect(body.x, y, left, height) : rect(body.x, y, body.width, height),
    form: rect(x, y, width, form),
    result: rect(x, y + form, width, height - form),
  }
}

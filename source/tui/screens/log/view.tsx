import type { ExchangeState } from "../../../flow/state.ts"
import { isMainStep, stepNumber } from "../../../flow/step-id.ts"
import { exchangePanes } from "../../app/layout.ts"
import { type FlowScene, type Scene, type Tab, tabs } from "../../app/scene.ts"
import { field, fieldSpans } from "../../ui/field.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import type { Rect } from "../../ui/lines.tsx"
import { Pane } from "../../ui/pane.tsx"
import { blank, type Row, row, type Span, span } from "../../ui/row.ts"
import { clamp, position, topFor } from "../../ui/window.ts"
import { titleOf } from "../flow/current.ts"
import { focusedOn } from "../focused-on.ts"
import type { ViewProps } from "../screen.ts"
import type { Shown } from "./body.ts"
import { checkRows, outcomeOf, requestRows, responseRows, tabRows, timingRows } from "./detail.ts"
import { cursorIn, isFiltered, openExchange, shownExchanges } from "./model.ts"
import { hasNotices, logPanes, noticesWindow } from "./notices.ts"
import { exchangeRow } from "./rows.ts"

const isRevealed = ({ ui, now }: Scene): boolean => ui.revealUntil !== undefined && ui.revealUntil > now

const shownIn = (scene: Scene, flow: FlowScene): Shown => ({
  theme: scene.theme,
  ...(isRevealed(scene) ? { expose: flow.expose } : {}),
})

const secretsNote = (scene: Scene): string =>
  isRevealed(scene)
    ? `secrets shown for ${Math.ceil(((scene.ui.revealUntil ?? 0) - scene.now) / 1000)} s`
    : "secrets hidden"

const List = ({ scene, flow, at }: { readonly scene: Scene; readonly flow: FlowScene; readonly at: Rect }) => {
  const shown = shownExchanges(scene, flow)
  const cursor = cursorIn(scene, shown)
  const editing = scene.ui.editing === "logFilter"
  const filter = scene.ui.fields.logFilter ?? field("")
  const filterRows: ReadonlyArray<Row> =
    editing || isFiltered(scene)
      ? [{ left: [span("/ ", "key"), ...fieldSpans(filter, innerWidth(at.width) - 2, editing, scene.theme)] }]
      : []
  const room = innerHeight(at.height) - filterRows.length
  const top = scene.ui.log.cursor === undefined ? Math.max(0, shown.length - room) : topFor(cursor, shown.length, room)
  const rows = shown
    .slice(top, top + room)
    .map((exchange, index) => exchangeRow(scene, flow, exchange, top + index === cursor))
  const { bullet } = scene.theme.glyphs
  const behind = shown.length - 1 - cursor
  const follow = scene.ui.log.cursor === undefined ? "follow" : `+${behind}, G to follow`
  const count = isFiltered(scene) ? `${shown.length} of ${flow.state.exchangeCount}` : `${flow.state.exchangeCount}`
  return (
    <Pane
      at={at}
      title="HTTP log"
      note={`${count} ${bullet} ${follow}`}
      foot={position(top, room, shown.length)}
      focused={scene.ui.layers.length === 0 && !(scene.ui.focus.log === "notices" && hasNotices(scene))}
      rows={[...filterRows, ...(rows.length === 0 ? [row(span("No exchange yet.", "dim"))] : rows)]}
    />
  )
}

const Notices = ({ scene, flow, at }: { readonly scene: Scene; readonly flow: FlowScene; readonly at: Rect }) => {
  const { rows, top, height } = noticesWindow(scene, flow, at)
  return (
    <Pane
      at={at}
      title="What the server says unasked"
      note={scene.ui.log.noticesTop === undefined ? "follow" : "G to follow"}
      foot={position(top, height, rows.length)}
      focused={focusedOn(scene, "log", "notices")}
      rows={rows.slice(top, top + height)}
    />
  )
}

/** What of a long pane is seen. */
const windowOf = (rows: ReadonlyArray<Row>, scroll: number, height: number) => {
  const top = clamp(scroll, 0, Math.max(0, rows.length - height))
  return { rows: rows.slice(top, top + height), foot: position(top, height, rows.length) }
}

interface OpenProps {
  readonly scene: Scene
  readonly flow: FlowScene
  readonly exchange: ExchangeState
  readonly body: Rect
}

const side = (scene: Scene): "request" | "response" => (scene.ui.focus.log === "request" ? "request" : "response")

/** Rows of the pane that moves, for the view and for the keys. */
export const openRows = (scene: Scene, flow: FlowScene, exchange: ExchangeState, body: Rect) => {
  const shown = shownIn(scene, flow)
  const panes = exchangePanes(body)
  if (panes.single !== undefined) {
    const cells = innerWidth(panes.single.width)
    const tab = scene.ui.log.tab
    const key = tab === "request" ? ("request" as const) : ("response" as const)
    return {
      key,
      rows: tabRows(tab, exchange, flow, cells, scene, shown),
      height: innerHeight(panes.single.height) - 3,
    }
  }
  const at = side(scene) === "request" ? panes.request : panes.response
  const rows = pairRows(scene, flow, exchange, body)[side(scene)]
  return { key: side(scene), rows, height: innerHeight(at?.height ?? 0) }
}

/** With two panes the answer's pane also holds checks and timing: there is room. */
const pairRows = (scene: Scene, flow: FlowScene, exchange: ExchangeState, body: Rect) => {
  const shown = shownIn(scene, flow)
  const { request, response } = exchangePanes(body)
  const left = innerWidth(request?.width ?? 0)
  const right = innerWidth(response?.width ?? 0)
  return {
    request: requestRows(exchange, left, shown),
    response: [
      ...responseRows(exchange, right, shown),
      blank,
      row(span("Checks", "strong")),
      ...checkRows(exchange, flow, right, scene),
      blank,
      row(span("Timing", "strong")),
      ...timingRows(exchange),
    ],
  }
}

const headline = ({ request }: ExchangeState): string =>
  `#${request.exchange} ${request.method} ${request.label ?? request.leg}`

/** "7 Exchange code": the step that made it. */
const stepName = (flow: FlowScene, { step }: ExchangeState): string =>
  step === undefined ? "" : isMainStep(step) ? `${stepNumber(step)} ${titleOf(flow, step)}` : step

const tabSpans = (current: Tab): ReadonlyArray<Span> =>
  tabs.flatMap((tab) => {
    const name = `${tab.charAt(0).toUpperCase()}${tab.slice(1)}`
    return tab === current ? [span(`[${name}]`, "strong"), span("  ")] : [span(` ${name} `), span("  ")]
  })

const Single = ({ scene, flow, exchange, body }: OpenProps) => {
  const { rows, key, height } = openRows(scene, flow, exchange, body)
  const view = windowOf(rows, scene.ui.log.scroll[key], height)
  return (
    <Pane
      at={body}
      title={headline(exchange)}
      note={secretsNote(scene)}
      foot={view.foot}
      focused={scene.ui.layers.length === 0}
      rows={[
        { left: [span(exchange.request.url)], right: [span(outcomeOf(exchange, scene.theme.glyphs.bullet))] },
        { left: tabSpans(scene.ui.log.tab) },
        blank,
        ...view.rows,
      ]}
    />
  )
}

const Pair = ({ scene, flow, exchange, body }: OpenProps) => {
  const panes = exchangePanes(body)
  if (panes.head === undefined || panes.request === undefined || panes.response === undefined) return null
  const rows = pairRows(scene, flow, exchange, body)
  const focused = scene.ui.layers.length === 0
  const left = windowOf(rows.request, scene.ui.log.scroll.request, innerHeight(panes.request.height))
  const right = windowOf(rows.response, scene.ui.log.scroll.response, innerHeight(panes.response.height))
  return (
    <>
      <Pane
        at={panes.head}
        title={headline(exchange)}
        rows={[{ left: [span(exchange.request.url)], right: [span(outcomeOf(exchange, scene.theme.glyphs.bullet))] }]}
      />
      <Pane
        at={panes.request}
        title="Request"
        note={stepName(flow, exchange)}
        foot={left.foot}
        focused={focused && side(scene) === "request"}
        rows={left.rows}
      />
      <Pane
        at={panes.response}
        title="Response"
        note={secretsNote(scene)}
        foot={right.foot}
        focused={focused && side(scene) === "response"}
        rows={right.rows}
      />
    </>
  )
}

/** Everything that crossed the wire; Enter opens one exchange. */
export const LogView = ({ scene, body }: ViewProps) => {
  const { flow } = scene
  if (flow === undefined)
    return (
      <Pane at={body} title="HTTP log" rows={[row(span("No server is open. Choose one on the Start screen (1)."))]} />
    )
  const exchange = openExchange(scene)
  if (exchange === undefined) {
    const { list, notices } = logPanes(scene, body)
    return (
      <>
        <List scene={scene} flow={flow} at={list} />
        {notices && <Notices scene={scene} flow={flow} at={notices} />}
      </>
    )
  }
  const props = { scene, flow, exchange, body }
  return exchangePanes(body).single === undefined ? <Pair {...props} /> : <Single {...props} />
}

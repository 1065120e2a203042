import type { Tool } from "../../../mcp/tools.ts"
import { toolsPanes } from "../../app/layout.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { field, fieldSpans } from "../../ui/field.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import type { Rect } from "../../ui/lines.tsx"
import { Pane } from "../../ui/pane.tsx"
import { type Row, row, span } from "../../ui/row.ts"
import { Rows } from "../../ui/rows.tsx"
import { clamp, position, topFor } from "../../ui/window.ts"
import type { ViewProps } from "../screen.ts"
import { formRows } from "./form-rows.ts"
import { chosenTool, cursorOf, isFiltered, saysDestructive, toolsIn } from "./model.ts"
import { resultRows } from "./result-rows.ts"

const focusedOn = (scene: Scene, pane: string): boolean => scene.ui.focus.tools === pane && scene.ui.layers.length === 0

/** Where the panes are: with few columns the list takes the place of form and result while it has the focus. */
export const arrange = (scene: Scene, body: Rect) => {
  const tool = chosenTool(scene)
  const rows = tool === undefined ? 4 : formRows(scene, tool, innerWidth(body.width)).rows.length
  const panes = toolsPanes(body, rows)
  const narrow = panes.strip !== undefined
  const focus = scene.ui.focus.tools
  if (scene.ui.zoom) {
    const whole = { ...body, y: body.y }
    return { narrow, ...(focus === "list" ? { list: whole } : focus === "form" ? { form: whole } : { result: whole }) }
  }
  if (!narrow) return { narrow, list: panes.list, form: panes.form, result: panes.result }
  return focus === "list"
    ? { narrow, strip: panes.strip, list: panes.list }
    : { narrow, strip: panes.strip, form: panes.form, result: panes.result }
}

const List = ({ scene, at }: { readonly scene: Scene; readonly at: Rect }) => {
  const tools = toolsIn(scene)
  const cursor = cursorOf(scene)
  const editing = scene.ui.editing === "toolFilter"
  const filter = scene.ui.fields.toolFilter ?? field("")
  const filterRows: ReadonlyArray<Row> =
    editing || isFiltered(scene)
      ? [{ left: [span("/ ", "key"), ...fieldSpans(filter, innerWidth(at.width) - 2, editing, scene.theme)] }]
      : []
  const room = innerHeight(at.height) - filterRows.length
  const top = topFor(cursor, tools.length, room)
  const focused = focusedOn(scene, "list")
  const rows = tools.slice(top, top + room).map((tool, index): Row => {
    const current = top + index === cursor
    return {
      left: [
        span(current ? `${scene.theme.glyphs.cursor} ` : "  ", "accent"),
        span(tool.name, current ? "strong" : "plain"),
      ],
      ...(saysDestructive(tool) ? { right: [span("!", "warn")] } : {}),
      selected: current && focused,
    }
  })
  return (
    <Pane
      at={at}
      title="Tools"
      note={String(tools.length)}
      foot={position(top, room, tools.length)}
      focused={focused}
      rows={[...filterRows, ...(rows.length === 0 ? [row(span("none", "dim"))] : rows)]}
    />
  )
}

const Form = ({ scene, tool, at }: { readonly scene: Scene; readonly tool: Tool; readonly at: Rect }) => {
  const { rows, cursor } = formRows(scene, tool, innerWidth(at.width))
  const room = innerHeight(at.height)
  const top = topFor(cursor, rows.length, room)
  return (
    <Pane
      at={at}
      title="Arguments"
      note="from inputSchema"
      foot={position(top, room, rows.length)}
      focused={focusedOn(scene, "form")}
      rows={rows.slice(top, top + room)}
    />
  )
}

/** Rows of the result, and how far they can be scrolled. */
export const resultWindow = (scene: Scene, flow: FlowScene, at: Rect) => {
  const rows = resultRows(scene, flow, innerWidth(at.width))
  const height = innerHeight(at.height)
  const last = Math.max(0, rows.length - height)
  return { rows, height, last, top: clamp(scene.ui.tools.scroll, 0, last) }
}

const ResultPane = ({ scene, flow, at }: { readonly scene: Scene; readonly flow: FlowScene; readonly at: Rect }) => {
  const { rows, height, top } = resultWindow(scene, flow, at)
  return (
    <Pane
      at={at}
      title="Result"
      foot={position(top, height, rows.length)}
      focused={focusedOn(scene, "result")}
      rows={rows.slice(top, top + height)}
    />
  )
}

/** Choose a tool, fill its form, call it, read the result. */
export const ToolsView = ({ scene, body }: ViewProps) => {
  const { flow } = scene
  const tool = chosenTool(scene)
  if (flow === undefined || flow.state.facts.tools === undefined)
    return (
      <Pane
        at={body}
        title="Tools"
        rows={[row(span("The tools are not listed yet: go through the steps on the Flow screen (2) first."))]}
      />
    )
  const panes = arrange(scene, body)
  return (
    <>
      {panes.strip === undefined ? null : (
        <Rows
          at={panes.strip}
          rows={[
            row(
              span(" Tool: ", "dim"),
              span(tool?.name ?? "none", "strong"),
              span(panes.list === undefined ? "   Esc for the list" : "   Enter chooses it", "dim"),
            ),
          ]}
        />
      )}
      {panes.list === undefined ? null : <List scene={scene} at={panes.list} />}
      {panes.form === undefined || tool === undefined ? null : <Form scene={scene} tool={tool} at={panes.form} />}
      {panes.result === undefined ? null : <ResultPane scene={scene} flow={flow} at={panes.result} />}
    </>
  )
}

import type { FlowScene, Scene } from "../../app/scene.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import type { Rect } from "../../ui/lines.tsx"
import { Pane } from "../../ui/pane.tsx"
import { type Row, row, span } from "../../ui/row.ts"
import { Rows } from "../../ui/rows.tsx"
import { clamp, topFor } from "../../ui/window.ts"
import { arrangeBench, BenchList, Scrolled, stripRow } from "../bench.tsx"
import { changed } from "../changes.ts"
import { focusedOn } from "../focused-on.ts"
import type { ViewProps } from "../screen.ts"
import { formRows } from "./form-rows.ts"
import { chosenTool, cursorOf, saysDestructive, toolsIn } from "./model.ts"
import { resultRows } from "./result-rows.ts"

/** Where the panes are. */
export const arrange = (scene: Scene, body: Rect) => {
  const tool = chosenTool(scene)
  return arrangeBench(scene, body, scene.ui.focus.tools, (cells) =>
    tool === undefined ? 4 : formRows(scene, tool, cells).rows.length,
  )
}

const listRows = (scene: Scene): ReadonlyArray<Row> => {
  const cursor = cursorOf(scene)
  const focused = focusedOn(scene, "tools", "list")
  return toolsIn(scene).map((tool, index) => ({
    left: [
      span(index === cursor ? `${scene.theme.glyphs.cursor} ` : "  ", "accent"),
      span(tool.name, index === cursor ? "strong" : "plain"),
    ],
    ...(saysDestructive(tool) ? { right: [span("!", "warn")] } : {}),
    selected: index === cursor && focused,
  }))
}

/** Rows of the result, and how far they can be scrolled. */
export const resultWindow = (scene: Scene, flow: FlowScene, at: Rect) => {
  const height = innerHeight(at.height)
  const rows = resultRows(scene, flow, innerWidth(at.width), height)
  const last = Math.max(0, rows.length - height)
  return { rows, height, last, top: clamp(scene.ui.tools.scroll, 0, last) }
}

const Parts = ({ scene, flow, body }: ViewProps & { readonly flow: FlowScene }) => {
  const tool = chosenTool(scene)
  const { strip, list, form, result } = arrange(scene, body)
  const filled = form === undefined || tool === undefined ? undefined : formRows(scene, tool, innerWidth(form.width))
  const shown = result === undefined ? undefined : resultWindow(scene, flow, result)
  return (
    <>
      {strip && (
        <Rows at={strip} rows={[stripRow("Tool", tool?.name, list !== undefined, changed(scene, ["tools"]))]} />
      )}
      {list && (
        <BenchList
          scene={scene}
          at={list}
          title="Tools"
          note={String(toolsIn(scene).length)}
          news={changed(scene, ["tools"])}
          focused={focusedOn(scene, "tools", "list")}
          filter="toolFilter"
          rows={listRows(scene)}
          cursor={cursorOf(scene)}
        />
      )}
      {form && filled && (
        <Scrolled
          at={form}
          title="Arguments"
          note="from inputSchema"
          focused={focusedOn(scene, "tools", "form")}
          rows={filled.rows}
          top={topFor(filled.cursor, filled.rows.length, innerHeight(form.height))}
        />
      )}
      {result && shown && (
        <Scrolled
          at={result}
          title="Result"
          focused={focusedOn(scene, "tools", "result")}
          rows={shown.rows}
          top={shown.top}
        />
      )}
    </>
  )
}

/** Choose a tool, fill its form, call it, read the result. */
export const ToolsView = ({ scene, body }: ViewProps) => {
  const { flow } = scene
  if (flow === undefined || flow.state.facts.tools === undefined)
    return (
      <Pane
        at={body}
        title="Tools"
        rows={[row(span("The tools are not listed yet: go through the steps on the Flow screen (2) first."))]}
      />
    )
  return <Parts scene={scene} flow={flow} body={body} />
}

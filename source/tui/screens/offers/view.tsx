import type { FlowScene, Scene } from "../../app/scene.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import type { Rect } from "../../ui/lines.tsx"
import { Pane } from "../../ui/pane.tsx"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { Rows } from "../../ui/rows.tsx"
import { clamp, topFor } from "../../ui/window.ts"
import { arrangeBench, BenchList, Scrolled, stripRow } from "../bench.tsx"
import { changed } from "../changes.ts"
import { focusedOn } from "../focused-on.ts"
import type { ViewProps } from "../screen.ts"
import { answerRows } from "./answer-rows.ts"
import { offerRows } from "./form-rows.ts"
import { chosenOffer, cursorOf, isListed, lists, offersIn, titleOf } from "./model.ts"

/** Where the panes are. */
export const arrange = (scene: Scene, body: Rect) => {
  const offer = chosenOffer(scene)
  return arrangeBench(scene, body, scene.ui.focus.offers, (cells) =>
    offer === undefined ? 4 : offerRows(scene, offer, cells).rows.length,
  )
}

const headings = { resources: "Resources", templates: "Templates", prompts: "Prompts" } as const

/** A heading for each list, what is on it, and where the cursor's row ended up. */
const listRows = (scene: Scene): { readonly rows: ReadonlyArray<Row>; readonly cursor: number } => {
  const offers = offersIn(scene)
  const at = cursorOf(scene)
  const focused = focusedOn(scene, "offers", "list")
  const rows: Array<Row> = []
  let cursor = 0
  for (const list of lists) {
    const known = scene.flow?.state.facts[list]
    const right = known === undefined ? "not listed" : known.length === 0 ? "none" : String(known.length)
    if (rows.length > 0) rows.push(blank)
    rows.push({ left: [span(headings[list], "strong")], right: [span(right, "dim")] })
    offers.forEach((offer, index) => {
      if (offer.list !== list) return
      if (index === at) cursor = rows.length
      rows.push({
        left: [
          span(index === at ? `${scene.theme.glyphs.cursor} ` : "  ", "accent"),
          span(titleOf(offer), index === at ? "strong" : "plain"),
        ],
        selected: index === at && focused,
      })
    })
  }
  return { rows, cursor }
}

const toList: ReadonlyArray<Row> = [
  row(span("Enter", "key"), " asks the server for its lists, each with all its pages:"),
  row("  resources/list, resources/templates/list, prompts/list"),
  blank,
  row(span("A server that does not declare such a thing is not asked for it.", "dim")),
]

/** Rows of the answer, and how far they can be scrolled. */
export const answerWindow = (scene: Scene, flow: FlowScene, at: Rect) => {
  const height = innerHeight(at.height)
  const rows = answerRows(scene, flow, innerWidth(at.width), height)
  const last = Math.max(0, rows.length - height)
  return { rows, height, last, top: clamp(scene.ui.offers.scroll, 0, last) }
}

const Parts = ({ scene, flow, body }: ViewProps & { readonly flow: FlowScene }) => {
  const offer = chosenOffer(scene)
  const { strip, list, form, result } = arrange(scene, body)
  const rows = listRows(scene)
  const filled =
    form === undefined
      ? undefined
      : offer === undefined
        ? { rows: isListed(scene) ? [row(span("The server offers none.", "dim"))] : toList, cursor: 0 }
        : offerRows(scene, offer, innerWidth(form.width))
  const shown = result === undefined ? undefined : answerWindow(scene, flow, result)
  return (
    <>
      {strip && (
        <Rows
          at={strip}
          rows={[
            stripRow("Chosen", offer && titleOf(offer), list !== undefined, changed(scene, ["resources", "prompts"])),
          ]}
        />
      )}
      {list && (
        <BenchList
          scene={scene}
          at={list}
          title="Offered"
          note={String(offersIn(scene).length)}
          news={changed(scene, ["resources", "prompts"])}
          focused={focusedOn(scene, "offers", "list")}
          filter="offerFilter"
          rows={strip === undefined || isListed(scene) ? rows.rows : [...rows.rows, blank, ...toList]}
          cursor={rows.cursor}
        />
      )}
      {form && filled && (
        <Scrolled
          at={form}
          title={offer?.list === "prompts" ? "Prompt" : "Resource"}
          focused={focusedOn(scene, "offers", "form")}
          rows={filled.rows}
          top={topFor(filled.cursor, filled.rows.length, innerHeight(form.height))}
        />
      )}
      {result && shown && (
        <Scrolled
          at={result}
          title="Answer"
          focused={focusedOn(scene, "offers", "result")}
          rows={shown.rows}
          top={shown.top}
        />
      )}
    </>
  )
}

/** Choose a resource or a prompt, fill in its arguments, read what comes. */
export const OffersView = ({ scene, body }: ViewProps) => {
  const { flow } = scene
  if (flow === undefined || flow.state.facts.session === undefined)
    return (
      <Pane
        at={body}
        title="Resources and prompts"
        rows={[row(span("We are not connected yet: go through the steps on the Flow screen (2) first."))]}
      />
    )
  return <Parts scene={scene} flow={flow} body={body} />
}

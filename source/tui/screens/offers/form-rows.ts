import type { Scene } from "../../app/scene.ts"
import { clean, wrap } from "../../ui/cells.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { fieldRows } from "../tools/form-rows.ts"
import { isValid } from "../tools/model.ts"
import { suggestionLines } from "./completion.ts"
import { asTool, type Offer, titleOf } from "./model.ts"

const kinds = { resources: "resource", templates: "resource template", prompts: "prompt" } as const

const remarks = (offer: Offer): string => {
  if (offer.list === "prompts") return ""
  const { mimeType } = offer.item
  const size = offer.list === "resources" && offer.item.size !== undefined ? `, ${offer.item.size} bytes` : ""
  return mimeType === undefined ? size.slice(2) : `${mimeType}${size}`
}

/** What it is, by its server's own words, its arguments, and how to have it. */
export const offerRows = (
  scene: Scene,
  offer: Offer,
  cells: number,
): { readonly rows: ReadonlyArray<Row>; readonly cursor: number } => {
  const tool = asTool(offer)
  const { row: current, problems } = scene.ui.offers
  const at = scene.ui.focus.offers === "form" ? current : undefined
  const top: ReadonlyArray<Row> = [
    {
      left: [span(titleOf(offer), "strong"), span(`  ${kinds[offer.list]}`, "dim")],
      right: [span(remarks(offer), "dim")],
    },
    ...(offer.id === titleOf(offer) ? [] : wrap(clean(offer.id), cells).map((line) => row(span(line, "accent")))),
    ...wrap(clean(offer.item.description ?? ""), cells)
      .slice(0, 4)
      .map((line) => row(line)),
    blank,
  ]
  const fields = fieldRows(scene, tool, cells, { at, problems, below: at === undefined ? [] : suggestionLines(scene) })
  const rows = [
    ...top,
    ...fields.rows,
    ...(fields.rows.length === 0 ? [] : [blank]),
    {
      left: [
        span(offer.list === "prompts" ? "[ Get prompt ]" : "[ Read ]", "strong"),
        span("  Enter  ", "key"),
        isValid(scene, tool) ? span(`complete ${scene.theme.glyphs.done}`, "good") : span("not complete yet", "warn"),
      ],
    },
  ]
  return { rows, cursor: at === undefined ? 0 : top.length + fields.cursor }
}

import type { FlowState } from "../../../flow/state.ts"
import type { Finding } from "../../../text/finding.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { clean, width } from "../../ui/cells.ts"
import { field, fieldSpans } from "../../ui/field.ts"
import { clock } from "../../ui/millis.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { findingRows, heading } from "./sections.ts"

export type BrowserWait = Extract<NonNullable<FlowState["wait"]>, { readonly kind: "browser" }>

export const browserWait = (flow: FlowScene | undefined): BrowserWait | undefined =>
  flow?.state.wait?.kind === "browser" ? flow.state.wait : undefined

const openedText: Readonly<Record<BrowserWait["opened"], string>> = {
  opening: "Opening your browser.",
  opened: "Your browser has the page. Sign in there and decide.",
  failed: "No browser could be opened. Open this address yourself:",
  "not-asked": "Open this address in a browser:",
}

/** An address cut at the edge only: nothing is left out, and nothing is put between the lines. */
export const addressRows = (url: string, cells: number): ReadonlyArray<Row> => {
  const text = clean(url, 100_000)
  const lines = Math.ceil(width(text) / cells)
  return Array.from({ length: lines }, (_, index) =>
    row(span(text.slice(index * cells, (index + 1) * cells), "accent")),
  )
}

/** How to get there, what was wrong with a pasted answer, where the answer is awaited, since when, and every way out. */
export const browserWaitRows = (
  wait: BrowserWait,
  slips: ReadonlyArray<Finding>,
  scene: Scene,
  cells: number,
): ReadonlyArray<Row> => {
  const pasting = scene.ui.editing === "callback"
  return [
    heading("Waiting for you in the browser", span(clock(scene.now - wait.since))),
    row(openedText[wait.opened]),
    ...(wait.detail === undefined ? [] : [row(span(wait.detail, "warn"))]),
    ...findingRows(slips, cells, scene.theme),
    blank,
    ...addressRows(wait.url, cells),
    blank,
    ...(pasting
      ? [
          row(span("Paste the address your browser ended on, then Enter", "strong")),
          {
            left: [
              span("> ", "key"),
              ...fieldSpans(scene.ui.fields.callback ?? field(""), cells - 3, true, scene.theme),
            ],
          },
        ]
      : [
          row(span("y", "key"), " copies it    ", span("u", "key"), " prints it alone, to select it whole"),
          row(span("p", "key"), " takes the address your browser ended on, if it could not reach us"),
          row(span("c", "key"), " cancels"),
        ]),
    blank,
    row(span("The answer is awaited at ", "dim"), wait.redirectUri),
    blank,
  ]
}

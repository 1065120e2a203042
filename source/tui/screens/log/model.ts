import type { ExchangeState } from "../../../flow/state.ts"
import { exchangeOf } from "../../../flow/state.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { clamp } from "../../ui/window.ts"

/** What `/` looks through: everything that stands in the row, and the kind of request. */
const haystack = ({ request, response, step }: ExchangeState): string =>
  [
    request.method,
    request.url,
    request.label ?? "",
    request.leg,
    step ?? "",
    String(response?.status ?? response?.failure?.code ?? ""),
  ]
    .join(" ")
    .toLowerCase()

const filterOf = (scene: Scene): string => (scene.ui.fields.logFilter?.text ?? "").trim().toLowerCase()

/** The exchanges that the filter lets through, oldest first. */
export const shownExchanges = (scene: Scene, { state }: FlowScene): ReadonlyArray<ExchangeState> => {
  const filter = filterOf(scene)
  return filter === "" ? state.exchanges : state.exchanges.filter((exchange) => haystack(exchange).includes(filter))
}

/** Position of the cursor among them; the newest while it follows. */
export const cursorIn = (scene: Scene, shown: ReadonlyArray<ExchangeState>): number => {
  const { cursor } = scene.ui.log
  if (cursor === undefined) return shown.length - 1
  // The filter may have hidden it: the nearest before it takes the cursor.
  return clamp(
    shown.findLastIndex((exchange) => exchange.request.exchange <= cursor),
    0,
    Math.max(0, shown.length - 1),
  )
}

/** The exchange that is open, while the journal still holds it. */
export const openExchange = ({ ui, flow }: Scene): ExchangeState | undefined =>
  flow === undefined || ui.log.open === undefined ? undefined : exchangeOf(flow.state, ui.log.open)

/** Whether `/` leaves some exchanges out. */
export const isFiltered = (scene: Scene): boolean => filterOf(scene) !== ""

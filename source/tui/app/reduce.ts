import { edited, type FieldEdit, field } from "../ui/field.ts"
import type {
  FlowUi,
  Layer,
  LogUi,
  OffersUi,
  PaneId,
  QuestionUi,
  ScreenId,
  StartUi,
  Toast,
  ToolsUi,
  Ui,
} from "./scene.ts"

/** Everything that can happen to the screen's own state. */
export type Action =
  | { readonly type: "goto"; readonly screen: ScreenId }
  | { readonly type: "focus"; readonly pane: PaneId }
  | { readonly type: "zoom" }
  | { readonly type: "push"; readonly layer: Layer }
  | { readonly type: "pop" }
  | { readonly type: "edit"; readonly field: string; readonly text?: string }
  | { readonly type: "edited"; readonly change: FieldEdit }
  | { readonly type: "endEdit" }
  | { readonly type: "setField"; readonly field: string; readonly text: string }
  | { readonly type: "toast"; readonly toast: Toast }
  | { readonly type: "untoast" }
  | { readonly type: "reveal"; readonly until: number }
  | { readonly type: "hide" }
  | { readonly type: "opened" }
  | { readonly type: "start"; readonly change: Partial<StartUi> }
  | { readonly type: "flow"; readonly change: Partial<FlowUi> }
  | { readonly type: "log"; readonly change: Partial<LogUi> }
  | { readonly type: "tools"; readonly change: Partial<ToolsUi> }
  | { readonly type: "offers"; readonly change: Partial<OffersUi> }
  | { readonly type: "question"; readonly ui: QuestionUi }
  /** Give up the choice of a step or a log row, and look at what happens now. */
  | { readonly type: "follow"; readonly what: "step" | "flowLog" | "log" | "notices" }
  | { readonly type: "closeExchange" }

const without = <T extends object, K extends keyof T>(value: T, name: K): Omit<T, K> => {
  const { [name]: _, ...rest } = value
  return rest
}

const unscrolled = { of: "", top: 0 }
const noTop = { request: 0, response: 0 }

export const initialUi = (learn: boolean): Ui => ({
  screen: "start",
  focus: { start: "servers", flow: "detail", log: "log", tools: "list", offers: "list" },
  zoom: false,
  layers: [],
  fields: { url: field("https://") },
  start: { cursor: 0 },
  flow: { scroll: unscrolled, explain: learn },
  log: { tab: "request", scroll: noTop },
  tools: { row: 0, problems: {}, scroll: 0 },
  offers: { row: 0, problems: {}, scroll: 0 },
})

const follows = {
  step: (ui: Ui): Ui => ({ ...ui, flow: { ...without(ui.flow, "step"), scroll: unscrolled } }),
  flowLog: (ui: Ui): Ui => ({ ...ui, flow: without(ui.flow, "logBack") }),
  log: (ui: Ui): Ui => ({ ...ui, log: without(ui.log, "cursor") }),
  notices: (ui: Ui): Ui => ({ ...ui, log: without(ui.log, "noticesTop") }),
}

type Reducers = {
  readonly [Type in Action["type"]]: (ui: Ui, action: Extract<Action, { readonly type: Type }>) => Ui
}

const reducers: Reducers = {
  // Secrets that were revealed do not stay so on another screen.
  goto: (ui, { screen }) => ({ ...without(without(ui, "editing"), "revealUntil"), screen, zoom: false }),
  focus: (ui, { pane }) => ({ ...without(ui, "editing"), focus: { ...ui.focus, [ui.screen]: pane } }),
  zoom: (ui) => ({ ...ui, zoom: !ui.zoom }),
  push: (ui, { layer }) => ({ ...without(without(ui, "editing"), "toast"), layers: [...ui.layers, layer] }),
  pop: (ui) => ({ ...without(ui, "editing"), layers: ui.layers.slice(0, -1) }),
  edit: (ui, action) => ({
    ...ui,
    editing: action.field,
    fields: {
      ...ui.fields,
      [action.field]: action.text === undefined ? (ui.fields[action.field] ?? field("")) : field(action.text),
    },
  }),
  edited: (ui, { change }) =>
    ui.editing === undefined
      ? ui
      : { ...ui, fields: { ...ui.fields, [ui.editing]: edited(ui.fields[ui.editing] ?? field(""), change) } },
  endEdit: (ui) => without(ui, "editing"),
  setField: (ui, action) => ({ ...ui, fields: { ...ui.fields, [action.field]: field(action.text) } }),
  toast: (ui, { toast }) => ({ ...ui, toast }),
  untoast: (ui) => without(ui, "toast"),
  reveal: (ui, { until }) => ({ ...ui, revealUntil: until }),
  hide: (ui) => without(ui, "revealUntil"),
  opened: (ui) => {
    const fresh = initialUi(ui.flow.explain)
    return {
      ...without(ui, "editing"),
      screen: "flow",
      zoom: false,
      layers: [],
      flow: fresh.flow,
      log: fresh.log,
      tools: fresh.tools,
      offers: fresh.offers,
    }
  },
  start: (ui, { change }) => ({ ...ui, start: { ...ui.start, ...change } }),
  flow: (ui, { change }) => ({ ...ui, flow: { ...ui.flow, ...change } }),
  log: (ui, { change }) => ({ ...ui, log: { ...ui.log, ...change } }),
  tools: (ui, { change }) => ({ ...ui, tools: { ...ui.tools, ...change } }),
  offers: (ui, { change }) => ({ ...ui, offers: { ...ui.offers, ...change } }),
  question: (ui, action) => ({ ...ui, question: action.ui }),
  follow: (ui, { what }) => follows[what](ui),
  closeExchange: (ui) => ({ ...without(ui, "revealUntil"), log: { ...without(ui.log, "open"), scroll: noTop } }),
}

/** The pure reducer of the screen's own state. */
export const reduce = (ui: Ui, action: Action): Ui => {
  const apply = reducers[action.type] as (ui: Ui, action: Action) => Ui
  return apply(ui, action)
}

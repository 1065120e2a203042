import { Box, useApp, useInput, usePaste } from "ink"
import { useEffect, useSyncExternalStore } from "react"
import { footerHints, helpHint } from "../keys/footer.ts"
import { strokes } from "../keys/stroke.ts"
import { isAsked } from "../question/model.ts"
import { QuestionView } from "../question/view.tsx"
import { screenOf } from "../screens/index.ts"
import { hintRow } from "../ui/key-hints.ts"
import { type Row, row, span } from "../ui/row.ts"
import { Rows } from "../ui/rows.tsx"
import type { makeDispatcher } from "./dispatcher.ts"
import { LayerView } from "./layers.tsx"
import { shell, tooSmall } from "./layout.ts"
import type { Scene } from "./scene.ts"
import type { Store } from "./store.ts"
import { tabRow, titleRow } from "./title.ts"
import { TooSmall } from "./too-small.tsx"

interface AppProps {
  readonly store: Store
  readonly dispatcher: ReturnType<typeof makeDispatcher>
  /** Hands out the way to give the terminal back for a while. */
  readonly onSuspender: (suspend: (run: () => Promise<void>) => Promise<void>) => void
}

const statusRow = (scene: Scene): Row => {
  const { toast } = scene.ui
  if (toast === undefined) return row(span(` ${screenOf(scene).status(scene)}`, "dim"))
  return row(span(` ${toast.text}`, toast.tone === "plain" ? "strong" : toast.tone))
}

const Screen = ({ scene }: { readonly scene: Scene }) => {
  const areas = shell(scene.columns, scene.rows)
  const { View } = screenOf(scene)
  // With few rows a message stands in the footer, and hints behind it as far as there is room.
  const message = areas.status === undefined && scene.ui.toast !== undefined ? statusRow(scene).left : []
  const footer = hintRow(footerHints(scene), helpHint, scene.columns, message)
  return (
    <>
      <Rows at={areas.title} rows={[titleRow(scene)]} />
      <Rows at={areas.tabs} rows={[tabRow(scene)]} />
      <View scene={scene} body={areas.body} />
      {areas.status === undefined ? null : <Rows at={areas.status} rows={[statusRow(scene)]} />}
      <Rows at={areas.footer} rows={[footer]} />
      {isAsked(scene) ? <QuestionView scene={scene} /> : <LayerView scene={scene} />}
    </>
  )
}

/** The whole terminal. All keys come in here and go to the dispatcher; nothing else listens. */
export const App = ({ store, dispatcher, onSuspender }: AppProps) => {
  const { suspendTerminal } = useApp()
  useEffect(() => onSuspender(suspendTerminal), [onSuspender, suspendTerminal])
  const scene = useSyncExternalStore(store.subscribe, store.scene)
  useInput((input, key) => {
    for (const stroke of strokes(input, key)) dispatcher.press(stroke)
  })
  usePaste(dispatcher.paste)
  return (
    <Box width={scene.columns} height={scene.rows} overflow="hidden">
      {tooSmall(scene.columns, scene.rows) ? <TooSmall scene={scene} /> : <Screen scene={scene} />}
    </Box>
  )
}

import type { FlowPanes } from "../../app/layout.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import type { Rect } from "../../ui/lines.tsx"
import { Pane } from "../../ui/pane.tsx"
import { row, span } from "../../ui/row.ts"
import { Rows } from "../../ui/rows.tsx"
import { clamp, position } from "../../ui/window.ts"
import { focusedOn } from "../focused-on.ts"
import { exchangeRow } from "../log/rows.ts"
import type { ViewProps } from "../screen.ts"
import { arrange, detailWindow } from "./arrange.ts"
import { doneCount, viewedStep } from "./current.ts"
import { detailTitle } from "./detail.ts"
import { explainRows } from "./explain.ts"
import { knownRows } from "./known-pane.ts"
import { stepRows, stripRow } from "./steps-pane.ts"

interface PartProps {
  readonly scene: Scene
  readonly flow: FlowScene
  readonly at: Rect
}

const Detail = ({ scene, flow, at }: PartProps) => {
  const { rows, height, top } = detailWindow(scene, flow, at)
  const foot = position(top, height, rows.length)
  return (
    <Pane
      at={at}
      title={detailTitle(flow, viewedStep(scene))}
      foot={foot === "" ? "" : `J/K scroll ${scene.theme.glyphs.bullet} ${foot}`}
      focused={focusedOn(scene, "flow", "detail")}
      rows={rows.slice(top, top + height)}
    />
  )
}

const Log = ({ scene, flow, at }: PartProps) => {
  const { exchanges, exchangeCount } = flow.state
  const height = innerHeight(at.height)
  const focused = focusedOn(scene, "flow", "log")
  const back = clamp(scene.ui.flow.logBack ?? 0, 0, Math.max(0, exchanges.length - 1))
  const cursor = exchanges.length - 1 - back
  const top = clamp(cursor - height + 1, 0, Math.max(0, exchanges.length - height))
  const rows = exchanges
    .slice(top, top + height)
    .map((exchange, index) => exchangeRow(scene, flow, exchange, focused && top + index === cursor))
  const follow = scene.ui.flow.logBack === undefined ? "follow" : `+${back}, G to follow`
  return (
    <Pane
      at={at}
      title="HTTP log"
      note={`${exchangeCount} ${scene.theme.glyphs.bullet} ${follow}`}
      focused={focused}
      rows={rows}
    />
  )
}

const Explain = ({ scene, at }: PartProps) => (
  <Pane at={at} title="Explained" note="L hides it" rows={explainRows(viewedStep(scene), innerWidth(at.width))} />
)

const Column = ({
  scene,
  flow,
  panes,
}: {
  readonly scene: Scene
  readonly flow: FlowScene
  readonly panes: FlowPanes
}) => (
  <>
    {panes.strip === undefined ? null : <Rows at={panes.strip} rows={[stripRow(scene, flow)]} />}
    {panes.steps === undefined ? null : (
      <Pane
        at={panes.steps}
        title="Steps"
        note={`${doneCount(flow.state)}/10`}
        focused={focusedOn(scene, "flow", "steps")}
        rows={stepRows(scene, flow, innerWidth(panes.steps.width))}
      />
    )}
    {panes.known === undefined ? null : (
      <Pane at={panes.known} title="What we know" rows={knownRows(scene, flow, panes.known.height >= 18)} />
    )}
  </>
)

/** The ten steps, what is known, the step in hand, and the traffic. */
export const FlowView = ({ scene, body }: ViewProps) => {
  const { flow } = scene
  if (flow === undefined)
    return <Pane at={body} title="Flow" rows={[row(span("No server is open. Choose one on the Start screen (1)."))]} />
  const panes = arrange(scene, body)
  return (
    <>
      <Column scene={scene} flow={flow} panes={panes} />
      <Detail scene={scene} flow={flow} at={panes.detail} />
      {panes.explain === undefined ? null : <Explain scene={scene} flow={flow} at={panes.explain} />}
      {panes.log === undefined ? null : <Log scene={scene} flow={flow} at={panes.log} />}
    </>
  )
}

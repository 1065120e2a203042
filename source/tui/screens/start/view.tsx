import { startPanes } from "../../app/layout.ts"
import { field, fieldRow } from "../../ui/field.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import { Pane } from "../../ui/pane.tsx"
import { row, span } from "../../ui/row.ts"
import { clamp, topFor } from "../../ui/window.ts"
import { problemRows } from "../problem-rows.ts"
import type { ViewProps } from "../screen.ts"
import { chosen, detailRows, entries, serverRows, welcomeRows } from "./model.ts"

const UrlField = ({
  scene,
  at,
}: {
  readonly scene: ViewProps["scene"]
  readonly at: ReturnType<typeof startPanes>["url"]
}) => {
  const value = scene.ui.fields.url ?? field("")
  const editing = scene.ui.editing === "url"
  const complaint = scene.ui.start.complaint ?? ""
  return (
    <Pane
      at={at}
      title="Server URL, or a command that starts a local server"
      foot={complaint}
      focused={scene.ui.focus.start === "url"}
      rows={[fieldRow(value, innerWidth(at.width), editing, scene.theme)]}
    />
  )
}

/** Choose what to connect to. */
export const StartView = ({ scene, body }: ViewProps) => {
  const count = entries(scene).length
  const panes = startPanes(body, count)
  const rows = serverRows(scene, innerWidth(panes.servers.width))
  const room = innerHeight(panes.servers.height)
  const top = topFor(clamp(scene.ui.start.cursor, 0, count - 1), count, room)
  const { openProblem } = scene
  const cells = innerWidth(panes.welcome.width)
  // Where there is no pane for details they take the place of the welcome, for servers that one knows.
  const told = panes.details === undefined && chosen(scene)?.server !== undefined
  return (
    <>
      <Pane
        at={panes.servers}
        title="Connect to"
        note={count === 1 ? "1 server" : `${count} servers`}
        focused={scene.ui.focus.start === "servers"}
        rows={rows.slice(top, top + room)}
      />
      <UrlField scene={scene} at={panes.url} />
      {openProblem === undefined ? (
        <Pane
          at={panes.welcome}
          title={told ? "Details" : "New here?"}
          rows={told ? detailRows(scene, cells) : welcomeRows(scene)}
        />
      ) : (
        <Pane
          at={panes.welcome}
          title="It did not work"
          rows={problemRows({
            problem: openProblem,
            cells,
            theme: scene.theme,
            room: innerHeight(panes.welcome.height),
          })}
        />
      )}
      {panes.details === undefined ? null : (
        <Pane
          at={panes.details}
          title="Details"
          rows={
            scene.opening === undefined
              ? detailRows(scene, innerWidth(panes.details.width))
              : [row(span(`Opening ${scene.opening}`))]
          }
        />
      )}
    </>
  )
}

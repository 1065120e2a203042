import { screens } from "../screens/index.ts"
import { blank, type Row, type Span, span } from "../ui/row.ts"
import { tokenState } from "./facts.ts"
import type { Scene } from "./scene.ts"
import { shortUrl, withProfile } from "./short-url.ts"

/** Program and server at the left; revision and token at the right. */
export const titleRow = (scene: Scene): Row => {
  const { flow } = scene
  if (flow === undefined)
    return {
      left: [
        span(" "),
        span("mcp-dcr-tui", "strong"),
        ...(scene.opening === undefined ? [] : [span(`  ${scene.opening}`)]),
      ],
      right: [span(`v${scene.version} `, "dim")],
    }
  const session = flow.state.facts.session
  const { serverUrl, profile } = flow.target
  const name = flow.autoApproves
    ? `embedded mock${flow.fault === undefined ? "" : `: ${flow.fault}`}`
    : withProfile(shortUrl(flow.state.serverUrl || serverUrl), profile)
  return {
    left: [span(" "), span("mcp-dcr-tui", "strong"), span(`  ${name}`)],
    right: [
      ...(session === undefined ? [] : [span(`spec ${session.protocolVersion}   `, "dim")]),
      span(tokenState(flow.state, scene.now)),
      span(" "),
    ],
  }
}

/** Only the screens that can be shown now; the one that is shown stands in brackets. */
export const tabRow = (scene: Scene): Row => {
  const gap = scene.columns >= 100 ? "  " : " "
  const parts = screens.flatMap(({ id, title, available }, index): ReadonlyArray<Span> => {
    const name = `${index + 1} ${title}`
    if (id === scene.ui.screen) return [span(`[${name}]`, "strong"), span(gap)]
    return [span(" "), span(name, available(scene) ? "plain" : "dim"), span(" "), span(gap)]
  })
  return parts.length === 0 ? blank : { left: [span(" "), ...parts] }
}

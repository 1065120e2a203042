import type { ExchangeState, FlowState } from "../../../flow/state.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { relativeUrl } from "../../app/short-url.ts"
import type { Theme, Tone } from "../../theme/theme.ts"
import { short, timeOfDay } from "../../ui/millis.ts"
import { type Row, span } from "../../ui/row.ts"

/** Whether the exchange is what made its step fail. */
const atFault = (state: FlowState, { step, request }: ExchangeState): boolean =>
  step !== undefined && state.steps[step].status === "failed" && state.steps[step].exchanges.at(-1) === request.exchange

/** A 401 to the first request is the answer that was hoped for. */
const expected = ({ step, response }: ExchangeState): boolean => step === "probe" && response?.status === 401

const exchangeMark = (state: FlowState, exchange: ExchangeState, theme: Theme): readonly [string, Tone] => {
  const { response } = exchange
  if (response === undefined) return [theme.glyphs.current, "accent"]
  if (response.failure !== undefined || atFault(state, exchange)) return [theme.glyphs.failed, "bad"]
  return (response.status ?? 0) < 400 || expected(exchange)
    ? [theme.glyphs.done, "good"]
    : [theme.glyphs.warning, "warn"]
}

const answer = ({ response, retry }: ExchangeState): string => {
  if (response === undefined) return "..."
  const status = response.status === undefined ? (response.failure?.code ?? "ok") : String(response.status)
  const again = retry === undefined ? "" : ` again in ${short(retry.millis)}`
  return `${status}${again} ${short(response.timings.total).padStart(6)}`
}

/** ` ✓ 12:04:02 GET  /path                 200   41ms` */
export const exchangeRow = (scene: Scene, flow: FlowScene, exchange: ExchangeState, selected: boolean): Row => {
  const { request } = exchange
  const [glyph, tone] = exchangeMark(flow.state, exchange, scene.theme)
  const attempt = request.attempt > 1 ? ` (try ${request.attempt})` : ""
  return {
    left: [
      span(glyph, tone),
      span(` ${timeOfDay(request.at)} `, "dim"),
      span(`${request.method.padEnd(4)} `),
      span(relativeUrl(request.url, flow.state.serverUrl)),
      ...(request.label === undefined ? [] : [span(` ${request.label}`, "accent")]),
      span(attempt, "dim"),
    ],
    right: [span(answer(exchange), tone === "good" ? "plain" : tone)],
    selected,
  }
}

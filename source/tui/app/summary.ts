import { exchangeOf, type FlowState } from "../../flow/state.ts"
import { mainSteps } from "../../flow/step-id.ts"
import { clean } from "../ui/cells.ts"
import { tokenState } from "./facts.ts"

/** What a script would get to know of it: the exit code of the step that failed and was left so, else 0. */
export const exitOf = (state: FlowState | undefined): number => {
  const failed = mainSteps.map((id) => state?.steps[id]).find((step) => step?.status === "failed")
  return failed === undefined ? 0 : (failed.problem?.exit ?? 1)
}

/** What happened, for the lines that stay in the terminal after the full screen is gone. */
export const summary = (state: FlowState | undefined, now: number, storedIn?: string): ReadonlyArray<string> => {
  if (state === undefined) return ["Nothing was sent."]
  const ended = mainSteps.filter((id) => state.steps[id].status === "done")
  const skipped = mainSteps.filter((id) => state.steps[id].status === "skipped")
  const failed = mainSteps.filter((id) => state.steps[id].status === "failed")
  const problem = failed[0] === undefined ? undefined : state.steps[failed[0]].problem
  const { call, result, identity } = state.facts
  return [
    `Server   ${state.serverUrl}`,
    `Steps    ${ended.length} of ${mainSteps.length} done${skipped.length === 0 ? "" : `, ${skipped.length} not needed`}${failed.length === 0 ? "" : `, failed: ${failed.join(", ")}`}`,
    ...(problem === undefined ? [] : [`Problem  ${problem.what} ${problem.remedy[0] ?? ""}`.trimEnd()]),
    ...(identity === undefined ? [] : [`Client   ${identity.client.clientId} at ${identity.client.issuer}`]),
    `Token    ${tokenOf(state, now)}`,
    ...(call === undefined || result === undefined
      ? []
      : [`Call     ${call.tool}: ${result.isError ? "the tool reported an error" : "done"}`]),
    `Traffic  ${state.exchangeCount} HTTP ${state.exchangeCount === 1 ? "request" : "requests"}${lastStatus(state)}`,
    ...(storedIn === undefined || identity === undefined ? [] : [`Stored   ${storedIn}`]),
  ].map((line) => clean(line))
}

const tokenOf = (state: FlowState, now: number): string =>
  tokenState(state, now)
    .replace(/^no token$/, "none")
    .replace(/^token ?/, "") || "of unknown life"

const lastStatus = (state: FlowState): string => {
  const newest = state.exchanges.at(-1)
  const status = newest && exchangeOf(state, newest.request.exchange)?.response?.status
  return status === undefined ? "" : `, the last one answered ${status}`
}

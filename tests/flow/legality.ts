import type { FactName } from "../../source/flow/facts.ts"
import { factSources } from "../../source/flow/facts.ts"
import { bodyRing, exchangeRing, type FlowState, nextStep } from "../../source/flow/state.ts"
import { asideSteps, isMainStep, mainSteps } from "../../source/flow/step-id.ts"

const allSteps = [...mainSteps, ...asideSteps]

/** Facts that may be there before their step: restored from the store, or chosen by the person. */
const ahead: ReadonlySet<FactName> = new Set(["identity", "grant", "call", "request"])

/** Everything about a state that must not be, in words; empty for a legal one. */
export const illegalities = (state: FlowState): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const rule = (holds: boolean, text: string) => {
    if (!holds) wrong.push(text)
  }
  const { running, wait, facts, exchanges, tried, steps } = state

  const inProgress = allSteps.filter((id) => steps[id].status === "running")
  rule(inProgress.length <= 1, `several steps run: ${inProgress}`)
  rule(inProgress[0] === running, `running is ${running}, but ${inProgress[0]} has that status`)
  rule(running !== undefined || state.progress === undefined, "progress while nothing runs")
  for (const id of allSteps) {
    const { status, problem, startedAt } = steps[id]
    rule(problem === undefined || status === "failed", `${id} is ${status} and has a problem`)
    rule(status !== "running" || startedAt !== undefined, `${id} runs since never`)
    rule(status !== "skipped" || isMainStep(id), `the aside ${id} was skipped`)
  }

  if (wait?.kind === "gate") {
    rule(running === undefined, "a gate while a step runs")
    rule(wait.step === nextStep(state), `a gate before ${wait.step}, but ${nextStep(state)} comes next`)
  }
  if (wait?.kind === "browser") rule(running === wait.step, `${wait.step} waits for the browser, but ${running} runs`)

  if (wait?.kind === "question") rule(running === wait.step, `${wait.step} waits for an answer, but ${running} runs`)

  for (const name of Object.keys(facts) as ReadonlyArray<FactName>) {
    const { status } = steps[factSources[name][0]]
    rule(
      ahead.has(name) || ["done", "skipped", "running"].includes(status),
      `${name} is known, but its step is ${status}`,
    )
  }
  rule(state.unproven === undefined || facts.grant !== undefined, "no grant that could be unproven")

  const numbers = exchanges.map(({ request }) => request.exchange)
  rule(numbers.every(Number.isFinite), "an exchange without a number")
  rule(new Set(numbers).size === numbers.length, "two exchanges with one number")
  rule(exchanges.length <= exchangeRing, "the ring of exchanges grows")
  rule(state.exchangeCount >= exchanges.length, "more exchanges than there were")
  const thin = exchanges.slice(0, -bodyRing)
  rule(
    thin.every(({ request, response }) => (request.body?.text ?? "") + (response?.body?.text ?? "") === ""),
    "an old exchange has a body",
  )
  rule(
    exchanges.every(({ request, response }) => response === undefined || response.exchange === request.exchange),
    "an answer beside a request that is not its own",
  )
  rule(tried.stepUps.length === tried.remedies["step-up"], "step-ups and their scopes do not agree")
  return wrong
}

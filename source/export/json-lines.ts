import type { SavedRun } from "./saved-run.ts"

interface Timed {
  readonly at: number
  readonly line: object
}

/** The run as objects, one for a line: first the run, then steps and exchanges in the order in which they ended. */
export const toJsonLines = (run: SavedRun): ReadonlyArray<object> => {
  const steps = run.steps.map(
    ({ endedAt, ...step }): Timed => ({ at: endedAt, line: { type: "step", ...step, endedAt } }),
  )
  const exchanges = run.exchanges.map(({ request, response, step, findings }): Timed => {
    const { exchange, leg, ...sent } = request
    const { exchange: _, ...received } = response ?? { exchange }
    return {
      at: response?.at ?? request.at,
      line: {
        type: "exchange",
        exchange,
        leg,
        step: step ?? null,
        request: sent,
        response: response === undefined ? null : received,
        findings,
      },
    }
  })
  const { serverUrl, startedAt, at: endedAt } = run.state
  return [
    { type: "run", serverUrl, startedAt, endedAt, version: run.version },
    // A step ends at the same moment as its last exchange: the exchange comes first.
    ...[...exchanges, ...steps].toSorted((a, b) => a.at - b.at).map(({ line }) => line),
  ]
}

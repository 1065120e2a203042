import type { FlowState } from "../flow/state.ts"
import type { Line } from "./print.ts"

type Progress = NonNullable<FlowState["progress"]>

const barCells = 24

/** One line for a terminal: a bar where the end is known, the number where it is not, and the server's words. */
export const progressLine = ({ progress, total, message }: Progress, ascii: boolean): Line => {
  const words = message === undefined ? "" : `  ${message}`
  if (total === undefined || !(total > 0)) return { text: `   ${progress}${words}`, role: "dim" }
  const part = Math.min(1, Math.max(0, progress / total))
  const full = Math.round(part * barCells)
  const [done, left] = ascii ? ["#", "-"] : ["█", "░"]
  const bar = done.repeat(full) + left.repeat(barCells - full)
  return { text: `   ${bar} ${String(Math.round(part * 100)).padStart(3)} %${words}`, role: "dim" }
}

/** Milliseconds between two drawings: a server may report as often as it likes, a terminal is for reading. */
const paceMillis = 50

/** Whether a report is worth drawing: the first, the last, and in between not too many. */
export const makePace = () => {
  let drawn = Number.NEGATIVE_INFINITY
  return (at: number, { progress, total }: Progress): boolean => {
    if (at - drawn < paceMillis && progress !== total) return false
    drawn = at
    return true
  }
}

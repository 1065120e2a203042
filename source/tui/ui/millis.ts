export { formatClock as timeOfDay, formatMillis as short } from "../../text/duration.ts"

/** Minutes and seconds that have passed: "0:42". */
export const clock = (millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

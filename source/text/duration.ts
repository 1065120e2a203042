/** Times and sizes as a person reads them. All durations and instants are milliseconds. */

const two = (value: number): string => String(value).padStart(2, "0")

const hoursAndMinutes = (minutes: number): string => `${Math.floor(minutes / 60)} h ${minutes % 60} min`

/** How long something took: `84ms`, `1.2s`, `41 min`, `2 h 3 min`. */
export const formatMillis = (millis: number): string => {
  if (!Number.isFinite(millis)) return "?"
  const whole = Math.max(0, Math.round(millis))
  if (whole < 1_000) return `${whole}ms`
  // 59.96 s would round to "60.0s".
  if (whole < 59_950) return `${(whole / 1_000).toFixed(1)}s`
  const minutes = Math.round(whole / 60_000)
  return minutes < 60 ? `${minutes} min` : hoursAndMinutes(minutes)
}

/** How long something is still good: `59:48`, `2 h 3 min`, `3 d 4 h`, `expired`. Never promises more than is left. */
export const formatExpiry = (millisLeft: number): string => {
  if (Number.isNaN(millisLeft)) return "?"
  if (millisLeft <= 0) return "expired"
  if (millisLeft === Number.POSITIVE_INFINITY) return "never"
  const seconds = Math.floor(millisLeft / 1_000)
  if (seconds < 3_600) return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
  if (seconds < 86_400) return hoursAndMinutes(Math.floor(seconds / 60))
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`
}

const units = ["B", "kB", "MB", "GB", "TB"] as const

/** `512 B`, `1.4 kB`, `64 kB`, `2.3 MB`; thousands, as the limits of the program are counted. */
export const formatBytes = (bytes: number): string => {
  let size = Math.max(0, bytes)
  let unit = 0
  // What would be printed as "1000" belongs to the next unit.
  while (unit < units.length - 1 && size >= (unit === 0 ? 1_000 : 999.5)) {
    size /= 1_000
    unit += 1
  }
  const digits = unit > 0 && size < 9.95 ? 1 : 0
  return `${size.toFixed(digits).replace(/\.0$/, "")} ${units[unit] ?? "B"}`
}

/** Building a formatter costs more than a screen row may. */
const clocks = new Map<string, Intl.DateTimeFormat>()

const clockOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium", hourCycle: "h23" })
  clocks.set(timeZone, made)
  return made
}

/** Time of day, `12:04:01`, in this machine's zone or the IANA zone that is given. */
export const formatClock = (at: number, timeZone?: string): string => {
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return "--:--:--"
  if (timeZone !== undefined) return clockOf(timeZone).format(at)
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

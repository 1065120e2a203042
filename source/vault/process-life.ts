import { spawnSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import { codeOf } from "./trust.ts"

/** Whether the process that wrote something still runs; `elsewhere`: nobody on this machine can tell. */
export type Life = "alive" | "dead" | "elsewhere"

/** A process as others can know it again: its number alone is given to another one after its end. */
export interface Process {
  readonly pid: number
  /** In the system's own words; empty where the system does not tell. */
  readonly started: string
  /** The machine since its last start, and the container: elsewhere the same number is another process. */
  readonly place: string
}

/** State and start of a process out of `/proc/<pid>/stat`; the name in parentheses may hold anything (proc(5)). */
const statOf = (text: string): { readonly state: string; readonly started: string } => {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  return { state: fields[0] ?? "", started: fields[19] ?? "" }
}

type Look = (pid: number) => { readonly state: string; readonly started: string } | undefined

const lookInProc: Look = (pid) => {
  try {
    return statOf(fs.readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return undefined
  }
}

const askPs: Look = (pid) => {
  // No shell, fixed words, one language: the answer is compared byte for byte.
  const options = { encoding: "utf8", env: { ...process.env, LC_ALL: "C", TZ: "UTC" }, timeout: 2_000 } as const
  const { stdout } = spawnSync("ps", ["-o", "stat=,lstart=", "-p", `${pid}`], options)
  const [, state = "", started = ""] = /^\s*(\S+)\s+(\S.*?)\s*$/m.exec(stdout ?? "") ?? []
  return state === "" ? undefined : { state, started }
}

const askSystem: Look = (pid) => {
  try {
    // Signal 0 is never delivered; it only asks.
    process.kill(pid, 0)
    return { state: "", started: "" }
  } catch (error) {
    return codeOf(error) === "ESRCH" ? undefined : { state: "", started: "" }
  }
}

const looks: { readonly [platform: string]: Look } = { linux: lookInProc, win32: askSystem }
const look = looks[process.platform] ?? askPs

const firstLine = (read: () => string): string => {
  try {
    return read().trim()
  } catch {
    return ""
  }
}

let known: Process | undefined

/** This process. */
export const thisProcess = (): Process => {
  known ??= {
    pid: process.pid,
    started: look(process.pid)?.started ?? "",
    place: [
      os.hostname(),
      firstLine(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
      firstLine(() => fs.readlinkSync("/proc/self/ns/pid")),
    ]
      .filter((part) => part !== "")
      .join(" "),
  }
  return known
}

/** Ended, or ended and not yet taken notice of by its parent. */
const gone = /^[ZXx]/

/** Whether that very process still runs. */
export const lifeOf = ({ pid, started, place }: Process): Life => {
  if (place !== thisProcess().place) return "elsewhere"
  const now = look(pid)
  if (now === undefined || gone.test(now.state)) return "dead"
  return started !== "" && now.started !== "" && now.started !== started ? "dead" : "alive"
}

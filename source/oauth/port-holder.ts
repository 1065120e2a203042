import { execFile } from "node:child_process"
import { readdir, readFile, readlink } from "node:fs/promises"
import path from "node:path"
import * as Effect from "effect/Effect"

/** A process that listens on a port. */
export interface PortHolder {
  readonly pid: number
  readonly command: string
}

const listening = "0A"

/** Inodes of the sockets that listen on the port, from the kernel's tables (proc(5)). */
const socketInodes = async (port: number): Promise<ReadonlySet<string>> => {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`
  const inodes = new Set<string>()
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "")
    for (const line of text.split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/)
      if (columns[1]?.endsWith(suffix) === true && columns[3] === listening && columns[9] !== undefined)
        inodes.add(columns[9])
    }
  }
  return inodes
}

const holds = async (pid: string, inodes: ReadonlySet<string>): Promise<boolean> => {
  const folder = `/proc/${pid}/fd`
  for (const fd of await readdir(folder).catch(() => [])) {
    const inode = /^socket:\[(\d+)\]$/.exec(await readlink(`${folder}/${fd}`).catch(() => ""))?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}

const fromProc = async (port: number, signal: AbortSignal): Promise<PortHolder | undefined> => {
  const inodes = await socketInodes(port)
  if (inodes.size === 0) return undefined
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (signal.aborted) return undefined
    if (!(await holds(pid, inodes))) continue
    // The program's name only: arguments of somebody's command line may hold secrets. Node calls its own thread `MainThread`
    // in `comm`, so the file that runs is asked first; only its owner may see it.
    const file = await readlink(`/proc/${pid}/exe`).catch(() => "")
    const command = path.basename(file) || (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim()
    return { pid: Number(pid), command: command || "unknown" }
  }
  return undefined
}

const fromLsof = (port: number, signal: AbortSignal): Promise<PortHolder | undefined> =>
  new Promise((resolve) => {
    execFile("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], { signal }, (_error, output) => {
      const pid = /^p(\d+)$/m.exec(output)?.[1]
      resolve(pid === undefined ? undefined : { pid: Number(pid), command: /^c(.+)$/m.exec(output)?.[1] ?? "unknown" })
    })
  })

/** Who listens on the port, where the system tells within half a second. Windows is not asked. */
export const portHolder = (port: number): Effect.Effect<PortHolder | undefined> => {
  if (process.platform === "win32") return Effect.succeed(undefined)
  const ask = process.platform === "linux" ? fromProc : fromLsof
  return Effect.promise(() => {
    // Real time, as it bounds the system's answer and not a step of the flow.
    const signal = AbortSignal.timeout(500)
    return ask(port, signal).catch(() => undefined)
  })
}

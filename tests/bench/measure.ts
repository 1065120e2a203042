import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { openTerminal } from "../pty/terminal.ts"

/** Seconds that one run of a process took. */
export interface Cost {
  /** User and system time of the process and its children, as the kernel counted them. */
  readonly cpu: number
  /** From the start to the end, or to the moment that was waited for. */
  readonly wall: number
}

// bash's `time` reads what wait4 reports, in milliseconds. The process says its id before it becomes the program, so that
// it can be stopped at a moment.
const timed = `TIMEFORMAT='%U %S'
exec 3>&1 4>&2
{ time sh -c 'echo $$ >"$BENCH_FOLDER/pid"; exec "$@"' sh "$@" 1>&3 2>&4; } 2>"$BENCH_FOLDER/time"`

const environment = (folder: string): Record<string, string> => ({
  PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
  HOME: folder,
  LANG: "C.UTF-8",
  TERM: "xterm-256color",
  BENCH_FOLDER: folder,
})

const cpuIn = (folder: string): number =>
  readFileSync(path.join(folder, "time"), "utf8")
    .trim()
    .split("\n")
    .at(-1)
    ?.split(" ")
    .reduce((sum, seconds) => sum + Number(seconds), 0) ?? Number.NaN

const withFolder = async (work: (folder: string) => Promise<Cost>): Promise<Cost> => {
  const folder = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-bench-"))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a program to its end; it must succeed. The folder is fresh, and gone afterwards. */
export const toTheEnd = (argsIn: (folder: string) => ReadonlyArray<string>): Promise<Cost> =>
  withFolder(
    (folder) =>
      new Promise((resolve, reject) => {
        const before = performance.now()
        const args = argsIn(folder)
        const child = spawn("bash", ["-c", timed, "bash", process.execPath, ...args], {
          env: environment(folder),
          stdio: ["ignore", "pipe", "pipe"],
        })
        const said: Array<Buffer> = []
        child.stdout.on("data", (chunk: Buffer) => said.push(chunk))
        child.stderr.on("data", (chunk: Buffer) => said.push(chunk))
        child.once("error", reject)
        child.once("close", (code) => {
          const wall = (performance.now() - before) / 1000
          if (code === 0) resolve({ cpu: cpuIn(folder), wall })
          else reject(new Error(`${args.join(" ")} ended with ${code}: ${Buffer.concat(said)}`))
        })
      }),
  )

/**
 * Runs a program in a terminal until its screen shows something, and stops it there. `leave`: types this then, and waits
 * for the end instead; the first run does, so that later ones find the compile cache that a real user has.
 */
export const toTheScreen = (args: ReadonlyArray<string>, complete: RegExp, leave?: string): Promise<Cost> =>
  withFolder(async (folder) => {
    const before = performance.now()
    await using terminal = openTerminal({
      program: "bash",
      args: ["-c", timed, "bash", process.execPath, ...args],
      env: environment(folder),
    })
    await terminal.shows(complete)
    const wall = (performance.now() - before) / 1000
    if (leave !== undefined) terminal.write(leave)
    else process.kill(Number(readFileSync(path.join(folder, "pid"), "utf8")), "SIGKILL")
    await terminal.ended
    return { cpu: cpuIn(folder), wall }
  })

import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { inject } from "vitest"
import "./bundle.ts"

/** How a process ended, and everything it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Milliseconds from its last signal (or its start) to its end. */
  readonly millis: number
  /** The one JSON document on standard output; throws when there is anything else. */
  readonly document: () => Record<string, unknown>
}

export interface Running {
  readonly pid: number
  readonly end: Promise<Ended>
  /** The first match in what was said so far or will be said. Rejects when the process ends without it. */
  readonly says: (stream: "stdout" | "stderr", pattern: RegExp) => Promise<RegExpExecArray>
  readonly write: (text: string) => void
  readonly kill: (signal: NodeJS.Signals) => void
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  /** Everything on standard input; without it the input is closed at once. `"open"` keeps it open for `write`. */
  readonly input?: string
  readonly cwd?: string
}

/** A folder that is gone after the test. */
export const temporaryFolder = (): Disposable & { readonly path: string; readonly file: (name: string) => string } => {
  const folder = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-test-"))
  return {
    path: folder,
    file: (name) => path.join(folder, name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * Nothing of the machine that runs the tests gets in: no CI variables, no settings of the developer, no browser. The home
 * folder does not exist, so that a test which names no store cannot touch a real one.
 */
const cleanEnvironment = {
  PATH: `${path.dirname(process.execPath)}${path.delimiter}/usr/bin${path.delimiter}/bin`,
  HOME: "/dev/null/home",
  LANG: "C.UTF-8",
  TMPDIR: tmpdir(),
  BROWSER: "/nonexistent/browser",
}

/** One JSON document from each line. */
export const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

const documentIn = (stdout: string): Record<string, unknown> => {
  if (!stdout.endsWith("\n") || stdout.indexOf("\n") !== stdout.length - 1)
    throw new Error(`not exactly one line on standard output: ${JSON.stringify(stdout)}`)
  return JSON.parse(stdout)
}

/** Starts the real bin of the bundle. */
export const start = (args: ReadonlyArray<string>, surroundings: Surroundings = {}): Running => {
  const { env, input, cwd } = surroundings
  const child = spawn(process.execPath, [path.join(inject("dist"), "bin.js"), ...args], {
    env: { ...cleanEnvironment, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const said = { stdout: "", stderr: "" }
  const listeners = new Set<() => void>()
  const heard = () => {
    for (const listener of listeners) listener()
  }
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8")
    child[stream].on("data", (text: string) => {
      said[stream] += text
      heard()
    })
  }
  // A process that has ended already reads nothing more.
  child.stdin.on("error", () => {})
  if (input !== "open") child.stdin.end(input ?? "")
  let since = performance.now()
  let ended: Ended | undefined
  const end = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => {
      ended = { code, signal, ...said, millis: performance.now() - since, document: () => documentIn(said.stdout) }
      heard()
      resolve(ended)
    })
  })
  return {
    pid: child.pid ?? 0,
    end,
    says: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(said[stream])
          if (match !== null) resolve(match)
          else if (ended !== undefined)
            reject(new Error(`ended with ${ended.code} without ${pattern}:\n${said.stdout}\n${said.stderr}`))
          else return
          listeners.delete(look)
        }
        listeners.add(look)
        look()
      }),
    write: (text) => child.stdin.write(text),
    kill: (signal) => {
      since = performance.now()
      child.kill(signal)
    },
  }
}

/** Runs one command line to its end. */
export const run = (args: ReadonlyArray<string>, surroundings: Surroundings = {}): Promise<Ended> =>
  start(args, surroundings).end

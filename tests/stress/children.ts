import { type ChildProcess, fork, spawn } from "node:child_process"
import { once } from "node:events"
import path from "node:path"

const file = (name: string): string => path.join(import.meta.dirname, name)

/** What the mock counted since it was asked last. */
export interface Tally {
  readonly refreshes: number
  readonly expiries: number
  readonly refused: ReadonlyArray<string>
  readonly signIns: number
  readonly registrations: number
  readonly calls: number
}

const answer = async (child: ChildProcess, question?: string): Promise<Record<string, unknown>> => {
  const reply = once(child, "message")
  if (question !== undefined) child.send(question)
  const [message] = await reply
  return message
}

/** The mock in a process of its own. */
export const startServer = async (lifetime: number) => {
  const child = fork(file("mock.ts"), [`${lifetime}`], { execArgv: ["--no-warnings"] })
  const { url } = (await answer(child)) as { url: string }
  return {
    url,
    expire: () => child.send("expire"),
    /** Ends the grant: both its tokens, before their time. */
    revoke: () => child.send("revoke"),
    tally: async () => (await answer(child, "tally")) as unknown as { tally: Tally; endsAt: number },
    close: async () => {
      child.send("close")
      await once(child, "exit")
    },
  }
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** One run of the bundled program. Its home does not exist, so that no store but the named one can be touched. */
export const startProgram = (bin: string, args: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { PATH: process.env.PATH, HOME: "/dev/null/home", BROWSER: "/nonexistent/browser" },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const said = { out: "", err: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text
  })
  const end = once(child, "close").then(([code, signal]): Ended => ({ code, signal, ...said }))
  return { pid: child.pid, end, kill: () => child.kill("SIGKILL") }
}

/** A process that writes one record until it is killed; `told` hears each write that it says is done. */
export const startWriter = async (script: string, store: string, told: (count: number) => void) => {
  const child = fork(script, [store])
  child.on("message", (message) => {
    if (typeof message === "number") told(message)
  })
  await once(child, "message")
  return {
    pid: child.pid,
    kill: async () => {
      const exit = once(child, "close")
      child.kill("SIGKILL")
      await exit
    },
  }
}

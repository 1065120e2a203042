import { type ChildProcess, spawn } from "node:child_process"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { longestBody } from "./limits.ts"
import { type StdioCommand, stdioUrl } from "./stdio-command.ts"

export interface ChildOptions extends StdioCommand {
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string | undefined
  /** Each line of standard output. */
  readonly onLine: (line: string) => void
  /** Each line of standard error: it is a log, and no sign of a failure (MR-62). */
  readonly onErrorLine: (line: string) => void
  /** The process is gone, and its output was read; why, in words. */
  readonly onExit: (detail: string) => void
}

export interface Child {
  readonly alive: () => boolean
  /** Whether a handshake was begun with this very process. */
  initialized: boolean
  readonly send: (line: string) => void
  readonly stop: Effect.Effect<void>
}

/** Milliseconds that a server has to end by itself, then to obey, then to be gone (MR-63). */
const graceMillis = 2000
/** Milliseconds in which output that is still in the pipe may arrive after the process ended. */
const drainMillis = 100

/** Lines as they become complete; a line that outgrows every limit is dropped up to its end. */
const lineReader = (onLine: (line: string) => void) => {
  const decoder = new TextDecoder("utf-8")
  let pending = ""
  let overlong = false
  return (chunk: Uint8Array): void => {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split("\n")
    pending = lines.pop() ?? ""
    for (const line of lines) {
      if (overlong) onLine("")
      else onLine(line.endsWith("\r") ? line.slice(0, -1) : line)
      overlong = false
    }
    if (pending.length <= longestBody) return
    pending = ""
    overlong = true
  }
}

/** The program and whatever it started: it leads a process group of its own. */
const signal = (child: ChildProcess, name: "SIGTERM" | "SIGKILL"): void => {
  try {
    if (process.platform === "win32" || child.pid === undefined) child.kill(name)
    else process.kill(-child.pid, name)
  } catch {
    // Gone already.
  }
}

const ended = (code: number | null, name: string | null): string =>
  name === null ? `it ended with status ${code}` : `it was ended by ${name}`

/** Starts a local server, without a shell and in a process group of its own. */
export const startChild = (options: ChildOptions): Effect.Effect<Child, McpFailure> =>
  Effect.gen(function* () {
    const gone = yield* Deferred.make<string>()
    const drained = yield* Deferred.make<void>()
    const child = spawn(options.command, [...options.args], {
      env: { ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    })
    let alive = true
    // Writing to a server that is gone; that it is gone is told once, by its end.
    child.stdin.on("error", () => undefined)
    child.stdout.on("data", lineReader(options.onLine))
    child.stderr.on("data", lineReader(options.onErrorLine))
    child.once("exit", (code, name) => {
      alive = false
      Deferred.doneUnsafe(gone, Effect.succeed(ended(code, name)))
    })
    child.once("close", () => Deferred.doneUnsafe(drained, Effect.void))

    yield* Effect.callback<void, McpFailure>((resume) => {
      child.once("spawn", () => resume(Effect.void))
      child.once("error", (error) =>
        resume(Effect.fail(mcpFailure("server_not_started", { url: stdioUrl(options), detail: error.message }))),
      )
    })
    yield* Deferred.await(gone).pipe(
      Effect.tap(() => Effect.timeoutOption(Deferred.await(drained), drainMillis)),
      Effect.flatMap((detail) => Effect.sync(() => options.onExit(detail))),
      Effect.forkDetach,
    )

    const within = Effect.timeoutOption(Deferred.await(gone), graceMillis)
    return {
      alive: () => alive,
      initialized: false,
      send: (line) => void child.stdin.write(`${line}\n`),
      stop: Effect.gen(function* () {
        child.stdin.end()
        yield* within
        if (alive) signal(child, "SIGTERM")
        yield* within
        // Also for what the program left behind in its group.
        signal(child, "SIGKILL")
        yield* within
        child.stdout.destroy()
        child.stderr.destroy()
      }),
    }
  })

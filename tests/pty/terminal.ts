import { tmpdir } from "node:os"
import path from "node:path"
import { type IPty, spawn } from "@lydell/node-pty"
import headless from "@xterm/headless"

// A real pseudo-terminal with a program in it, and a real terminal emulator in front of it that can be read.

export interface TerminalOptions {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Ended {
  readonly code: number
  readonly signal: number
}

export interface Terminal extends AsyncDisposable {
  readonly pid: number
  /** What can be seen now: one line per row, without blanks at the ends of lines. */
  readonly screen: () => string
  /** The line that the cursor stands on. */
  readonly cursorLine: () => string
  /** Everything that was ever received, with its control sequences. */
  readonly received: () => string
  /** Whether the alternate screen is on, the cursor is to be seen, and pasting is bracketed. */
  readonly modes: () => { readonly alternate: boolean; readonly cursor: boolean; readonly paste: boolean }
  /** The screen as soon as it matches. Rejects with what was seen when time is up or the program has ended. */
  readonly shows: (pattern: RegExp, millis?: number) => Promise<string>
  /** The same for the line of the cursor. */
  readonly cursorShows: (pattern: RegExp, millis?: number) => Promise<string>
  /** Sends bytes as a keyboard would. */
  readonly write: (text: string) => void
  readonly resize: (columns: number, rows: number) => void
  readonly kill: (signal: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGKILL") => void
  readonly ended: Promise<Ended>
}

/** What a keyboard sends for a key that has a name. */
export const keys = {
  Enter: "\r",
  Tab: "\t",
  ShiftTab: "\u001b[Z",
  Space: " ",
  Backspace: "\u007f",
  Delete: "\u001b[3~",
  Insert: "\u001b[2~",
  Escape: "\u001b",
  Up: "\u001b[A",
  Down: "\u001b[B",
  Right: "\u001b[C",
  Left: "\u001b[D",
  PageUp: "\u001b[5~",
  PageDown: "\u001b[6~",
  CtrlC: "\u0003",
} as const

/** Nothing of the machine that runs the tests gets in, least of all CI variables. */
const cleanEnvironment = (): Record<string, string> => ({
  PATH: [path.dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(path.delimiter),
  HOME: "/dev/null/home",
  LANG: "C.UTF-8",
  TMPDIR: tmpdir(),
  BROWSER: "/nonexistent/browser",
})

const patience = 15_000

/** Starts a program in a terminal of its own. Disposing kills it if it still runs. */
export const openTerminal = (options: TerminalOptions): Terminal => {
  const { columns = 100, rows = 30 } = options
  const emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 })
  const child: IPty = spawn(options.program, [...options.args], {
    // Becomes TERM, whatever the environment says.
    name: options.env?.TERM ?? "xterm-256color",
    cols: columns,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env: { ...cleanEnvironment(), ...options.env },
  })
  const listeners = new Set<() => void>()
  let received = ""
  let over: Ended | undefined
  let pending = 0
  const changed = () => {
    for (const listener of listeners) listener()
  }
  child.onData((chunk) => {
    received += chunk
    pending += 1
    emulator.write(chunk, () => {
      pending -= 1
      changed()
    })
  })
  // Answers of the emulator to the program's questions (cursor position, colours).
  emulator.onData((answer) => {
    if (over === undefined) child.write(answer)
  })
  const ended = new Promise<Ended>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      over = { code: exitCode, signal: signal ?? 0 }
      // What came last has to be on the screen as well.
      emulator.write("", () => {
        changed()
        resolve({ code: exitCode, signal: signal ?? 0 })
      })
    })
  })

  const lineAt = (row: number) => emulator.buffer.active.getLine(row)?.translateToString(true).trimEnd() ?? ""
  const screen = () => {
    const top = emulator.buffer.active.viewportY
    return Array.from({ length: emulator.rows }, (_, row) => lineAt(top + row)).join("\n")
  }
  const cursorLine = () => lineAt(emulator.buffer.active.baseY + emulator.buffer.active.cursorY)

  /** Between the marks of a synchronized update, or before all of it was read, a screen is half the old and half the new. */
  const isTorn = () =>
    over === undefined && (pending > 0 || received.lastIndexOf("\u001b[?2026h") > received.lastIndexOf("\u001b[?2026l"))

  const until = (look: () => string, pattern: RegExp, millis: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const fail = (why: string) => {
        stop()
        reject(new Error(`${why} ${pattern}:\n${screen()}`))
      }
      const timer = setTimeout(() => fail(`${millis} ms without`), millis)
      const stop = () => {
        clearTimeout(timer)
        listeners.delete(check)
      }
      const check = () => {
        if (isTorn()) return
        const seen = look()
        if (pattern.test(seen)) {
          stop()
          resolve(seen)
        } else if (over !== undefined && pending === 0) fail(`ended with ${over.code}, signal ${over.signal}, without`)
      }
      listeners.add(check)
      check()
    })

  return {
    pid: child.pid,
    screen,
    cursorLine,
    received: () => received,
    modes: () => ({
      alternate: emulator.buffer.active.type === "alternate",
      cursor: received.lastIndexOf("\u001b[?25l") <= received.lastIndexOf("\u001b[?25h"),
      paste: emulator.modes.bracketedPasteMode,
    }),
    shows: (pattern, millis = patience) => until(screen, pattern, millis),
    cursorShows: (pattern, millis = patience) => until(cursorLine, pattern, millis),
    write: (text) => child.write(text),
    resize: (newColumns, newRows) => {
      emulator.resize(newColumns, newRows)
      child.resize(newColumns, newRows)
    },
    kill: (signal) => child.kill(signal),
    ended,
    [Symbol.asyncDispose]: async () => {
      if (over === undefined) child.kill("SIGKILL")
      await ended
      emulator.dispose()
    },
  }
}

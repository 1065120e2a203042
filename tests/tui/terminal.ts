import { EventEmitter } from "node:events"
import headless from "@xterm/headless"

// The screen in this process: Ink writes into a terminal emulator instead of a terminal, and reads what a test types.

// Ink and its colour library change their ways where they believe to run in CI.
for (const name of ["CI", "CONTINUOUS_INTEGRATION", "TMUX", "NO_COLOR"]) delete process.env[name]
process.env.TZ = "UTC"

/** A keyboard as Ink wants it: a readable terminal in raw mode. */
class Keyboard extends EventEmitter {
  readonly isTTY = true
  raw = false
  private chunks: Array<string> = []
  setEncoding() {}
  setRawMode(on: boolean) {
    this.raw = on
    return this
  }
  resume() {
    return this
  }
  pause() {
    return this
  }
  ref() {}
  unref() {}
  read(): string | null {
    return this.chunks.shift() ?? null
  }
  send(text: string) {
    // While the full screen is away, the terminal gives whole lines.
    if (this.listenerCount("data") > 0) this.emit("data", text)
    else {
      this.chunks.push(text)
      this.emit("readable")
    }
  }
}

/** A terminal's output side, drawn by the emulator. */
class Display extends EventEmitter {
  readonly isTTY = true
  readonly writable = true
  received = ""
  /** Calls of write, to prove that nothing is drawn while nothing happens. */
  writes = 0
  pending = 0
  private readonly emulator: InstanceType<typeof headless.Terminal>
  constructor(emulator: InstanceType<typeof headless.Terminal>) {
    super()
    this.emulator = emulator
  }
  get columns() {
    return this.emulator.cols
  }
  get rows() {
    return this.emulator.rows
  }
  write(chunk: string | Uint8Array, ...rest: ReadonlyArray<unknown>): boolean {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8")
    this.received += text
    this.writes += 1
    this.pending += 1
    const callback = rest.find((part) => typeof part === "function") as (() => void) | undefined
    this.emulator.write(text, () => {
      this.pending -= 1
      this.emit("drawn")
      callback?.()
    })
    return true
  }
}

export const keys = {
  Enter: "\r",
  Tab: "\t",
  ShiftTab: "\u001b[Z",
  Esc: "\u001b",
  Up: "\u001b[A",
  Down: "\u001b[B",
  Right: "\u001b[C",
  Left: "\u001b[D",
  PageDown: "\u001b[6~",
  Backspace: "\u007f",
  CtrlC: "\u0003",
} as const

const patience = 5000

export const makeTerminal = (columns: number, rows: number) => {
  const emulator = new headless.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    convertEol: true,
    scrollback: 200,
  })
  const stdin = new Keyboard()
  const stdout = new Display(emulator)

  const cells = (): ReadonlyArray<string> => {
    const buffer = emulator.buffer.active
    return Array.from(
      { length: emulator.rows },
      (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(false) ?? "",
    )
  }
  const screen = () => cells().join("\n")

  /** The screen as soon as it matches. */
  const shows = (pattern: RegExp, absent = false): Promise<string> =>
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        stdout.off("drawn", check)
      }
      const check = () => {
        if (stdout.pending > 0 || pattern.test(screen()) === absent) return
        stop()
        resolve(screen())
      }
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`${absent ? "still" : "never"} ${pattern}:\n${screen()}`))
      }, patience)
      stdout.on("drawn", check)
      check()
    })

  return {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    screen,
    /** Every row with its blanks, to see that each is as wide as the terminal. */
    cells,
    shows,
    /** Waits until nothing has been drawn for that many milliseconds: for keys of which one does not know what they change. */
    settles: (millis: number): Promise<void> =>
      new Promise((resolve) => {
        const stop = () => {
          stdout.off("drawn", again)
          resolve()
        }
        let timer = setTimeout(stop, millis)
        const again = () => {
          clearTimeout(timer)
          timer = setTimeout(stop, millis)
        }
        stdout.on("drawn", again)
      }),
    gone: (pattern: RegExp) => shows(pattern, true),
    type: (text: string) => stdin.send(text),
    paste: (text: string) => stdin.send(`\u001b[200~${text}\u001b[201~`),
    resize: (newColumns: number, newRows: number) => {
      emulator.resize(newColumns, newRows)
      stdout.emit("resize")
    },
    received: () => stdout.received,
    writes: () => stdout.writes,
    isRaw: () => stdin.raw,
    isAlternate: () => emulator.buffer.active.type === "alternate",
    /** Whether the cell at the first match is drawn in reverse video, and in bold. */
    styleOf: (pattern: RegExp) => {
      const rows = cells()
      const row = rows.findIndex((line) => pattern.test(line))
      const column = rows[row]?.search(pattern) ?? -1
      const cell = emulator.buffer.active.getLine(emulator.buffer.active.viewportY + row)?.getCell(column)
      return { reverse: cell?.isInverse() !== 0, bold: cell?.isBold() !== 0, coloured: cell?.isFgDefault() === false }
    },
  }
}

export type TestTerminal = ReturnType<typeof makeTerminal>

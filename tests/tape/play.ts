import { keys, openTerminal } from "../pty/terminal.ts"
import type { Command, Tape } from "./tape.ts"

export interface PlayOptions {
  /** Folder whose `mcp-dcr-tui` is the program that the tape starts. */
  readonly bin: string
  /** Longest sleep in milliseconds: sleeping is for viewers. */
  readonly maxSleep?: number
}

export interface Played {
  /** The screens at the places where the tape takes pictures, by file name. */
  readonly screenshots: ReadonlyMap<string, string>
  /** Everything the terminal received. */
  readonly received: string
}

/** As VHS starts it: bash without anybody's settings. */
const shell = ["--noprofile", "--norc", "--login", "+o", "history"]

/** Plays a tape in a real pseudo-terminal. Rejects at the first Wait that is not answered, with its line. */
export const playTape = async (tape: Tape, options: PlayOptions): Promise<Played> => {
  const given = tape.commands.flatMap((command) => (command.kind === "env" ? [[command.name, command.value]] : []))
  const timeout = tape.commands.find((command) => command.kind === "set" && command.name === "WaitTimeout")
  const patience = timeout?.kind === "set" ? Number.parseFloat(timeout.value) * 1000 : 15_000
  await using terminal = openTerminal({
    program: "bash",
    args: shell,
    columns: tape.size?.columns ?? 100,
    rows: tape.size?.rows ?? 30,
    env: {
      ...Object.fromEntries(given),
      PATH: `${options.bin}:/usr/bin:/bin`,
      PS1: "> ",
      BASH_SILENCE_DEPRECATION_WARNING: "1",
    },
  })
  await terminal.cursorShows(/^>/)
  const screenshots = new Map<string, string>()

  const perform = async (command: Command): Promise<void> => {
    switch (command.kind) {
      case "type":
        for (const character of command.text) terminal.write(character)
        return
      case "key":
        for (let count = 0; count < command.count; count += 1) terminal.write(keys[command.key])
        return
      case "ctrl":
        return terminal.write(String.fromCharCode(command.key.charCodeAt(0) - 0x40))
      case "shiftTab":
        return terminal.write(keys.ShiftTab)
      case "sleep":
        return await new Promise((resolve) => setTimeout(resolve, Math.min(command.millis, options.maxSleep ?? 50)))
      case "wait": {
        const shows = command.scope === "Screen" ? terminal.shows : terminal.cursorShows
        await shows(command.pattern, command.millis ?? patience)
        return
      }
      case "screenshot":
        screenshots.set(command.file, terminal.screen())
        return
      default:
        return
    }
  }

  for (const command of tape.commands) {
    try {
      await perform(command)
    } catch (error) {
      throw new Error(`line ${command.line}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { screenshots, received: terminal.received() }
}

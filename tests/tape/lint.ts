import type { Command, Complaint, KeyName, Tape } from "./tape.ts"

/** Names of keys in the registry of the screen, where the tape language has others. */
const registryNames: Readonly<Partial<Record<KeyName, string>>> = {
  Escape: "Esc",
  PageUp: "PgUp",
  PageDown: "PgDn",
}

/** Bound by the dispatcher itself, on every screen. */
const everywhere = ["Ctrl+C"]

/** The key that a command presses inside the program, or undefined where it presses none. */
const pressed = (command: Command): string | undefined => {
  switch (command.kind) {
    case "key":
      return registryNames[command.key] ?? command.key
    case "ctrl":
      return `Ctrl+${command.key}`
    case "shiftTab":
      return "S-Tab"
    case "type":
      return command.text.length === 1 ? command.text : undefined
    default:
      return undefined
  }
}

/** From the Enter that starts the program to the end: what is pressed goes to its screen. */
const inside = (commands: ReadonlyArray<Command>): ReadonlyArray<Command> => {
  const typed = commands.findIndex(({ kind }) => kind === "type")
  return typed === -1 ? [] : commands.slice(typed + 2)
}

/**
 * What a reader of the tape would trip over although VHS would not say so: keys that no screen knows, actions whose effect
 * nobody waited for, and words for the machine of the recorder.
 */
export const lintTape = (tape: Tape, boundKeys: ReadonlySet<string>): ReadonlyArray<Complaint> => {
  const bound = new Set([...boundKeys, ...everywhere])
  const unbound = inside(tape.commands).flatMap((command) => {
    const key = pressed(command)
    return key === undefined || bound.has(key) ? [] : [{ line: command.line, text: `no screen knows the key ${key}` }]
  })
  const firstAction = tape.commands.find(({ kind }) => kind !== "output" && kind !== "require" && kind !== "set")
  const hidden =
    firstAction === undefined || firstAction.kind === "hide"
      ? []
      : [{ line: firstAction.line, text: "the first action has to be Hide, or the start-up is recorded" }]
  const actions = tape.commands.filter(({ kind }) => kind !== "sleep" && kind !== "show" && kind !== "hide")
  const unseen = actions.flatMap((command, index) =>
    command.kind === "screenshot" && actions[index - 1]?.kind !== "wait"
      ? [{ line: command.line, text: "a Screenshot without a Wait before it may show a stale frame" }]
      : [],
  )
  const last = actions.at(-1)
  const open =
    last?.kind === "wait"
      ? []
      : [{ line: last?.line ?? 1, text: "the last action has to be a Wait: else nothing shows that it worked" }]
  const ci = tape.commands.flatMap((command) =>
    command.kind === "env" && /^(?:CI|CONTINUOUS_INTEGRATION)$/.test(command.name)
      ? [{ line: command.line, text: `${command.name} belongs to a build machine, not to a demo` }]
      : [],
  )
  return [...unbound, ...hidden, ...unseen, ...open, ...ci]
}

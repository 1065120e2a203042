import { createHash } from "node:crypto"
import { lstatSync, writeFileSync } from "node:fs"
import path from "node:path"
import readline from "node:readline"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { LocalServer } from "../flow/target.ts"
import { commandLine, splitCommand } from "../mcp/stdio-command.ts"
import { secret } from "../text/secret.ts"
import { defaultDirectory } from "../vault/directory.ts"
import { makeDirectory } from "../vault/place.ts"
import { usageFailure } from "./failure.ts"
import { outputOf } from "./output.ts"
import { line, makePrinter } from "./print.ts"
import type { ServerInput } from "./settings.ts"
import { somebodyReads } from "./somebody-reads.ts"

/** `--stdio`: the program to start, and the variables of our environment that it may see (CR-2, CR-121). */
export const localServerOf = Effect.fn("commands.localServer")(function* (input: ServerInput) {
  if (Option.isNone(input.stdio)) return undefined
  if (Option.isSome(input.url) || Option.isSome(input.serverUrl)) return yield* usageFailure("stdio_and_url")
  const split = splitCommand(input.stdio.value)
  if (Result.isFailure(split)) return yield* usageFailure("stdio_invalid", { detail: split.failure })
  const missing = input.env.find((name) => process.env[name] === undefined)
  if (missing !== undefined) return yield* usageFailure("env_missing", { received: missing })
  const env = input.env.map((name) => [name, secret(name, process.env[name] ?? "")] as const)
  return { ...split.success, env: Object.fromEntries(env) } satisfies LocalServer
})

/** Remembers one exact command in one folder, where a relative path means the same program. Holds no argument. */
const approvalIn = (directory: string, { command, args }: LocalServer): string => {
  const identity = JSON.stringify([command, args, process.cwd()])
  return path.join(directory, `command-${createHash("sha256").update(identity).digest("hex").slice(0, 32)}.approved`)
}

const isApproved = (file: string): boolean => {
  const found = lstatSync(file, { throwIfNoEntry: false })
  const ours = process.getuid === undefined || found?.uid === process.getuid()
  return found?.isFile() === true && ours
}

/** A command that cannot be remembered is asked about again. */
const remember = (directory: string, file: string, at: number): void => {
  if (makeDirectory(directory) !== undefined) return
  try {
    writeFileSync(file, `${JSON.stringify({ approvedAt: at })}\n`, { mode: 0o600, flag: "wx" })
  } catch {
    // See above.
  }
}

/** One key of a person who has read what stands above. */
const confirmed = (): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const answers = readline.createInterface({ input: process.stdin })
    answers.once("line", (typed) => {
      resume(Effect.succeed(/^\s*y(es)?\s*$/i.test(typed)))
      answers.close()
    })
    answers.once("close", () => resume(Effect.succeed(false)))
    return Effect.sync(() => answers.close())
  }).pipe(Effect.ensuring(Effect.sync(() => process.stdin.pause())))

/**
 * Shows the exact command before its first run and waits for a yes (CR-121). Where nobody can be asked, `--yes` is one; else
 * fails with `stdio_unapproved`, and nothing was started.
 */
export const approve = Effect.fn("commands.approve")(function* (server: LocalServer, input: ServerInput) {
  if (input.yes) return
  const directory = input.noStore ? undefined : path.resolve(Option.getOrElse(input.store, () => defaultDirectory()))
  const file = directory === undefined ? undefined : approvalIn(directory, server)
  if (file !== undefined && isApproved(file)) return
  const whole = commandLine(server)
  if (input.noInput || !somebodyReads()) return yield* usageFailure("stdio_unapproved", { received: whole })
  const names = Object.keys(server.env)
  makePrinter(outputOf(input)).err([
    line("? This starts a program on this machine, with your rights:", "title"),
    line(""),
    // Every printer has a longest line; of this one nothing may be left out.
    ...(whole.match(/.{1,1000}/gsu) ?? []).map((part) => line(part)),
    line(""),
    line(`  in ${process.cwd()}`, "dim"),
    ...(names.length === 0 ? [] : [line(`  with your ${names.join(", ")}`, "dim")]),
    line("  Start it? [y/N]", "title"),
  ])
  if (!(yield* confirmed())) return yield* usageFailure("stdio_declined", { received: whole })
  if (directory !== undefined && file !== undefined) remember(directory, file, yield* Clock.currentTimeMillis)
})

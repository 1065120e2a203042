import { spawn } from "node:child_process"
import { accessSync, constants, statSync } from "node:fs"
import path from "node:path"
import * as Effect from "effect/Effect"
import type { OAuthFailure } from "./failure.ts"
import { safeToOpen } from "./openable-url.ts"

/** Whether a browser was started. `opened: true` is all that can be known: nobody tells us what it shows. */
export type Opened =
  | { readonly opened: true; readonly program: string }
  | { readonly opened: false; readonly why: string }

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Opener {
  readonly program: string
  readonly args: ReadonlyArray<string>
}

/** The platform's own openers, tried in order; each takes the URL as its last argument, without a shell (CR-119). */
const openers: Readonly<Partial<Record<NodeJS.Platform, ReadonlyArray<Opener>>>> = {
  darwin: [{ program: "/usr/bin/open", args: [] }],
  win32: [{ program: "rundll32.exe", args: ["url.dll,FileProtocolHandler"] }],
  linux: [
    { program: "xdg-open", args: [] },
    { program: "wslview", args: [] },
  ],
}
const otherUnix: ReadonlyArray<Opener> = [{ program: "xdg-open", args: [] }]

const runnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The absolute path of a program, so that the one that is started is the one that was found. */
const locate = (program: string, machine: Machine): string | undefined => {
  if (path.isAbsolute(program)) return runnable(program) ? program : undefined
  if (program.includes("/")) return runnable(path.resolve(program)) ? path.resolve(program) : undefined
  const folders =
    machine.platform === "win32"
      ? [path.join(machine.env.SystemRoot ?? "C:\\Windows", "System32")]
      : (machine.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  return folders.map((folder) => path.join(folder, program)).find(runnable)
}

/** `$BROWSER`: a path, or a program with arguments of its own. `%s` needs no replacing: the URL always comes last. */
const chosenByUser = (text: string, machine: Machine): Opener => {
  if (locate(text, machine) !== undefined) return { program: text, args: [] }
  const [program = "", ...args] = text.split(/\s+/).filter((word) => word !== "" && word !== "%s")
  return { program, args }
}

/** The command for this machine, or why there is none. */
export const openerFor = (machine: Machine): Opener | string => {
  const chosen = machine.env.BROWSER?.trim()
  const candidates =
    chosen === undefined || chosen === "" ? (openers[machine.platform] ?? otherUnix) : [chosenByUser(chosen, machine)]
  for (const { program, args } of candidates) {
    const found = locate(program, machine)
    if (found !== undefined) return { program: found, args }
  }
  return chosen === undefined || chosen === ""
    ? "This machine has no program that opens a browser."
    : `$BROWSER names ${candidates[0]?.program ?? chosen}, which is not a program here.`
}

/** An opener that still runs after this long is the browser itself. */
const patience = "2 seconds"

const start = (opener: Opener, url: string, machine: Machine): Effect.Effect<Opened> =>
  Effect.callback<Opened>((resume) => {
    const failed = (why: string) => resume(Effect.succeed({ opened: false, why }))
    const child = spawn(opener.program, [...opener.args, url], {
      detached: true,
      stdio: "ignore",
      shell: false,
      windowsHide: true,
      env: machine.env,
    })
    child.once("error", (error: NodeJS.ErrnoException) => failed(`${opener.program}: ${error.code ?? error.message}`))
    child.once("exit", (code, signal) =>
      code === 0
        ? resume(Effect.succeed({ opened: true, program: opener.program }))
        : failed(`${opener.program} ended with ${signal ?? code}.`),
    )
    // Neither cancelling nor the end of this program closes the person's browser.
    child.unref()
  }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.succeed<Opened>({ opened: true, program: opener.program }),
    }),
  )

const thisMachine = (): Machine => ({ platform: process.platform, env: process.env })

/**
 * Opens the address in the person's own browser (RFC 8252 §8.12). An opener that is missing or fails is reported, not
 * fatal (CR-120); answers within two seconds. Fails only with `unsafe_authorization_url`, before anything is started.
 */
export const openBrowser = Effect.fn("oauth.openBrowser")(function* (
  url: string,
  machine: Machine = thisMachine(),
): Effect.fn.Return<Opened, OAuthFailure> {
  const safe = yield* Effect.fromResult(safeToOpen(url))
  const opener = openerFor(machine)
  return typeof opener === "string" ? { opened: false, why: opener } : yield* start(opener, safe, machine)
})

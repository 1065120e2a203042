import { type ChildProcess, spawn } from "node:child_process"
import path from "node:path"

// Other processes with the same store: the program's own modules, run by this Node without a bundle.

const at = (file: string): string => JSON.stringify(path.resolve(file))

/** A script with the vault at hand; what it gives back is written to standard output as JSON, findings to standard error. */
export const vaultScript = (directory: string, body: string): string => `
  import * as Effect from "effect/Effect"
  import { Findings } from ${at("source/text/finding.ts")}
  import { Vault } from ${at("source/vault/vault.ts")}
  import { entry, grant, key } from ${at("tests/vault/records.ts")}
  import { reveal } from ${at("source/text/secret.ts")}
  const say = (word) => process.stdout.write(word + "\\n")
  const heard = () => new Promise((resolve) => process.stdin.once("data", resolve))
  const found = await Effect.runPromise(Effect.gen(function* () { const vault = yield* Vault; ${body} }).pipe(
    Effect.provide(Vault.layer({ directory: ${JSON.stringify(directory)} })),
    Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => console.error(finding.text)) })))
  process.stdout.write(JSON.stringify(found ?? null))
  process.stdin.pause()`

const nodeArguments = ["--no-warnings", "--experimental-strip-types", "--input-type=module", "-e"]

/** Starts one; `until` waits for a word on its standard output, `end` for its end. */
export const startScript = (script: string) => {
  const child: ChildProcess = spawn(process.execPath, [...nodeArguments, script], { stdio: "pipe" })
  let out = ""
  let err = ""
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }))
  })
  child.stderr?.on("data", (chunk) => {
    err += chunk
  })
  child.stdout?.on("data", (chunk) => {
    out += chunk
    child.emit("said")
  })
  return {
    pid: child.pid ?? 0,
    signal: (name: NodeJS.Signals) => child.kill(name),
    tell: (word: string) => child.stdin?.write(`${word}\n`),
    until: (word: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (out.includes(word)) resolve()
        }
        child.on("said", look)
        child.once("close", () => reject(new Error(`ended without "${word}": ${err}`)))
        look()
      }),
    end: ended,
  }
}

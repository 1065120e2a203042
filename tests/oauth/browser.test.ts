import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { openBrowser, openerFor } from "../../source/oauth/browser.ts"

const url = "https://as.example/authorize?a=b%20c&d=$(calc)"
const safe = "https://as.example/authorize?a=b%20c&d=%24%28calc%29"

/** A folder with a program that writes down its arguments, one per line, and then ends as told. */
const folder = (name: string, ending = "exit 0") =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const place = realpathSync(mkdtempSync(path.join(tmpdir(), "browser-")))
      const program = path.join(place, name)
      const log = path.join(place, "log")
      writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\n${ending}\n`)
      chmodSync(program, 0o755)
      return { place, program, args: () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []) }
    }),
    ({ place }) => Effect.sync(() => rmSync(place, { recursive: true })),
  )

const machine = (env: Record<string, string>, platform: NodeJS.Platform = "linux") => ({ platform, env })
const PATH = "/usr/bin:/bin"

describe.skipIf(process.platform === "win32")("browser", () => {
  it.live("CR-119 the URL is one argument, the last, and no shell reads it", () =>
    Effect.gen(function* () {
      const { place, program, args } = yield* folder("xdg-open")
      const opened = yield* openBrowser(url, machine({ PATH: `${place}:${PATH}` }))
      assert.deepStrictEqual(opened, { opened: true, program })
      assert.deepStrictEqual(args(), [safe])
    }).pipe(Effect.scoped),
  )

  it.live("$BROWSER is a path, with arguments of its own before the URL", () =>
    Effect.gen(function* () {
      const { program, args } = yield* folder("my browser")
      assert.isTrue((yield* openBrowser(url, machine({ BROWSER: program, PATH }))).opened)
      assert.deepStrictEqual(args(), [safe])
      const second = yield* folder("fox")
      yield* openBrowser(url, machine({ BROWSER: `${second.program} --new-window %s ;touch`, PATH }))
      assert.deepStrictEqual(second.args(), ["--new-window", ";touch", safe])
    }).pipe(Effect.scoped),
  )

  it.live("CR-120 an opener that fails, or is missing, is told and not fatal", () =>
    Effect.gen(function* () {
      const { program } = yield* folder("broken", "exit 3")
      const failed = yield* openBrowser(url, machine({ BROWSER: program, PATH }))
      assert.ok(!failed.opened)
      assert.include(failed.why, "ended with 3")
      const none = yield* openBrowser(url, machine({ PATH: "/nowhere" }))
      assert.ok(!none.opened)
      const named = yield* openBrowser(url, machine({ BROWSER: "no-such-browser", PATH }))
      assert.ok(!named.opened)
      assert.include(named.why, "no-such-browser")
    }).pipe(Effect.scoped),
  )

  it.live("a browser that stays in the foreground counts as opened after two seconds", () =>
    Effect.gen(function* () {
      const { program, place } = yield* folder("stays", 'echo $$ > "$(dirname "$0")/pid"; exec sleep 20')
      const opened = yield* openBrowser(url, machine({ BROWSER: program, PATH }))
      assert.isTrue(opened.opened)
      // It was not killed: only then can we.
      process.kill(Number(readFileSync(path.join(place, "pid"), "utf8")))
    }).pipe(Effect.scoped),
  )

  it.live("CR-118 F-38 what is not safe starts nothing", () =>
    Effect.gen(function* () {
      const { program, args } = yield* folder("spy")
      for (const bad of [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://u@h.example/",
        "https://h.example/\r\nX: y",
      ]) {
        const failure = yield* Effect.flip(openBrowser(bad, machine({ BROWSER: program, PATH })))
        assert.strictEqual(failure.code, "unsafe_authorization_url")
      }
      assert.deepStrictEqual(args(), [])
    }).pipe(Effect.scoped),
  )

  it.live("CR-119 a relative folder in PATH, such as the current one, does not name the opener", () =>
    Effect.gen(function* () {
      const { place } = yield* folder("xdg-open")
      assert.isString(openerFor(machine({ PATH: `${path.relative(process.cwd(), place)}::.` })))
      assert.isNotString(openerFor(machine({ PATH: place })))
    }).pipe(Effect.scoped),
  )
})

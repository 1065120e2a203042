import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, inject, it } from "vitest"
import "../commands/bundle.ts"
import { keys, openTerminal } from "./terminal.ts"

/** What differs from run to run: ports, identifiers, times, durations. */
const stable = (screen: string): string =>
  screen
    .replace(/127\.0\.0\.1:[\d…]+( ?)/g, "127.0.0.1:PORT$1")
    .replace(/client-[0-9a-f]+/g, "client-ID")
    .replace(/\d\d:\d\d:\d\d/g, "TIME")
    .replace(/ +\d+ms/g, " MS")

it("shows in the README what the screen shows after four steps", async () => {
  const file = path.resolve(import.meta.dirname, "../../README.md")
  const block = /^```text\n([\s\S]*?)\n```$/m
  const readme = readFileSync(file, "utf8")
  const [, drawing = ""] = block.exec(readme) ?? []
  await using terminal = openTerminal({
    program: process.execPath,
    args: [path.join(inject("dist"), "bin.js"), "--mock"],
  })
  await terminal.shows(/Ready: Probe resource/)
  for (let step = 1; step <= 4; step += 1) {
    terminal.write(keys.Enter)
    await terminal.shows(new RegExp(`─ ${step}/10 ─[\\s\\S]*Enter next step`))
  }
  // `npm run docs` takes the picture anew.
  if (process.env.MCP_DCR_TUI_DOCS === "write")
    writeFileSync(
      file,
      readme.replace(block, () => `\`\`\`text\n${terminal.screen()}\n\`\`\``),
    )
  else expect(stable(drawing)).toBe(stable(terminal.screen()))
})

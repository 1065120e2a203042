import { execFileSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { commandNames } from "../command-line.ts"
import { run } from "./program.ts"

/** What bash offers for the words so far. */
const offered = (script: string, ...words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const quoted = words.map((word) => `'${word}'`).join(" ")
  const ask = [
    script,
    `COMP_WORDS=(mcp-dcr-tui ${quoted}); COMP_CWORD=${words.length}; COMP_LINE="mcp-dcr-tui ${words.join(" ")}"; COMP_POINT=\${#COMP_LINE}`,
    `"$(complete -p mcp-dcr-tui | sed 's/.*-F \\([^ ]*\\).*/\\1/')" mcp-dcr-tui '${words.at(-1)}' ''`,
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join("\n")
  return execFileSync("bash", ["--norc", "-s"], { input: ask }).toString().trim().split("\n")
}

describe("completions", () => {
  test("bash completes commands, flags and choices", async () => {
    const ended = await run(["completions", "bash"])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(offered(ended.stdout, "")).toEqual(expect.arrayContaining([...commandNames()]))
    expect(offered(ended.stdout, "lo")).toEqual(["login", "logout"])
    expect(offered(ended.stdout, "login", "--brow")).toContain("--browser")
    expect(offered(ended.stdout, "login", "--browser", "f")).toEqual(["follow"])
    expect(offered(ended.stdout, "clients", "")).toEqual(expect.arrayContaining(["list", "show", "update", "forget"]))
    expect(offered(ended.stdout, "clients", "show", "--rem")).toEqual(["--remote"])
    expect(offered(ended.stdout, "login", "--prof")).toEqual(["--profile"])
    expect(offered(ended.stdout, "export", "--format", "m")).toEqual(["markdown", "mermaid"])
  })

  test.each(["zsh", "fish"])("%s is told of every command", async (shell) => {
    const ended = await run(["completions", shell])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    for (const command of commandNames()) expect(ended.stdout).toMatch(new RegExp(`\\b${command}\\b`))
  })

  test("another shell is a slip", async () => {
    expect(await run(["completions", "tcsh"])).toMatchObject({ code: 2, stdout: "" })
  })
})

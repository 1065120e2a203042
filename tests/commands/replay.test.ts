import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, inject, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { keys, openTerminal } from "../pty/terminal.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

/** A whole run, saved; its server is gone when it is replayed. */
const savedRun = async (journal: string) => {
  await using mock = await startMock({ autoApprove: true })
  const args = [mock.url, "--mock", "--browser", "follow", "--no-store", "--journal", journal]
  const ended = await run(args)
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  return { serverUrl: mock.url, transcript: ended.stdout }
}

describe("replay", () => {
  test("prints the transcript of the run once more, without its server", async () => {
    using folder = temporaryFolder()
    const { serverUrl, transcript } = await savedRun(folder.file("run.jsonl"))
    const replayed = await run(["replay", folder.file("run.jsonl")])
    expect(replayed).toMatchObject({ code: 0, stderr: "" })
    expect(replayed.stdout).toMatch(/^ {3}✓ done: 401, Bearer$/m)
    // The run itself printed the result of its call below.
    expect(transcript.startsWith(replayed.stdout)).toBe(true)
    const bodies = await run(["replay", folder.file("run.jsonl"), "--verbose"])
    expect(bodies.stdout).toContain('"jsonrpc":"2.0"')
    const json = await run(["replay", folder.file("run.jsonl"), "--json"])
    expect(json).toMatchObject({ code: 0, stderr: "" })
    expect(json.document()).toMatchObject({
      serverUrl,
      steps: expect.arrayContaining([expect.objectContaining({ step: "token", status: "done" })]),
    })
  })

  test("opens the screen in a terminal, where nothing that is asked for does anything", async () => {
    using folder = temporaryFolder()
    await savedRun(folder.file("run.jsonl"))
    const bin = path.join(inject("dist"), "bin.js")
    await using terminal = openTerminal({ program: process.execPath, args: [bin, "replay", folder.file("run.jsonl")] })
    await terminal.shows(/replay/)
    terminal.write("3")
    expect(await terminal.shows(/\[3 Log\]/)).toContain("/register")
    // Retry and run on: a run would begin anew.
    terminal.write("2")
    await terminal.shows(/All steps are done/)
    terminal.write("r")
    terminal.write(keys.Space)
    terminal.write("3")
    await terminal.shows(/\[3 Log\]/)
    terminal.write("2")
    await terminal.shows(/All steps are done/)
    terminal.write("q")
    expect(await terminal.ended).toMatchObject({ code: 0 })
  })

  test("tells the failure of a run that failed", async () => {
    using folder = temporaryFolder()
    await run(["tools", "http://127.0.0.1:1/mcp", "--no-store", "--journal", folder.file("run.jsonl")])
    const replayed = await run(["replay", folder.file("run.jsonl")])
    expect(replayed).toMatchObject({ code: 0, stderr: "" })
    expect(replayed.stdout).toMatch(/✗ 1 Probe resource: .*\n[\s\S]*connection_refused \(exit 6\)/)
  })

  test.each([
    { holds: "nothing", text: "", says: /holds no event/ },
    { holds: "no JSON", text: "hello\n", says: /line 1/ },
    { holds: "other JSON", text: "{}\n", says: /line 1/ },
    { holds: "binary", text: "\u0000\u001b[2J\n", says: /line 1/ },
  ])("refuses a file that holds $holds", async ({ text, says }) => {
    using folder = temporaryFolder()
    writeFileSync(folder.file("run.jsonl"), text)
    for (const command of [["replay"], ["export", "--format", "har"]])
      expectFailure(await run([...command, folder.file("run.jsonl"), "--json"]), {
        exit: 2,
        code: "journal_invalid",
        says,
      })
  })

  test("names the line that is wrong, and leaves out a last one that a kill has cut off", async () => {
    using folder = temporaryFolder()
    const file = folder.file("run.jsonl")
    await savedRun(file)
    const lines = readFileSync(file, "utf8").trimEnd().split("\n")
    writeFileSync(file, [...lines.slice(0, 4), '{"_tag":"Unheard"}', ...lines.slice(5)].join("\n"))
    expectFailure(await run(["replay", file, "--json"]), { exit: 2, code: "journal_invalid", says: /line 5/ })
    writeFileSync(file, lines.join("\n").slice(0, -20))
    const cut = await run(["replay", file])
    expect(cut).toMatchObject({ code: 0, stderr: expect.stringMatching(/^! .*cut off/) })
    expectFailure(await run(["replay", folder.file("none"), "--json"]), { exit: 2, code: "file_unreadable" })
  })

  test("ends quietly when its reader has seen enough", async () => {
    using folder = temporaryFolder()
    await savedRun(folder.file("run.jsonl"))
    const bin = path.join(inject("dist"), "bin.js")
    const piped = spawn(
      "/bin/sh",
      ["-c", `"${process.execPath}" "${bin}" replay "${folder.file("run.jsonl")}" --verbose | head -1`],
      { stdio: ["ignore", "pipe", "pipe"] },
    )
    let stderr = ""
    piped.stderr.on("data", (text: Buffer) => {
      stderr += text.toString()
    })
    await new Promise((resolve) => piped.once("close", resolve))
    expect(stderr).toBe("")
  })
})

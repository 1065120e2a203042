import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { describe, expect, inject, it, vi } from "vitest"
import "../commands/bundle.ts"
import { temporaryFolder } from "../commands/program.ts"
import { keys, openTerminal, type Terminal, type TerminalOptions } from "./terminal.ts"

// The bundle as a person meets it: in a terminal, with a keyboard, until it has given the terminal back.

const bin = () => path.join(inject("dist"), "bin.js")

const program = (args: ReadonlyArray<string>, options: Partial<TerminalOptions> = {}): Terminal =>
  openTerminal({ program: process.execPath, args: [bin(), ...args], ...options })

/** On the embedded mock, before its first step. */
const onMock = async (options: Partial<TerminalOptions> = {}): Promise<Terminal> => {
  const terminal = program(["--mock"], options)
  await terminal.shows(/Ready: Probe resource/)
  return terminal
}

const asBefore = { alternate: false, cursor: true, paste: false }

describe("the screen in a terminal", () => {
  it("opens on the alternate screen and fills it exactly", async () => {
    await using terminal = program([])
    const lines = (await terminal.shows(/\? help$/m)).split("\n")
    // Pasting is asked for right after the first frame.
    await vi.waitFor(() => expect(terminal.modes()).toMatchObject({ alternate: true, paste: true }))
    expect(lines).toHaveLength(30)
    expect(lines[0]).toMatch(/^ mcp-dcr-tui/)
    expect(lines[1]).toContain("[1 Start]")
    expect(lines.at(-1)).toMatch(/^ .*\? help$/)
    expect(lines.at(-1)).toHaveLength(99)
  })

  it("is not torn by keys that are typed while it opens", async () => {
    for (let run = 0; run < 3; run += 1) {
      await using terminal = program([])
      const typing = setInterval(() => terminal.write("\u0000"), 1)
      const lines = (await terminal.shows(/\? help$/m)).split("\n")
      clearInterval(typing)
      expect(lines[0]).toMatch(/^ mcp-dcr-tui/)
      expect(lines[1]).toContain("[1 Start]")
    }
  })

  it("reaches a tool result with Enter alone, one step at a time", async () => {
    await using terminal = await onMock()
    for (let step = 1; step <= 9; step += 1) {
      terminal.write(keys.Enter)
      await terminal.shows(new RegExp(`─ ${step}/10 ─[\\s\\S]*Enter next step`))
    }
    const known = terminal.screen()
    expect(known).toMatch(/client_id +client-/)
    expect(known).toMatch(/token +\d+ min/)
    expect(known).toMatch(/revision +2026-07-28/)
    expect(known).toMatch(/tools +\d+/)
    terminal.write(keys.Enter)
    expect(await terminal.shows(/✓ list_files · 200/)).toContain("[4 Tools]")
  })

  it("runs on by itself after Space, and shows every exchange in the log", async () => {
    await using terminal = await onMock({ columns: 120, rows: 40 })
    terminal.write(keys.Space)
    await terminal.shows(/All steps are done/)
    terminal.write("3")
    const log = await terminal.shows(/\[3 Log\]/)
    for (const place of ["oauth-protected-resource/mcp", "oauth-authorization-server", "/register", "/token"])
      expect(log).toContain(place)
  })

  it("lists resources, reads one, and saves the picture in it as a new file of one's own", async () => {
    using folder = temporaryFolder()
    await using terminal = await onMock({ cwd: folder.path })
    terminal.write(keys.Space)
    await terminal.shows(/All steps are done/)
    terminal.write("5")
    await terminal.shows(/resources\/templates\/list/)
    terminal.write(keys.Enter)
    await terminal.shows(/Read me[\s\S]*Weather of a c[\s\S]*Packing list/)
    terminal.write(`j${keys.Enter}`)
    await terminal.shows(/\[content image\/png, 70 B\] +w saves it/)
    terminal.write("w")
    await terminal.shows(/Saved .*logo\.png/)
    terminal.write("w")
    await terminal.shows(/Saved .*logo-2\.png/)
    const file = path.join(folder.path, "logo.png")
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file).subarray(1, 4).toString()).toBe("PNG")
  })

  it("shows no secret that crossed the wire", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-pty-"))
    try {
      const journal = path.join(folder, "journal.jsonl")
      await using terminal = program(["--mock", "--journal", journal], { columns: 120, rows: 40 })
      await terminal.shows(/Ready: Probe resource/)
      terminal.write(keys.Space)
      await terminal.shows(/All steps are done/)
      for (const screen of ["2", "3", "4"]) {
        terminal.write(screen)
        await terminal.shows(new RegExp(`\\[${screen} `))
      }
      terminal.write("q")
      await terminal.ended
      // What a JWT, a code verifier and a bearer header look like.
      expect(terminal.received()).not.toMatch(/eyJ[\w-]{10,}\.[\w-]{10,}|[Bb]earer [\w-]{20,}|code_verifier=[\w-]{20,}/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe("leaving", () => {
  it("gives the terminal back on q, and leaves a summary", async () => {
    await using terminal = await onMock()
    terminal.write(keys.Enter)
    await terminal.shows(/─ 1\/10 ─/)
    terminal.write("q")
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 })
    expect(terminal.modes()).toEqual(asBefore)
    const summary = terminal.screen()
    expect(summary).toMatch(/^Server +http:\/\/127\.0\.0\.1:\d+\/mcp$/m)
    expect(summary).toMatch(/^Steps +1 of 10 done$/m)
    expect(summary).toMatch(/^Traffic +1 HTTP request, /m)
  })

  it("ends with 130 on a second Ctrl-C, and not on the first", async () => {
    await using terminal = await onMock()
    terminal.write(keys.CtrlC)
    await terminal.shows(/Ctrl\+C again quits/)
    terminal.write(keys.CtrlC)
    expect(await terminal.ended).toEqual({ code: 130, signal: 0 })
    expect(terminal.modes()).toEqual(asBefore)
    expect(terminal.screen()).toContain("Steps    0 of 10 done")
  })

  it.each([
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const)("gives the terminal back when %s ends it", async (name, number) => {
    await using terminal = await onMock()
    terminal.kill(name)
    expect(await terminal.ended).toEqual({ code: 0, signal: number })
    // The last bytes may still be on their way through the pseudo-terminal when the process is gone.
    await expect.poll(() => terminal.modes(), { timeout: 5_000 }).toEqual(asBefore)
  })

  it.each([["q"], [keys.CtrlC + keys.CtrlC]])(
    "leaves the shell a terminal in which typing works (%j)",
    async (leave) => {
      const settings = "stty -a | grep -oE -e '-?(icanon|echo|isig|icrnl|opost)\\b' | tr '\\n' ' '"
      await using terminal = openTerminal({
        program: "bash",
        args: [
          "--noprofile",
          "--norc",
          "-c",
          `${settings}; echo; "$0" "$1" --mock >/dev/tty; ${settings}; echo; echo done`,
          process.execPath,
          bin(),
        ],
      })
      const before = (await terminal.shows(/opost/)).trim().split("\n")[0]
      await terminal.shows(/Ready: Probe resource/)
      terminal.write(leave)
      const after = await terminal.shows(/^done$/m)
      expect(before).toContain("icanon")
      expect(after.split("\n").filter((each) => each.trimEnd() === before?.trimEnd())).toHaveLength(2)
    },
  )
})

describe("Ctrl-Z", () => {
  it("stops the program as a job, and fg brings the screen back in the size that the window has then", async () => {
    await using terminal = openTerminal({
      program: "bash",
      args: ["--noprofile", "--norc", "-i"],
      columns: 120,
      rows: 40,
    })
    terminal.write(`PS1='shell> '; ${process.execPath} ${bin()} --mock${keys.Enter}`)
    await terminal.shows(/Ready: Probe resource/)
    terminal.write("\u001a")
    await terminal.shows(/Stopped[\s\S]*shell>$/m)
    expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true })
    terminal.resize(100, 30)
    terminal.write(`echo typed by $((6 * 7))${keys.Enter}`)
    await terminal.shows(/typed by 42/)
    terminal.write(`fg${keys.Enter}`)
    const lines = (await terminal.shows(/Ready: Probe resource[\s\S]*\? help$/)).split("\n")
    expect(lines.at(-1)).toHaveLength(99)
    expect(terminal.modes()).toMatchObject({ alternate: true })
    terminal.write("q")
    await terminal.shows(/Steps +0 of 10 done[\s\S]*shell>$/m)
  })
})

describe("surroundings", () => {
  it("is redrawn for another size at once, and says when it is too small", async () => {
    await using terminal = await onMock()
    for (const [columns, rows] of [
      [80, 24],
      [120, 40],
      [100, 30],
    ] as const) {
      terminal.resize(columns, rows)
      const footer = new RegExp(`^(?=.{${columns - 1}}$) Enter next step.*\\? help$`, "m")
      const lines = (await terminal.shows(footer)).split("\n")
      expect(lines).toHaveLength(rows)
      expect(lines.at(-1)).toHaveLength(columns - 1)
    }
    terminal.resize(60, 16)
    await terminal.shows(/Terminal too small[\s\S]*60 x 16/)
    terminal.resize(100, 30)
    await terminal.shows(/Ready: Probe resource/)
  })

  it("draws although CI is set", async () => {
    await using terminal = await onMock({ env: { CI: "true", CONTINUOUS_INTEGRATION: "" } })
    terminal.write(keys.Enter)
    await terminal.shows(/─ 1\/10 ─/)
  })

  it("uses no colour where NO_COLOR asks for none", async () => {
    await using terminal = await onMock({ env: { NO_COLOR: "1" } })
    const styles = new Set(terminal.received().match(/\u001b\[[\d;]*m/g))
    expect([...styles].filter((style) => /\[(?:3[0-8]|4[0-8]|9\d|10\d)[;m]/.test(style))).toEqual([])
  })

  it("takes keys that come in one burst, each for itself", async () => {
    await using terminal = await onMock()
    terminal.write("?/quit")
    // Help, its filter, and the four letters in it.
    const filtered = await terminal.shows(/quit \(asks while a step runs\)/)
    expect(filtered).toContain("Keys")
    expect(filtered).not.toContain("zoom the pane")
  })

  it("prints the plain transcript in a terminal that can nothing (TERM=dumb)", async () => {
    await using terminal = program(["--mock"], { env: { TERM: "dumb" }, rows: 200 })
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 })
    expect(terminal.screen()).toContain("✓ 16 exchanges")
    expect(terminal.received()).not.toContain("\u001b[?1049h")
  })

  it("opens although the store cannot be read", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-pty-"))
    try {
      const file = path.join(folder, "not-a-folder")
      writeFileSync(file, "")
      await using terminal = program(["--store", file])
      await terminal.shows(/\? help$/m)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

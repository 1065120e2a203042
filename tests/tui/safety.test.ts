import { describe, expect, it } from "vitest"
import { asking, calling, canaries, failed, hostile, offered, through, waiting } from "./journal.ts"
import { openSession, type Session } from "./session.ts"
import { keys } from "./terminal.ts"

/** Every screen, every tab, every pane, looked at one after the other. */
const tour: ReadonlyArray<string> = [
  "2",
  "L",
  "[",
  "[",
  "[",
  "L",
  "J",
  "J",
  "z",
  "z",
  keys.Tab,
  keys.Tab,
  "G",
  "3",
  "k",
  keys.Enter,
  "]",
  "]",
  "]",
  "n",
  "N",
  keys.Tab,
  "G",
  keys.Esc,
  keys.Esc,
  "4",
  keys.Tab,
  keys.Tab,
  "G",
  "z",
  "z",
  keys.Esc,
  "?",
  "G",
  keys.Esc,
  "1",
]

/** All screens of the tour. What has been drawn is seen through the emulator, not through what was sent. */
const everything = async (session: Session): Promise<string> => {
  const seen: Array<string> = []
  await session.terminal.shows(/2 Flow\]/)
  for (const key of tour) {
    session.terminal.type(key)
    // Esc is told apart from the start of a sequence by the 20 ms of silence behind it.
    await session.terminal.settles(key === keys.Esc ? 30 : 20)
    seen.push(session.terminal.screen())
  }
  return seen.join("\n")
}

const attacks: Readonly<Record<string, string>> = {
  "clear the screen": "\u001b[2J\u001b[H",
  "set the clipboard": "\u001b]52;c;cm0gLXJmIH4=\u0007",
  "set the title": "\u001b]0;owned\u001b\\",
  "a link": "\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007",
  "8-bit control sequences": "\u009b31m\u009d52;c;eA==\u009c",
  "leave the alternate screen": "\u001b[?1049l",
  "turn text around": "\u202egpj.exe\u202c\u2066x\u2069",
  "invisible text": "a\u200b\u200d\u2060\u{e0041}b\ufeff",
  "line ends": "one\r\ntwo\u2028three\u0085four\ttab",
  "ask the terminal": "\u001b[c\u001b[6n\u001bP$q\u001b\\",
}

describe("what a server says is drawn harmlessly", () => {
  it.each(Object.entries(attacks))("%s", async (_, text) => {
    await using session = openSession({ size: [100, 30], events: hostile(text) })
    const { terminal } = session
    const seen = await everything(session)
    // Nothing that a terminal acts upon, other than what the screen itself needs.
    const sent = terminal.received()
    expect(sent).not.toContain(text)
    expect(sent).not.toMatch(/\u001b[\]PX^_]|[\u0080-\u009f]|\u001b\[[\d;]*[cn]|\u001b\[\?1049l/)
    expect(seen).not.toMatch(/[\p{Cf}\u2028\u2029\u0080-\u009f]/u)
    // Nothing broke out of its place.
    expect(terminal.isAlternate()).toBe(true)
    for (const line of seen.split("\n").filter((row) => /^[│┃╭┏╰┗]/.test(row))) expect(line.at(99)).toMatch(/[│┃╮╯┓┛]/)
    expect(seen).toMatch(/evil/)
  })
})

describe("what a server offers is drawn harmlessly", () => {
  it.each(Object.entries(attacks))("%s", async (_, text) => {
    const hurt = {
      contents: [
        { uri: `acme:${text}`, mimeType: text, text },
        { uri: text, blob: "AA==", mimeType: text },
      ],
    }
    await using session = openSession({ size: [100, 30], events: offered(text) })
    const { terminal, flow } = session
    await terminal.shows(/2 Flow\]/)
    flow.append(...asking({ method: "resources/read", params: { uri: text } }, hurt))
    const seen: Array<string> = []
    for (const key of ["5", keys.Tab, keys.Tab, keys.Esc, "j", "j", "j", keys.Enter, text, keys.Enter]) {
      if (key === text) terminal.paste(text)
      else terminal.type(key)
      await terminal.settles(key === keys.Esc ? 30 : 20)
      seen.push(terminal.screen())
    }
    const sent = terminal.received()
    expect(sent).not.toContain(text)
    expect(sent).not.toMatch(/\u001b[\]PX^_]|[\u0080-\u009f]|\u001b\[[\d;]*[cn]|\u001b\[\?1049l/)
    expect(seen.join("")).not.toMatch(/[\p{Cf}\u2028\u2029\u0080-\u009f]/u)
    expect(seen.join("")).toMatch(/Read me/)
  })
})

describe("secrets", () => {
  const journals = {
    waiting: waiting(),
    token: through("token"),
    done: through("call"),
    failed: failed(),
    calling: calling(),
  }

  it.each(Object.entries(journals))("are on no screen of a run that is %s", async (_, events) => {
    await using session = openSession({ size: [120, 40], events })
    const seen = await everything(session)
    const { received } = session.terminal
    // Every secret begins with that word, and goes on with others that nothing else on a screen holds.
    for (const value of Object.values(canaries)) expect(received() + seen).not.toContain(value.slice(7, 20))
    expect(received() + seen).not.toContain("canary")
  })

  it("are in no clipboard and no summary", async () => {
    const session = openSession({ events: through("call") })
    const { terminal } = session
    await terminal.shows(/2 Flow\]/)
    for (const key of ["[", "[", "[", "y", "Y", "3", "k", "k", "k", "y", "Y", keys.Enter, "v", "y", "Y", "4", "y"]) {
      terminal.type(key)
      await terminal.settles(20)
    }
    const copied = [...terminal.received().matchAll(/\u001b\]52;c;([^\u0007]+)/g)].map(([, text = ""]) =>
      Buffer.from(text, "base64").toString(),
    )
    expect(copied).toHaveLength(7)
    expect(copied.join("\n")).not.toContain("canary")
    terminal.type("1q")
    expect((await session.end).summary.join("\n")).not.toContain("canary")
  })
})

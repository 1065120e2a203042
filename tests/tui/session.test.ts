import { expect, it } from "vitest"
import { authorizationUrl, calling, canaries, failed, now, serverUrl, start, through, waiting } from "./journal.ts"
import { openSession } from "./session.ts"
import { keys } from "./terminal.ts"

const servers = [
  {
    serverUrl,
    issuer: "https://as.acme.dev",
    resource: serverUrl,
    source: "DCR",
    clientId: "c_91f0a2",
    token: { expiresAt: start + 720_000, renewable: true },
    lastUsed: start,
  },
  {
    serverUrl: "https://other.example/mcp",
    issuer: "https://other.example",
    resource: "https://other.example/mcp",
    source: "DCR",
    clientId: "c_2",
    lastUsed: start,
  },
]

it("goes from Start through all ten steps with Enter alone", async () => {
  await using session = openSession({ at: start + 60_000 })
  const { terminal, flow } = session
  await terminal.shows(/1 Start\]/)
  const journal = through("call")
  let done = 0
  // The run appends what one step makes, and stops before the next.
  const upTo = () => {
    const end = journal.findIndex((it, index) => index >= done && it._tag === "StepEnded") + 1
    const part = journal.slice(done, end)
    done = end
    return part
  }
  flow.answer(() => flow.append(...upTo()))
  terminal.type(keys.Enter)
  await terminal.shows(/1 Probe the server/)
  for (let step = 2; step <= 10; step++) {
    terminal.type(keys.Enter)
    await terminal.shows(new RegExp(`━ ${step} `))
  }
  terminal.type(keys.Enter)
  const screen = await terminal.shows(/Two hits/)
  expect(screen).toContain("[4 Tools]")
  expect(session.opened).toEqual(["mock"])
  expect(flow.intents.map(({ _tag }) => _tag)).toEqual(Array.from({ length: 10 }, () => "Next"))
})

it("takes bursts apart: jjk and text with Enter", async () => {
  await using session = openSession({ start: { servers, mock: true } })
  const { terminal } = session
  await terminal.shows(/Connect to/)
  terminal.type("jjk")
  await terminal.shows(/▶ mcp.acme.dev/)
  terminal.type("amcp.example.org/mcp\r")
  await terminal.shows(/2 Flow\]/)
  expect(session.opened).toEqual(["https://mcp.example.org/mcp"])
})

it("takes a pasted address, whatever has the focus", async () => {
  await using session = openSession()
  await session.terminal.shows(/Connect to/)
  session.terminal.paste("https://pasted.example/mcp\n")
  await session.terminal.shows(/┃ https:\/\/pasted.example\/mcp/)
  session.terminal.type(keys.Enter)
  await session.terminal.shows(/2 Flow\]/)
  expect(session.opened).toEqual(["https://pasted.example/mcp"])
})

it("treats every printable key as text in a field, and Esc leaves it", async () => {
  await using session = openSession()
  const { terminal } = session
  await terminal.shows(/Connect to/)
  terminal.type("aq?1 /j")
  await terminal.shows(/https:\/\/q\?1 \/j/)
  terminal.type(keys.Esc)
  await terminal.shows(/┏━ Connect to/)
})

it("says in its frame why a server could not be opened", async () => {
  const refused = Object.assign(new Error("x"), {
    code: "insecure_url",
    what: "The address is plain http on a host that is not this machine; nothing was sent.",
    why: "Tokens that travel without TLS can be read.",
    remedy: ["Use https."],
    rule: "OAuth 2.1 §1.5",
    exit: 5,
  })
  await using session = openSession({ connect: () => Promise.reject(refused) })
  await session.terminal.shows(/Connect to/)
  session.terminal.type(keys.Enter)
  const screen = await session.terminal.shows(/What happened/)
  for (const part of ["plain http", "Why", "What to do", "Use https.", "Evidence", "OAuth 2.1 §1.5"])
    expect(screen).toContain(part)
})

it("runs all, pauses, goes back, skips and retries by their keys", async () => {
  await using session = openSession({ events: through("server") })
  const { terminal, flow } = session
  await terminal.shows(/4 Register client/)
  terminal.type("  sb")
  await terminal.shows(/Not possible now: leave the next step out/)
  expect(flow.intents).toEqual([{ _tag: "RunAll" }, { _tag: "RunAll" }, { _tag: "Back", step: "server" }])
  await using last = openSession({ events: through("tools") })
  await last.terminal.shows(/10 Call a tool/)
  last.terminal.type("s?")
  await last.terminal.shows(/━ Keys ━/)
  expect(last.flow.intents).toEqual([{ _tag: "Skip" }])
  await using broken = openSession({ events: failed() })
  await broken.terminal.shows(/Step 4 failed/)
  broken.terminal.type("r\r")
  await broken.terminal.shows(/Step 4 failed/)
  expect(broken.flow.intents.map(({ _tag }) => _tag)).toEqual(["Retry", "Retry"])
})

it("goes back to the step that is looked at", async () => {
  await using session = openSession({ events: through("token") })
  const { terminal, flow } = session
  await terminal.shows(/8 Connect/)
  terminal.type("[[[[")
  await terminal.shows(/━ 4 Register client ━/)
  terminal.type("b")
  await terminal.shows(/━ 8 Connect ━/)
  expect(flow.intents).toEqual([{ _tag: "Back", step: "client" }])
})

it("shows, copies, prints and takes the address while the browser decides", async () => {
  await using session = openSession({ size: [80, 24], events: waiting() })
  const { terminal, flow } = session
  const screen = await terminal.shows(/Waiting for you/)
  const joined = screen
    .split("\n")
    .map((line) => line.replace(/^┃ | *┃$/g, ""))
    .join("")
  expect(joined).toContain(authorizationUrl)
  expect(screen).toContain("http://127.0.0.1:33418/callback")

  terminal.type("y")
  await terminal.shows(/Copied the address/)
  expect(terminal.received()).toContain(`\u001b]52;c;${Buffer.from(authorizationUrl).toString("base64")}\u0007`)

  terminal.type("u")
  const alone = await terminal.shows(/Press Enter, Esc, q or u to go back/)
  expect(terminal.isAlternate()).toBe(false)
  // Unbroken: only the terminal itself wraps it.
  expect(alone.replaceAll("\n", "")).toContain(authorizationUrl)
  terminal.type("\n")
  await terminal.shows(/Waiting for you/)
  for (const key of [keys.Esc, "q", "u", keys.CtrlC]) {
    terminal.type("u")
    await terminal.shows(/Press Enter, Esc/)
    terminal.type(`x${keys.Up}`)
    terminal.type(key)
    await terminal.shows(/Waiting for you/)
  }
  expect([terminal.isAlternate(), terminal.isRaw()]).toEqual([true, true])

  terminal.type(`phttp://127.0.0.1:33418/callback?code=x&state=y${keys.Enter}`)
  terminal.paste(" http://127.0.0.1:33418/callback?code=z\n")
  terminal.type("c")
  await terminal.shows(/y copies it/)
  expect(flow.intents).toEqual([
    { _tag: "Paste", text: "http://127.0.0.1:33418/callback?code=x&state=y" },
    { _tag: "Paste", text: "http://127.0.0.1:33418/callback?code=z" },
    { _tag: "Cancel" },
  ])
})

it("comes back from the plain address by itself when the answer arrives", async () => {
  await using session = openSession({ events: waiting() })
  const { terminal, flow } = session
  await terminal.shows(/Waiting for you/)
  terminal.type("u")
  await terminal.shows(/Press Enter/)
  flow.append({ _tag: "StepEnded", at: now(), step: "consent", outcome: "done", note: "code received" })
  await terminal.shows(/7 Exchange the code/)
  expect(terminal.isAlternate()).toBe(true)
})

it("counts the wait, once a second", async () => {
  await using session = openSession({ events: waiting(), at: now() + 42_000 })
  await session.terminal.shows(/in the browser +0:42/)
  session.pass(19_000)
  await session.terminal.shows(/in the browser +1:0[12]/)
})

it("reveals secrets for 30 seconds, in the open exchange only", async () => {
  await using session = openSession({ events: through("token") })
  const { terminal } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("3")
  await terminal.shows(/3 Log\]/)
  terminal.type(keys.Enter)
  await terminal.shows(/secrets hidden/)
  terminal.type("v")
  const shown = await terminal.shows(/secrets shown for/)
  expect(shown).toContain(canaries.verifier.slice(0, 20))
  session.pass(30_001)
  const again = await terminal.shows(/secrets hidden/)
  expect(again).not.toContain("canary")
})

it("copies as curl with variables, never with secrets", async () => {
  await using session = openSession({ events: through("token") })
  const { terminal } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("[Y")
  await terminal.shows(/Copied #5 as curl/)
  const [, base64 = ""] = /\u001b\]52;c;([^\u0007]+)/.exec(terminal.received()) ?? []
  const curl = Buffer.from(base64, "base64").toString()
  expect(curl).toContain("curl --url https://as.acme.dev/token")
  expect(curl).toContain("$CODE_VERIFIER")
  expect(curl).not.toContain("canary")
})

it("filters the log while one types, and Esc brings it back", async () => {
  await using session = openSession({ events: through("call") })
  const { terminal } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("3")
  await terminal.shows(/3 Log\]/)
  terminal.type("/tok")
  const some = await terminal.shows(/1 of 8/)
  expect(some).toContain("as.acme.dev/token")
  terminal.type("\r\u001b")
  await terminal.gone(/of 8/)
})

it("pauses following when one moves up, and G follows again", async () => {
  await using session = openSession({ events: through("tools") })
  const { terminal, flow } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("3k")
  await terminal.shows(/\+1, G to follow/)
  flow.append(...through("call").slice(through("tools").length - 1))
  await terminal.shows(/8 · \+2, G to follow/)
  terminal.type("G")
  await terminal.shows(/8 · follow/)
})

it("fills a form, says what is wrong, and calls", async () => {
  await using session = openSession({ events: through("tools") })
  const { terminal, flow } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("4")
  await terminal.shows(/4 Tools\]/)
  terminal.type("\r\r")
  await terminal.shows(/is required/)
  terminal.type(`pkce${keys.Tab}`)
  terminal.type(`${keys.Backspace}x${keys.Enter}`)
  await terminal.shows(/is not a whole number/)
  terminal.type(`${keys.Backspace}5`)
  terminal.type(keys.Enter)
  await terminal.gone(/is not a whole number/)
  expect(flow.intents.at(-1)).toEqual({
    _tag: "Call",
    tool: "search_docs",
    arguments: { query: "pkce", limit: 15, sort: "relevance" },
  })
})

it("asks before a call that says it destroys, and No is the default", async () => {
  await using session = openSession({ events: through("tools") })
  const { terminal, flow } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("4jj\r7\r")
  await terminal.shows(/Call it\?/)
  terminal.type("\r")
  await terminal.gone(/Call it\?/)
  expect(flow.intents).toEqual([])
  terminal.type("\r")
  await terminal.shows(/Call it\?/)
  terminal.type("y")
  await terminal.gone(/Call it\?/)
  expect(flow.intents).toEqual([{ _tag: "Call", tool: "delete_issue", arguments: { id: 7 } }])
})

it("finds a key in the help and presses it", async () => {
  await using session = openSession({ events: through("server") })
  const { terminal } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("?")
  await terminal.shows(/━ Keys ━/)
  terminal.type("/explain")
  await terminal.gone(/next pane/)
  terminal.type("\r")
  terminal.type("\r")
  await terminal.shows(/─ Explained ─/)
})

it("peels one layer with each Esc, and never quits", async () => {
  await using session = openSession({ events: through("token") })
  const { terminal } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("3")
  await terminal.shows(/3 Log\]/)
  terminal.type("\r?")
  await terminal.shows(/━ Keys ━/)
  terminal.type(keys.Esc)
  await terminal.gone(/━ Keys ━/)
  terminal.type(keys.Esc)
  await terminal.shows(/HTTP log/)
  terminal.type(keys.Esc)
  await terminal.shows(/Press q to quit/)
})

it("cancels with Ctrl+C, and quits with a second one within two seconds", async () => {
  const session = openSession({ events: calling() })
  await session.terminal.shows(/2 Flow\]/)
  session.terminal.type(keys.CtrlC)
  await session.terminal.shows(/Cancelled/)
  expect(session.flow.intents).toEqual([{ _tag: "Cancel" }])
  session.pass(2001)
  session.terminal.type(keys.CtrlC)
  session.terminal.type(keys.CtrlC)
  expect((await session.end).reason).toBe("interrupted")
})

it("asks before it quits while a step runs, and leaves the terminal as it was", async () => {
  const session = openSession({ events: calling() })
  const { terminal, flow } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("q")
  await terminal.shows(/Quit\?/)
  terminal.type("\r")
  await terminal.gone(/Quit\?/)
  terminal.type("q")
  await terminal.shows(/Quit\?/)
  terminal.type("y")
  const end = await session.end
  expect([end.reason, end.exit]).toEqual(["quit", 0])
  expect([terminal.isAlternate(), terminal.isRaw(), flow.closed()]).toEqual([false, false, 1])
  expect(terminal.received()).toMatch(/\u001b\[\?25h/)
  expect(end.summary.join("\n")).toContain(serverUrl)
  expect(end.summary.join("\n")).toContain("9 of 10 done")
})

it("quits at once where nothing runs", async () => {
  const session = openSession({ events: failed() })
  await session.terminal.shows(/Step 4 failed/)
  session.terminal.type("q")
  const { exit, summary } = await session.end
  expect(summary.join("\n")).toContain("failed: client")
  // A script that started the screen learns what a plain command would have told it.
  expect(exit).toBe(4)
})

it("closes a connection that came too late", async () => {
  let arrive: () => void = () => {}
  const late = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const other = openSession()
  const session = openSession({
    connect: async () => {
      await late
      return other.flow.handle
    },
  })
  await session.terminal.shows(/Connect to/)
  session.terminal.type("\r")
  await session.terminal.shows(/Opening embedded mock/)
  session.terminal.type("q")
  await session.end
  arrive()
  await expect.poll(() => other.flow.closed()).toBe(1)
  other.terminal.type("q")
  await other.end
})

it("reads every step from its top, and J and K scroll it", async () => {
  await using session = openSession({ size: [80, 24], events: through("server") })
  const { terminal, flow } = session
  await terminal.shows(/1-13 of/)
  terminal.type("JJJK")
  await terminal.shows(/3-15 of/)
  flow.append(...through("client").slice(through("server").length - 1))
  await terminal.shows(/━ 5 PKCE and state/)
  terminal.type("[")
  const back = await terminal.shows(/━ 4 Register client/)
  expect(back).toMatch(/· 1-13 of/)
})

it("says at the top what was wrong with a pasted answer, and goes on waiting", async () => {
  await using session = openSession({ size: [80, 24], events: waiting() })
  const { terminal, flow } = session
  await terminal.shows(/Waiting for you/)
  flow.append({
    _tag: "FindingRaised",
    at: now(),
    finding: { severity: "warning", rule: "OAuth 2.1 §4.1.2", text: "pasted text: the state is not ours" },
  })
  const screen = await terminal.shows(/the state is not ours/)
  expect(screen.indexOf("the state is not ours")).toBeLessThan(screen.indexOf("authorize?"))
})

const [stored] = servers

it("counts down a stored token on Start, minute by minute", async () => {
  await using session = openSession({ size: [80, 24], start: { servers, mock: false }, at: start })
  const { terminal } = session
  await terminal.shows(/expires in 12 min/)
  session.pass(60_000)
  terminal.resize(81, 24)
  await terminal.shows(/expires in 11 min/)
  session.pass(12 * 60_000)
  terminal.resize(80, 24)
  await terminal.shows(/expired, will be renewed/)
})

it("forgets a server after a question that lists the consequences, never by Enter alone", async () => {
  const asked: Array<unknown> = []
  await using session = openSession({
    size: [80, 24],
    start: { servers, mock: true },
    credentials: {
      list: async () => servers,
      forget: async (server) => {
        asked.push(server)
        return servers.slice(1)
      },
      signOut: async () => ({ note: "", servers }),
    },
  })
  const { terminal } = session
  await terminal.shows(/3 servers/)
  // The mock has nothing stored.
  terminal.type("d")
  await terminal.shows(/Not possible now: forget its client/)
  terminal.type("jd")
  const question = await terminal.shows(/Forget what is stored\?/)
  for (const part of ["mcp.acme.dev/mcp", "c_91f0a2", "nothing changes", "registers anew", "[ Cancel ]"])
    expect(question).toContain(part)
  terminal.type(keys.Enter)
  await terminal.gone(/Forget what is stored\?/)
  expect(asked).toEqual([])
  terminal.type("dy")
  await terminal.shows(/Forgotten: mcp.acme.dev/)
  expect(asked).toEqual([stored])
  await terminal.shows(/2 servers/)
})

it("signs out and says what the server answered, or why it could not", async () => {
  let fails = true
  await using session = openSession({
    start: { servers, mock: false },
    credentials: {
      list: async () => servers,
      forget: async () => servers,
      signOut: async () => {
        if (fails) throw Object.assign(new Error("x"), { what: "The store is busy.", why: "w", remedy: ["Try again."] })
        return { note: "both tokens revoked", servers }
      },
    },
  })
  const { terminal } = session
  await terminal.shows(/2 servers/)
  terminal.type("x")
  await terminal.shows(/revoked at as.acme.dev and deleted here/)
  terminal.type("y")
  await terminal.shows(/The store is busy\. Try again\./)
  fails = false
  terminal.type("xy")
  await terminal.shows(/Signed out: both tokens revoked/)
  terminal.type("jx")
  await terminal.shows(/Not possible now: sign out/)
})

it("shows on Start what is stored now, not what was stored when it opened", async () => {
  await using session = openSession({
    start: { servers: [], mock: true },
    events: through("call"),
    credentials: {
      list: async () => servers,
      forget: async () => servers,
      signOut: async () => ({ note: "", servers }),
    },
  })
  const { terminal } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("1")
  await terminal.shows(/3 servers/)
})

it("says that a client which others use as well stays", async () => {
  const shared = { ...servers[0], profile: "work" }
  await using session = openSession({ start: { servers: [...servers, shared] as typeof servers, mock: false } })
  await session.terminal.shows(/3 servers/)
  session.terminal.type("d")
  await session.terminal.shows(/client stays: mcp.acme.dev\/mcp \(work\) uses it as well/)
})

it.each([
  [80, 24],
  [120, 40],
] as const)("counts down to the next try, and c gives it up, at %i x %i", async (columns, rows) => {
  const begun = [
    ...through("server"),
    { _tag: "StepStarted", at: now(), step: "client" },
    {
      _tag: "RequestSent",
      at: now(),
      request: {
        exchange: 77,
        attempt: 1,
        at: now(),
        leg: "registration",
        method: "POST",
        url: "https://as.acme.dev/register",
        headers: [],
      },
    },
    { _tag: "RetryScheduled", at: now(), exchange: 77, millis: 20_000, reason: "429, Retry-After" },
  ] as const
  await using session = openSession({ size: [columns, rows], events: begun, at: now() })
  const { terminal, flow } = session
  await terminal.shows(/Waiting 0:20 until the next try: 429, Retry-After\. +c cancels/)
  session.pass(7_000)
  await terminal.shows(/Waiting 0:1[23] until the next try/)
  terminal.type("c")
  await expect.poll(() => flow.intents).toEqual([{ _tag: "Cancel" }])
})

it.each([
  ["stdio:node server.js --verbose", "node server.js --verbose"],
  ["node 'my server.js'", "node 'my server.js'"],
  ["uvx mcp-server-git;rm -rf x", "uvx 'mcp-server-git;rm' -rf x"],
])("shows a local server's command whole, and starts it after a yes: %s", async (typed, shown) => {
  await using session = openSession({ size: [80, 24] })
  const { terminal } = session
  await terminal.shows(/Connect to/)
  terminal.type(`a${typed}${keys.Enter}`)
  const question = await terminal.shows(/Start this program\?/)
  expect(question).toContain(shown)
  terminal.type(keys.Enter)
  await terminal.gone(/Start this program/)
  expect(session.opened).toEqual([])
  terminal.type(`a${keys.Enter}y`)
  await terminal.shows(/2 Flow\]/)
  expect(session.opened).toEqual([shown])
})

it.each([
  ["node 'x", "a quote \\(\\'\\) is not closed"],
  ["stdio:", "there is no command"],
  ["https://ho st/a b", "Not a URL"],
])("says what is wrong with a command, in its place: %s", async (typed, words) => {
  await using session = openSession({ size: [80, 24] })
  await session.terminal.shows(/Connect to/)
  session.terminal.type(`a${typed}${keys.Enter}`)
  await session.terminal.shows(new RegExp(words))
  expect(session.opened).toEqual([])
})

it("opens the field when Tab leads into a form: who begins to type means it, not the keys", async () => {
  await using session = openSession({ size: [80, 24], events: through("call") })
  const { terminal, flow } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("4")
  await terminal.shows(/4 Tools\]/)
  terminal.type(`${keys.Tab}quick`)
  await terminal.shows(/▶ query \* \[ quick/)
  terminal.type(`${keys.Tab}${keys.Tab}`)
  await terminal.shows(/▶ sort/)
  terminal.type(`${keys.ShiftTab}${keys.ShiftTab}${keys.Enter}`)
  await expect.poll(() => flow.intents).toMatchObject([{ _tag: "Call", arguments: { query: "quick" } }])
})

it("lets the lesson give way to a failure where both have no room", async () => {
  await using session = openSession({ size: [80, 24], events: failed(), learn: true })
  const screen = await session.terminal.shows(/Step 4 failed/)
  expect(screen).not.toContain("Explained")
  expect(screen).toContain("RFC 7591 §3.2.2")
  session.terminal.type("[")
  await session.terminal.shows(/Explained/)
})

const faults = Array.from({ length: 30 }, (_, index) => ({
  subject: index < 10 ? "Discovery" : "Tokens",
  name: `fault-${index}`,
  does: `does thing ${index}`,
  clientMust: `refuse thing ${index}`,
  rule: "RFC 9728 §3",
}))

it.each([
  [80, 24],
  [120, 40],
] as const)("opens the mock with a fault that is chosen from the list, at %i x %i", async (columns, rows) => {
  await using session = openSession({ size: [columns, rows], faults: async () => faults })
  const { terminal, flow } = session
  await terminal.shows(/Connect to/)
  terminal.type("b")
  await terminal.shows(/━ Break it [\s\S]*The mock does thing 0\./)
  await expect(
    `${terminal
      .cells()
      .map((line) => line.trimEnd())
      .join("\n")}\n`,
  ).toMatchFileSnapshot(`./drawings/faults-${columns}x${rows}.txt`)
  terminal.type("/thing 2")
  await terminal.shows(/fault-28/)
  terminal.type(keys.Enter)
  await terminal.shows(/Enter open/)
  terminal.type("j")
  await terminal.shows(/The mock does thing 20\./)
  terminal.type(keys.Enter)
  await terminal.shows(/2 Flow\]/)
  expect(session.opened).toEqual(["mock fault-20"])
  expect(flow.intents).toEqual([])
})

it("says that a call was cancelled, and what is not known of it", async () => {
  await using session = openSession({ size: [80, 24], events: calling() })
  const { terminal, flow } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("4")
  await terminal.shows(/4 Tools\]/)
  terminal.type(keys.ShiftTab)
  await terminal.shows(/Calling search_docs/)
  flow.append({ _tag: "StepEnded", at: now(), step: "call", outcome: "cancelled", note: "cancelled" })
  await terminal.shows(/Cancelled\. Whether the tool ran all the same is not known/)
})

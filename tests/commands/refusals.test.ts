import type http from "node:http"
import net from "node:net"
import { describe, expect, test } from "vitest"
import { type MockOptions, startMock } from "../../mock/index.ts"
import { listen } from "../servers/listening.ts"
import { standInBrowser } from "../servers/sign-in.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

const answer =
  (status: number, headers: Record<string, string> = {}, body = ""): http.RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body)

/** A port where nothing listens: it was free a moment ago. */
const deadPort = async (): Promise<number> => {
  await using listening = await listen(() => answer(200))
  return Number(new URL(listening.origin).port)
}

/** Answers 401 at the MCP endpoint and otherwise what it is told. */
const protectedBy =
  (elsewhere: http.RequestListener): http.RequestListener =>
  (request, response) =>
    request.url === "/mcp" ? answer(401)(request, response) : elsewhere(request, response)

const html = "<!doctype html><title>Welcome</title>"

describe("a server that cannot be used", () => {
  test("says no in words of its own, which --quiet keeps", async () => {
    await using listening = await listen(() => answer(403, {}, "members only"))
    const ended = await run(["tools", `${listening.origin}/mcp`, "--no-store", "--quiet"])
    expect(ended).toMatchObject({ code: 4, stdout: "" })
    expect(ended.stderr).toMatch(/^✗ The server refuses this request.* HTTP 403: members only \(forbidden\)\n$/)
  })

  test("is down: 6", async () => {
    const url = `http://127.0.0.1:${await deadPort()}/mcp`
    const ended = await run(["tools", url, "--no-store", "--json"])
    expectFailure(ended, { exit: 6, code: "connection_refused", step: "probe", says: /ECONNREFUSED/ })
  })

  test("has a name that does not exist: 6", async () => {
    const ended = await run(["tools", "https://no-such-host.invalid/mcp", "--no-store", "--json"])
    expectFailure(ended, { exit: 6, code: "name_not_found", step: "probe" })
  })

  test.each<{ name: string; handler: http.RequestListener; exit: number; code: string; step: string; says?: RegExp }>([
    {
      name: "answers with a web page",
      handler: answer(200, { "content-type": "text/html" }, html),
      exit: 5,
      code: "web_page",
      step: "probe",
      says: /Welcome/,
    },
    { name: "has nothing at this path", handler: answer(404), exit: 5, code: "not_found", step: "probe" },
    { name: "fails", handler: answer(500), exit: 6, code: "server_error", step: "probe" },
    {
      name: "redirects to a login page",
      handler: answer(302, { location: "/login" }),
      exit: 5,
      code: "redirect_refused",
      step: "probe",
      says: /302 to \/login/,
    },
    {
      name: "publishes no metadata",
      handler: protectedBy(answer(404)),
      exit: 5,
      code: "resource_metadata_missing",
      step: "resource",
      says: /--legacy-auth/,
    },
    {
      name: "answers every metadata address with a web page",
      handler: protectedBy(answer(200, { "content-type": "text/html" }, html)),
      exit: 5,
      code: "resource_metadata_invalid",
      step: "resource",
    },
    { name: "never answers", handler: () => {}, exit: 6, code: "request_timed_out", step: "probe", says: /--timeout/ },
  ])("$name: $exit", async ({ handler, ...expected }) => {
    await using server = await listen(() => handler)
    const patience = expected.code === "request_timed_out" ? "0.3" : "30"
    const ended = await run(["tools", `${server.origin}/mcp`, "--no-store", "--json", "--timeout", patience])
    expectFailure(ended, expected)
  })

  test("does not finish a call: it may be asking", async () => {
    await using mock = await startMock({ noAuth: true })
    const slow = ["call", mock.url, "slow", "steps=1", "delayMs=5000"]
    const ended = await run([...slow, "--no-store", "--json", "--timeout", "0.5"])
    expectFailure(ended, { exit: 6, code: "request_timed_out", step: "call", says: /--timeout[\s\S]*--elicit/ })
  })

  test("shows terminal sequences of a server, and obeys none", async () => {
    const evil = "\u001b]0;pwned\u0007\u001b[2Jgone\u202e"
    await using server = await listen(() => answer(500, { "content-type": "text/plain" }, evil))
    const ended = await run(["tools", `${server.origin}/mcp`, "--no-store", "--json"])
    expectFailure(ended, { exit: 6, code: "server_error" })
    expect(ended.stderr).toMatch(/\\x1b\]0;pwned/)
    expect(ended.stdout + ended.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  test("asks for no authorization: that is no failure", async () => {
    await using mock = await startMock({ noAuth: true })
    const login = await run(["login", mock.url, "--no-store", "--json"])
    expect(login).toMatchObject({ code: 0 })
    expect(login.document()).toMatchObject({ serverUrl: mock.url, authorization: "none" })
    expect(mock.log.all("register")).toHaveLength(0)
  })
})

describe("an authorization server that refuses", () => {
  test.each<{ name: string; options: MockOptions; exit: number; code: string; step: string; says?: RegExp }>([
    {
      name: "offers no registration",
      options: { registration: { enabled: false } },
      exit: 4,
      code: "no_way_to_register",
      step: "client",
      says: /--client-id/,
    },
    {
      name: "lets not everybody register",
      options: { registration: { requireInitialAccessToken: "x" } },
      exit: 4,
      code: "registration_not_open",
      step: "client",
    },
    {
      name: "wants a person where there is none",
      options: { autoApprove: false },
      exit: 3,
      code: "sign_in_needs_a_person",
      step: "consent",
      says: /--browser print/,
    },
  ])("$name: $exit", async ({ options, ...expected }) => {
    await using mock = await startMock({ autoApprove: true, ...options })
    const ended = await run(["login", mock.url, "--no-store", "--json", "--browser", "follow"])
    expectFailure(ended, expected)
    expect(mock.log.all("token")).toHaveLength(0)
  })

  test("the user denies: 4, and the page in the browser says so", async () => {
    await using mock = await startMock()
    using folder = temporaryFolder()
    const browser = standInBrowser(folder.file("visits"), "deny")
    const ended = await run(
      ["login", mock.url, "--store", folder.file("store"), "--json", "--browser", "system"],
      browser,
    )
    expectFailure(ended, { exit: 4, code: "access_denied", step: "consent" })
    await browser.sawTheEnd()
    expect(mock.log.all("token")).toHaveLength(0)
  })

  test("the callback port is taken: 4, and it says by whom where it can", async () => {
    await using mock = await startMock({ autoApprove: true })
    const holder = net.createServer()
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve))
    try {
      const { port } = holder.address() as net.AddressInfo
      const redirect = `http://127.0.0.1:${port}/callback`
      const ended = await run([
        "login",
        mock.url,
        "--no-store",
        "--json",
        "--browser",
        "print",
        "--redirect-uri",
        redirect,
      ])
      expectFailure(ended, { exit: 4, code: "callback_port_taken", step: "consent", says: new RegExp(`port ${port}`) })
      // The sign-in page was never shown: its answer could not have arrived.
      expect(ended.stderr).not.toMatch(/\/authorize\?/)
    } finally {
      holder.close()
    }
  })

  test("nobody may be asked: 3, before a client is registered or a browser started", async () => {
    await using mock = await startMock({ autoApprove: true })
    using folder = temporaryFolder()
    const browser = standInBrowser(folder.file("visits"))
    for (const how of [["--no-input"], []]) {
      const ended = await run(["tools", mock.url, "--no-store", "--json", ...how], browser)
      expectFailure(ended, { exit: 3, code: "authorization_required", says: `mcp-dcr-tui login ${mock.url}` })
    }
    // The command that is named lets this very run succeed: the same store, account and rules.
    const store = folder.file("a store")
    const same = ["--profile", "work", "--store", store, "--scope", "mcp:tools", "--legacy-auth"]
    const ended = await run(["tools", mock.url, "--json", ...same])
    const command = `mcp-dcr-tui login ${mock.url} --profile work --scope mcp:tools --legacy-auth --store '${store}'`
    expectFailure(ended, { exit: 3, code: "authorization_required", says: command })
    expect(ended.document()).toMatchObject({
      error: { expected: command, remedy: [expect.stringContaining(command), expect.stringContaining(command)] },
    })
    expect(mock.log.all("register")).toHaveLength(0)
    expect(mock.log.all("authorize")).toHaveLength(0)
    expect(browser.visits()).toEqual([])
  })
})

describe("a tool that says no", () => {
  test("with isError: 1, and its words are the result", async () => {
    await using mock = await startMock({ noAuth: true })
    const plain = await run(["call", mock.url, "fail", "reason=enough", "--no-store"])
    expect(plain).toMatchObject({ code: 1 })
    expect(plain.stdout).toMatch(/enough/)
    const json = await run(["call", mock.url, "fail", "--no-store", "--json"])
    expect(json.code).toBe(1)
    expect(json.document()).toMatchObject({ tool: "fail", isError: true, result: { isError: true } })
  })

  test("because it does not exist: 2, with the names of those that do", async () => {
    await using mock = await startMock({ noAuth: true })
    const ended = await run(["call", mock.url, "ad", "--no-store", "--json"])
    expectFailure(ended, { exit: 2, code: "no_such_tool", step: "call", says: /get_weather/ })
  })
})

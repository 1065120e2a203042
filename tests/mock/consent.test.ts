import { describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import {
  type Attempt,
  attempt,
  authorizeUrl,
  callback,
  type Form,
  get,
  newClient,
  postForm,
  REDIRECT,
  redeem,
  stoppedMock,
} from "./client.ts"

/** A browser: one cookie jar, forms filled in from the page last seen. */
class Browser {
  cookie = ""
  page = ""

  async open(url: string) {
    const answer = await get(url, this.cookie === "" ? {} : { cookie: this.cookie })
    this.#remember(answer.headers, answer.text)
    return answer
  }

  async submit(choice: Form, headers: Record<string, string> = {}) {
    const action = /<form method="post" action="([^"]+)"/.exec(this.page)?.[1] ?? ""
    const hidden = [...this.page.matchAll(/type="hidden" name="(\w+)" value="([^"]+)"/g)].map((match) => [
      match[1] ?? "",
      match[2] ?? "",
    ])
    const answer = await postForm(
      action,
      { ...Object.fromEntries(hidden), ...choice },
      { cookie: this.cookie, ...headers },
    )
    this.#remember(answer.headers, answer.text)
    return answer
  }

  /** Signs in, which leads to the consent page. */
  async signIn(url: string, user = "ada") {
    await this.open(url)
    const { headers } = await this.submit({ user })
    return this.open(headers.get("location") ?? "")
  }

  #remember(headers: Headers, text: string) {
    const cookie = headers.get("set-cookie")?.split(";")[0]
    if (cookie !== undefined) this.cookie = cookie
    if (text !== "") this.page = text
  }
}

async function request(mock: Mock, metadata = {}, changes = {}): Promise<Attempt & { url: string }> {
  const made = attempt(mock, await newClient(mock, metadata), changes)
  return { ...made, url: authorizeUrl(mock, made.query) }
}

describe("the consent page", () => {
  test("comes after the login page, and approval leads to tokens", async () => {
    await using mock = await startMock()
    const asked = await request(mock)
    const browser = new Browser()
    const login = await browser.open(asked.url)
    expect(login.status).toBe(200)
    expect(login.text).toContain("Ada Lovelace")
    expect(login.headers.get("set-cookie")).toMatch(/^mcp_mock_\d+=[\w-]{43}; HttpOnly; SameSite=Lax; Path=\/$/)
    const anonymous = browser.cookie
    const signedIn = await browser.submit({ user: "grace" })
    expect(signedIn.status).toBe(302)
    // A cookie planted before the login must not be the signed-in one.
    expect(browser.cookie).not.toBe(anonymous)
    await browser.open(signedIn.headers.get("location") ?? "")
    const decided = await browser.submit({ decision: "approve" }, { origin: mock.origin })
    const parameters = callback(decided)
    expect(decided.headers.get("location")?.startsWith(REDIRECT)).toBe(true)
    expect([parameters.get("state"), parameters.get("iss")]).toEqual(["xyzzy-state", mock.issuer])
    const { status, body } = await redeem(mock, asked, parameters.get("code") ?? "")
    expect(status).toBe(200)
    expect(mock.inspect?.(String(body.access_token))).toMatchObject({ sub: "grace", name: "Grace Hopper" })
    expect(mock.log.failures()).toEqual([])
  })

  test("denial leads back with access_denied", async () => {
    await using mock = await startMock()
    const browser = new Browser()
    await browser.signIn((await request(mock)).url)
    const parameters = callback(await browser.submit({ decision: "deny" }))
    expect([parameters.get("error"), parameters.get("state"), parameters.get("iss")]).toEqual([
      "access_denied",
      "xyzzy-state",
      mock.issuer,
    ])
    expect(parameters.has("code")).toBe(false)
  })

  test("is shown again every time: a public client is never approved silently", async () => {
    await using mock = await startMock()
    const asked = await request(mock)
    const browser = new Browser()
    await browser.signIn(asked.url)
    await browser.submit({ decision: "approve" })
    const again = await browser.open(asked.url)
    expect(again.status).toBe(200)
    expect(again.text).toContain("Allow access?")
  })

  test("lets the user be somebody else", async () => {
    await using mock = await startMock()
    const asked = await request(mock)
    const browser = new Browser()
    await browser.signIn(asked.url)
    const switched = await browser.submit({ decision: "switch" })
    expect((await browser.open(switched.headers.get("location") ?? "")).text).toContain("Grace Hopper")
  })

  test("shows who asks, for what, and where the answer goes", async () => {
    await using mock = await startMock()
    const asked = await request(mock, { client_name: "Weather tool" })
    const { text } = await new Browser().signIn(asked.url)
    for (const fact of [
      "“Weather tool” (not verified)",
      asked.clientId,
      "http://127.0.0.1:43210",
      mock.url,
      "files:read",
      "Ada Lovelace",
      "a program on this computer",
    ]) {
      expect(text).toContain(fact)
    }
  })

  test("shows no loopback warning for an address on the web", async () => {
    await using mock = await startMock()
    const uri = "https://app.example/cb"
    const { text, headers } = await new Browser().signIn(
      (await request(mock, { redirect_uris: [uri] }, { redirect_uri: uri })).url,
    )
    expect(text).not.toContain("a program on this computer")
    expect(headers.get("content-security-policy")).toContain("form-action 'self' https://app.example;")
  })

  test.each([
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    "&lt;b&gt;",
    "\u202egoogle\u202c",
    "zero\u200bwidth",
    "\u001b[31mred",
    "a\u0000b",
    "tag\u{e0041}ged",
  ])("shows the client name %j as text", async (name) => {
    await using mock = await startMock()
    const { text } = await new Browser().signIn((await request(mock, { client_name: name })).url)
    expect(text).not.toContain(name)
    expect(text).not.toMatch(/<script|<img|[\u202a-\u202e\u200b\u001b\u0000]/)
    expect(text).not.toMatch(/<[a-z]+ [^>]*onmouseover/)
  })

  test("a redirect host cannot smuggle a policy directive", async () => {
    await using mock = await startMock()
    const uri = "https://a;script-src.example/cb"
    const { headers } = await new Browser().signIn(
      (await request(mock, { redirect_uris: [uri] }, { redirect_uri: uri })).url,
    )
    expect(headers.get("content-security-policy")).not.toContain("script-src")
  })

  test("may not be framed, stored, or load anything", async () => {
    await using mock = await startMock()
    const browser = new Browser()
    const asked = await request(mock)
    for (const { headers } of [await browser.open(asked.url), await browser.signIn(asked.url)]) {
      expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect(headers.get("x-frame-options")).toBe("DENY")
      expect(headers.get("cache-control")).toBe("no-store")
      expect(headers.get("x-content-type-options")).toBe("nosniff")
    }
  })

  test("asks a signed-out user of prompt=none for a login, and a signed-in one for consent", async () => {
    await using mock = await startMock()
    const asked = await request(mock)
    const silent = `${asked.url}&prompt=none`
    const browser = new Browser()
    expect(callback(await browser.open(silent)).get("error")).toBe("login_required")
    await browser.signIn(asked.url)
    expect(callback(await browser.open(silent)).get("error")).toBe("consent_required")
  })

  test("does not open for a bad client at all", async () => {
    await using mock = await startMock()
    const asked = await request(mock, {}, { redirect_uri: "https://evil.example/" })
    const answer = await get(asked.url)
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([400, null])
  })
})

describe("a decision that was not made on our page", () => {
  async function ready(mock: Mock) {
    const browser = new Browser()
    await browser.signIn((await request(mock)).url)
    return browser
  }

  test.each<[string, Form, Record<string, string>, number]>([
    ["without the token", { csrf: undefined }, {}, 403],
    ["with a wrong token", { csrf: "wrong" }, {}, 403],
    ["from another site", {}, { origin: "https://evil.example" }, 403],
    ["without the cookie", {}, { cookie: "" }, 403],
    ["with somebody else's cookie", {}, { cookie: "mcp_mock_1=x" }, 403],
    ["without a request", { interaction: undefined }, {}, 400],
    ["with an unknown request", { interaction: "x" }, {}, 400],
    ["that is no decision", { decision: "maybe" }, {}, 400],
  ])("%s is refused, and the user can still decide", async (_, form, headers, status) => {
    await using mock = await startMock()
    const browser = await ready(mock)
    const page = browser.page
    const answer = await browser.submit({ decision: "approve", ...form }, headers)
    expect([answer.status, answer.headers.get("location")]).toEqual([status, null])
    browser.page = page
    const decided = await browser.submit({ decision: "approve" })
    expect([decided.status, new URL(decided.headers.get("location") ?? "").searchParams.has("code")]).toEqual([
      302,
      true,
    ])
  })

  test("with the token of another browser is refused", async () => {
    await using mock = await startMock()
    const [victim, attacker] = [await ready(mock), await ready(mock)]
    attacker.cookie = victim.cookie
    expect((await attacker.submit({ decision: "approve" })).status).toBe(403)
  })

  test("counts only once", async () => {
    await using mock = await startMock()
    const browser = await ready(mock)
    const page = browser.page
    expect((await browser.submit({ decision: "approve" })).status).toBe(302)
    browser.page = page
    expect((await browser.submit({ decision: "approve" })).status).toBe(400)
  })

  test("for a client that has gone meanwhile leads nowhere", async () => {
    await using mock = await startMock()
    const asked = await request(mock)
    const browser = new Browser()
    await browser.signIn(asked.url)
    mock.forgetClient(asked.clientId)
    expect((await browser.submit({ decision: "approve" })).status).toBe(400)
  })

  test("after the browser session has ended is refused", async () => {
    const { mock, clock } = await stoppedMock({ autoApprove: false })
    await using _ = mock
    const browser = await ready(mock)
    clock.advance(61 * 60_000)
    expect((await browser.submit({ decision: "approve" })).status).toBe(403)
  })

  test("as a user that does not exist is refused", async () => {
    await using mock = await startMock()
    const browser = new Browser()
    await browser.open((await request(mock)).url)
    const page = browser.page
    expect((await browser.submit({ user: "root" })).status).toBe(400)
    browser.page = page
    expect((await browser.submit({ user: "ada" })).status).toBe(302)
  })
})

import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { problem } from "../../source/text/problem.ts"
import { makeSecretBook, redactBody, redactHeaders, redactUrl } from "../../source/text/redaction.ts"
import { placeholder, reveal, secret } from "../../source/text/secret.ts"
import { remoteString } from "./strings.ts"

const canary = 'canary/tok+en=&"<7f3a>'
const url = encodeURIComponent(canary)
const json = JSON.stringify(canary)

describe("Secret (I-2)", () => {
  it("shows its label, length and fingerprint only, however it is looked at", () => {
    const hidden = secret("access_token", canary)
    for (const shown of [
      inspect(hidden, { showHidden: true, depth: null, getters: true }),
      JSON.stringify(hidden),
      JSON.stringify({ ...hidden }),
      String(hidden),
      placeholder(hidden),
      inspect(new Error("x", { cause: hidden }), { depth: null }),
    ])
      expect(shown).not.toContain("canary")
    expect(reveal(hidden)).toBe(canary)
    expect(reveal({ ...hidden })).toBeUndefined()
    expect(placeholder(hidden)).toMatch(/^<access_token 22 chars sha256:[0-9a-f]{8}>$/)
  })
})

describe("problem", () => {
  it("joins a row of the table with the evidence", () => {
    const row = { what: "w", why: "y", remedy: ["r"], rule: "RFC", exit: 5 } as const
    expect(problem({ broken: row }, "broken", { url: "u" })).toEqual({ code: "broken", ...row, url: "u" })
  })
})

describe("a secret is hidden at first sight (CR-124)", () => {
  const body = (mediaType: string, text: string) => (book: ReturnType<typeof makeSecretBook>) =>
    redactBody(book, mediaType, text)
  const field = (name: string, value: string) => (book: ReturnType<typeof makeSecretBook>) =>
    JSON.stringify(redactHeaders(book, [[name, value]]))
  const address = (text: string) => (book: ReturnType<typeof makeSecretBook>) => redactUrl(book, text)

  it.each([
    ["bearer header", field("Authorization", `Bearer ${canary}`)],
    ["two spaces", field("authorization", `Bearer  ${canary}`)],
    ["scheme only", field("authorization", canary)],
    ["basic header", field("authorization", `Basic ${Buffer.from(`id:${canary}`).toString("base64")}`)],
    ["proxy header", field("proxy-authorization", `Basic ${canary}`)],
    ["cookie", field("Set-Cookie", `sid=${canary}; Path=/`)],
    ["session", field("Mcp-Session-Id", canary)],
    ["key of the user's own", field("X-My-Api-Key", canary)],
    ["token of the user's own", field("cf-access-client-secret", canary)],
    ["location", field("Location", `http://127.0.0.1/cb?code=${url}&state=x`)],
    ["link in a header", field("Link", `<https://h.example/?access_token=${url}>; rel="next"`)],
    ["query", address(`https://h.example/cb?code=${url}&state=1`)],
    ["query, encoded name", address(`https://h.example/cb?access%5Ftoken=${url}`)],
    ["query, upper case", address(`https://h.example/cb?API_KEY=${url}`)],
    ["fragment", address(`https://h.example/#access_token=${url}`)],
    ["userinfo", address(`https://me:${url}@h.example/`)],
    ["form", body("application/x-www-form-urlencoded", `grant_type=x&refresh_token=${url}`)],
    ["form, bad percent", body("application/x-www-form-urlencoded", "code=canary%zz")],
    ["JSON", body("application/json", `{"access_token": ${json}}`)],
    ["nested JSON", body("application/problem+json", `[{"x":{"client_secret":${json}}}]`)],
    ["array", body("application/json", `{"refresh_token":[${json}]}`)],
    ["repeated member", body("application/json", `{"access_token":${json},"access_token":1}`)],
    ["member under a repeated parent", body("application/json", `{"x":{"access_token":${json}},"x":1}`)],
    ["escaped name", body("application/json", `{"access\\u005ftoken":${json}}`)],
    ["truncated JSON", body("application/json", `{"a":1,"access_token":${json.slice(0, -3)}`)],
    ["truncated JSON, escaped name", body("application/json", `{"access\\u005ftoken":${json}`)],
    ["JSON in a JSON string", body("application/json", JSON.stringify({ text: `{"access_token":${json}}` }))],
    ["event stream", body("text/event-stream", `event: message\ndata: {"access_token":${json}}\n\n`)],
    [
      "JSON in a string in an event",
      body("text/event-stream", `data: ${JSON.stringify({ text: '{"access_token":"canary-1"}' })}\n\n`),
    ],
    ["link in HTML", body("text/html", `<a href="https://h.example/cb?state=1&amp;code=${url}">x</a>`)],
    ["form in HTML", body("text/html", '<input type="hidden" name="code" value="canary-1">')],
    ["form in HTML, value first", body("text/html", "<input value='canary-1' name='id_token'>")],
    ["wrong media type", body("text/plain", `{"refresh_token":${json}}`)],
    ["JSON that is too deep", body("application/json", `${"[".repeat(200_000)}{"access_token":${json}`)],
  ])("%s", (_, redact) => {
    const out = redact(makeSecretBook())
    expect(out).not.toContain("canary")
    expect(out).toMatch(/<[\w-]+ \d+ chars sha256:[0-9a-f]{8}>/)
  })

  it("a number is a secret as well", () => {
    expect(redactBody(makeSecretBook(), "application/json", '{"password":12345678}')).not.toContain("12345678")
  })
})

describe("a secret that is known is hidden wherever it comes back", () => {
  const html = canary.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  it.each([
    ["as it is", `you sent ${canary}!`],
    ["percent-encoded", `https://h.example/${url}`],
    ["lower-case percent", url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
    ["form-encoded", new URLSearchParams({ x: canary }).toString()],
    ["JSON", json],
    ["JSON with escaped slashes", json.replaceAll("/", "\\/")],
    ["JSON in JSON", JSON.stringify(json)],
    ["HTML", `<p>${html}</p>`],
  ])("%s", (_, text) => {
    const book = makeSecretBook()
    book.keep("access_token", canary)
    for (const out of [
      book.conceal(text),
      redactBody(book, "text/html", text),
      redactBody(book, "application/x-www-form-urlencoded", text),
      JSON.stringify(redactHeaders(book, [["x-echo", text]])),
      redactUrl(book, text),
    ])
      expect(out).not.toContain("canary")
  })

  it("the Basic credentials and the secret within them", () => {
    const book = makeSecretBook()
    const credentials = Buffer.from(`id:${encodeURIComponent("canary secret")}`).toString("base64")
    redactHeaders(book, [["authorization", `Basic ${credentials}`]])
    expect(book.conceal(`${credentials} and canary secret`)).not.toMatch(/canary|Y2FuYXJ5/)
    expect(book.conceal(credentials)).not.toContain(credentials)
  })

  it("a longer secret that begins with a shorter one, kept in either order", () => {
    for (const order of [
      ["canary-1", "canary-1-canary-2"],
      ["canary-1-canary-2", "canary-1"],
    ]) {
      const book = makeSecretBook()
      for (const value of order) book.keep("token", value)
      expect(book.conceal("x canary-1-canary-2 y canary-1")).toMatch(/^x <[^<>]+> y <[^<>]+>$/)
    }
  })

  it("a secret that is spelled like a part of a placeholder tears none apart", () => {
    const book = makeSecretBook()
    const mark = book.keep("access_token", canary)
    book.keep("code", "access_token")
    book.keep("code", "chars sha256")
    expect(book.conceal(mark)).toBe(mark)
    expect(book.expose(book.conceal(canary))).toBe(canary)
  })
})

describe("a book of any size", () => {
  it("hides a token of 200 kB, and one of each of 20,000 renewals", () => {
    const book = makeSecretBook()
    const long = "x".repeat(200_000)
    book.keep("access_token", long)
    for (let number = 0; number < 20_000; number++)
      book.keep("refresh_token", `token-number-${number}-${"y".repeat(40)}`)
    const said = book.conceal(`a ${long} b token-number-19999-${"y".repeat(40)} c`)
    expect(said).toMatch(/^a <access_token 200000 chars sha256:\w+> b <refresh_token \d+ chars sha256:\w+> c$/)
  })
})

describe("what is no secret stays as the server wrote it", () => {
  it.each([
    ["application/json", '{ "code" : -32601, "message": "Method not found" }'],
    ["application/json", '{"issues":[{"code":"invalid_type"}],"token_type":"Bearer","scope":"a b"}'],
    ["application/json", '{"issuer":"https://as.example","token_endpoint":"https://as.example/token"}'],
    ["application/x-www-form-urlencoded", "grant_type=authorization_code&state=abc&resource=https%3A%2F%2Fh.example"],
    ["text/html", '<form action="/consent?x=1"><input name="user" value="ada"></form>'],
  ])("%s %s", (mediaType, text) => expect(redactBody(makeSecretBook(), mediaType, text)).toBe(text))

  it("challenges and CORS fields keep their value", () => {
    const fields = [
      ["WWW-Authenticate", 'Bearer error="invalid_token", resource_metadata="https://h.example/.well-known/x"'],
      ["Access-Control-Allow-Headers", "authorization, mcp-session-id"],
    ] as const
    expect(redactHeaders(makeSecretBook(), fields)).toEqual(fields)
  })
})

describe("redaction as a whole", () => {
  it.prop("twice is once, and exposing gives the value back", { remoteString }, ({ remoteString }) => {
    const book = makeSecretBook()
    const text = JSON.stringify({ access_token: `canary-${remoteString}`, other: remoteString })
    const once = redactBody(book, "application/json", text)
    expect(once).not.toContain("canary")
    expect(redactBody(book, "application/json", once)).toBe(once)
    expect(JSON.parse(once)).toHaveProperty("access_token")
  })

  it("hostile text costs linear time", () => {
    const book = makeSecretBook()
    const started = performance.now()
    for (const bait of ['"', "<input ", "\\", '"a" : "', "name=", "?a=", '\\"'])
      redactBody(book, "text/html", bait.repeat(64_000 / bait.length))
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

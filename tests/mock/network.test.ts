import { connect } from "node:net"
import { describe, expect, test } from "vitest"
import { type Mock, manualClock, startMock } from "../../mock/index.ts"
import { bearer, get, modern, modernRaw, register } from "./client.ts"

/** Sends bytes as they are and returns everything that comes back until the server hangs up. */
const raw = (mock: Mock, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(mock.port, "127.0.0.1", () => socket.write(text))
    let answer = ""
    socket.setEncoding("latin1")
    socket.on("data", (chunk: string) => {
      answer += chunk
    })
    socket.on("close", () => resolve(answer))
    socket.on("error", reject)
  })

const status = (answer: string) => Number(answer.split(" ")[1])
const request = (mock: Mock, line: string, headers: string[] = []) =>
  raw(mock, [line, ...headers, "Connection: close", "", ""].join("\r\n"))

describe("the Host header", () => {
  test.each<[string, (port: number) => string, number]>([
    ["127.0.0.1", (port) => `127.0.0.1:${port}`, 200],
    ["localhost", (port) => `localhost:${port}`, 200],
    ["LOCALHOST", (port) => `LOCALHOST:${port}`, 200],
    ["IPv6 loopback", (port) => `[::1]:${port}`, 200],
    ["another name", (port) => `evil.example:${port}`, 403],
    ["a name that begins like ours", (port) => `localhost.evil.example:${port}`, 403],
    ["another port", (port) => `127.0.0.1:${port + 1}`, 403],
    ["no port", () => "127.0.0.1", 403],
    ["an empty value", () => "", 403],
  ])("with %s", async (_, host, expected) => {
    await using mock = await startMock()
    expect(status(await request(mock, "GET /health HTTP/1.1", [`Host: ${host(mock.port)}`]))).toBe(expected)
  })

  test("missing or twice is refused", async () => {
    await using mock = await startMock()
    const host = `Host: 127.0.0.1:${mock.port}`
    expect(status(await request(mock, "GET /health HTTP/1.1"))).toBe(400)
    expect(status(await request(mock, "GET /health HTTP/1.0"))).toBe(403)
    expect(status(await request(mock, "GET /health HTTP/1.1", [host, "Host: evil.example"]))).toBeGreaterThanOrEqual(
      400,
    )
  })

  test("of a proxy can be let in", async () => {
    await using mock = await startMock({ allowedHosts: ["mcp.example"] })
    expect(status(await request(mock, "GET /health HTTP/1.1", ["Host: mcp.example"]))).toBe(200)
  })
})

describe("the Origin header", () => {
  test.each([
    ["http://localhost:6274", 200],
    ["http://127.0.0.1:1", 200],
    ["http://[::1]:1", 200],
    ["https://inspector.example", 200],
    ["http://evil.example", 403],
    ["http://localhost.evil.example", 403],
    ["http://127.0.0.1.nip.io", 403],
    ["null", 403],
    ["file://localhost", 403],
    ["nonsense", 403],
  ])("%s gets %i at the MCP endpoint", async (origin, expected) => {
    await using mock = await startMock({ allowedOrigins: ["https://inspector.example"] })
    const answer = await modern(mock, mock.issueToken(), "server/discover", {}, { origin })
    expect(answer.status).toBe(expected)
    expect(answer.headers.get("access-control-allow-origin")).toBe(expected === 200 ? origin : null)
    if (expected === 200) expect(answer.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate")
  })

  test("is looked at before the token, for GET and the aliases as well", async () => {
    await using mock = await startMock()
    const origin = { origin: "http://evil.example" }
    expect((await get(mock.url, origin)).status).toBe(403)
    expect((await fetch(`${mock.url}/tools/list`, { method: "POST", headers: origin })).status).toBe(403)
  })
})

describe("odd requests", () => {
  test.each<[string, string, number]>([
    ["an absolute target", "GET http://evil.example/health HTTP/1.1", 404],
    ["a target with two slashes", "GET //health HTTP/1.1", 404],
    ["dot segments", "GET /x/../health HTTP/1.1", 404],
    ["an encoded path", "GET /%68ealth HTTP/1.1", 404],
    ["another letter case", "GET /Health HTTP/1.1", 404],
    ["an asterisk", "OPTIONS * HTTP/1.1", 404],
    ["an unknown method", "BREW /health HTTP/1.1", 400],
    ["a method it does not have", "PROPFIND /health HTTP/1.1", 405],
    ["noise", "\u0016\u0003\u0001", 400],
  ])("%s", async (_, line, expected) => {
    await using mock = await startMock()
    expect(status(await request(mock, line, [`Host: 127.0.0.1:${mock.port}`]))).toBe(expected)
  })

  test("HEAD is GET without a body", async () => {
    await using mock = await startMock()
    const answer = await request(mock, "HEAD /health HTTP/1.1", [`Host: 127.0.0.1:${mock.port}`])
    expect(status(answer)).toBe(200)
    expect(answer.endsWith("\r\n\r\n")).toBe(true)
  })

  test("headers of any size are not read", async () => {
    await using mock = await startMock()
    const answer = await request(mock, "GET /health HTTP/1.1", [
      `Host: 127.0.0.1:${mock.port}`,
      `X: ${"x".repeat(40_000)}`,
    ])
    expect([400, 431]).toContain(status(answer))
  })

  test("two Authorization headers are refused", async () => {
    await using mock = await startMock()
    const headers = [
      `Host: 127.0.0.1:${mock.port}`,
      `Authorization: Bearer ${mock.issueToken()}`,
      "Authorization: Bearer x",
      "Content-Length: 0",
    ]
    expect(status(await request(mock, "POST /mcp HTTP/1.1", headers))).toBe(400)
    expect(mock.log.failures()).toContain("mcp: authorization-single")
  })

  test("a client that hangs up in mid-body harms nobody", async () => {
    await using mock = await startMock()
    await new Promise<void>((resolve) => {
      const socket = connect(mock.port, "127.0.0.1", () => {
        socket.write(`POST /register HTTP/1.1\r\nHost: 127.0.0.1:${mock.port}\r\nContent-Length: 1000\r\n\r\n{`, () =>
          socket.destroy(),
        )
      })
      socket.on("close", () => resolve())
    })
    expect((await get(`${mock.origin}/health`)).status).toBe(200)
  })

  test("a body beyond the limit is not read to its end", async () => {
    await using mock = await startMock()
    const answer = await modern(mock, mock.issueToken(), "tools/call", {
      name: "echo",
      arguments: { message: "x".repeat(5_000_000) },
    })
    expect(answer.status).toBe(413)
  })
})

test("listens on loopback only", async () => {
  await expect(startMock({ host: "0.0.0.0" as never })).rejects.toThrow(RangeError)
  await using mock = await startMock({ host: "localhost" })
  expect(mock.origin).toBe(`http://localhost:${mock.port}`)
  expect((await get(`${mock.origin}/health`)).body.issuer).toBe(mock.issuer)
})

test("a taken port is said so", async () => {
  await using mock = await startMock()
  await expect(startMock({ port: mock.port })).rejects.toMatchObject({ code: "EADDRINUSE" })
})

test("closing cuts what is open, at once and as often as one likes", async () => {
  const mock = await startMock({ clock: manualClock() })
  const token = mock.issueToken()
  const params = { name: "slow", arguments: { steps: 1, delayMs: 60_000 } }
  const response = await modernRaw(mock, token, "tools/call", params)
  const body = response.text().catch(() => "cut")
  const before = performance.now()
  await mock.close()
  await mock.close()
  expect(performance.now() - before).toBeLessThan(1000)
  await body
  await expect(fetch(`${mock.origin}/health`)).rejects.toThrow()
})

test("the rate of all requests can be limited", async () => {
  const clock = manualClock()
  await using mock = await startMock({ clock, rateLimits: { requests: 2 } })
  await get(`${mock.origin}/health`)
  await get(`${mock.origin}/health`)
  const limited = await register(mock)
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "60"])
  clock.advance(60_000)
  expect((await get(`${mock.origin}/health`, bearer("x"))).status).toBe(200)
})

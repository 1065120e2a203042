import dns from "node:dns"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { syncBuiltinESMExports } from "node:module"
import type { AddressInfo } from "node:net"
import { describe, expect, test, vi } from "vitest"
import { documentIdFault } from "../../mock/authorization/client-document.ts"
import { type MockOptions, startMock } from "../../mock/index.ts"
import { addressAllowed } from "../../mock/net/special-use.ts"
import {
  type Attempt,
  attempt,
  authorizeUrl,
  callback,
  get,
  type Json,
  REDIRECT,
  redeem,
  refresh,
  stoppedMock,
  string,
} from "./client.ts"

type Responder = (request: IncomingMessage, response: ServerResponse, url: string) => void

/** A site that publishes one client document. */
async function site(respond: Responder) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.url ?? "")
    respond(request, response, url)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client.json`
  return {
    url,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const good = (url: string): Json => ({
  client_id: url,
  client_name: "Document client",
  redirect_uris: [REDIRECT],
  grant_types: ["authorization_code", "refresh_token"],
  token_endpoint_auth_method: "none",
})

const answering =
  (change: Json = {}, headers: Record<string, string> = {}): Responder =>
  (_request, response, url) => {
    response
      .writeHead(200, { "content-type": "application/json", ...headers })
      .end(JSON.stringify({ ...good(url), ...change }))
  }

describe("a client that is a document", () => {
  test("signs in and refreshes without any registration", async () => {
    await using published = await site(answering())
    await using mock = await startMock({ autoApprove: true })
    const request = attempt(mock, published.url)
    const code = string(callback(await get(authorizeUrl(mock, request.query))).get("code"))
    const { status, body } = await redeem(mock, request, code)
    expect(status).toBe(200)
    expect((await refresh(mock, request, string(body.refresh_token))).status).toBe(200)
    // One fetch for three requests: it was allowed to be kept.
    expect(published.seen).toEqual(["/client.json"])
    expect(mock.clients()).toMatchObject([{ client_id: published.url, kind: "document" }])
    expect(mock.log.failures()).toEqual([])
  })

  test("is fetched again when its time is over", async () => {
    await using published = await site(answering({}, { "cache-control": "max-age=60" }))
    const { mock, clock } = await stoppedMock()
    await using _ = mock
    const { query } = attempt(mock, published.url)
    const ask = () => get(authorizeUrl(mock, query))
    await ask()
    clock.advance(59_999)
    await ask()
    expect(published.seen).toHaveLength(1)
    clock.advance(1)
    await ask()
    expect(published.seen).toHaveLength(2)
  })

  test("is fetched every time when it may not be kept", async () => {
    await using published = await site(answering({}, { "cache-control": "no-store" }))
    await using mock = await startMock({ autoApprove: true })
    const { query } = attempt(mock, published.url)
    for (let i = 0; i < 3; i += 1) expect((await get(authorizeUrl(mock, query))).status).toBe(302)
    expect(published.seen).toHaveLength(3)
  })

  test("is fetched only after the user has signed in", async () => {
    await using published = await site(answering())
    await using mock = await startMock()
    const page = await get(authorizeUrl(mock, attempt(mock, published.url).query))
    expect(page.text).toContain("Ada Lovelace")
    expect(published.seen).toEqual([])
  })

  const ends =
    (status: number, headers: Record<string, string> = {}, body = ""): Responder =>
    (_request, response) => {
      response.writeHead(status, headers).end(body)
    }

  test.each<[string, Responder]>([
    ["names another id", answering({ client_id: "http://127.0.0.1/other" })],
    [
      "differs from its id by a slash",
      (request, response, url) => answering({ client_id: `${url}/` })(request, response, url),
    ],
    ["has no name", answering({ client_name: undefined })],
    ["has no redirect", answering({ redirect_uris: [] })],
    ["has a bad redirect", answering({ redirect_uris: ["javascript:x"] })],
    ["has a secret", answering({ client_secret: "x" })],
    ["wants Basic", answering({ token_endpoint_auth_method: "client_secret_basic" })],
    ["wants post", answering({ token_endpoint_auth_method: "client_secret_post" })],
    ["is not found", ends(404)],
    ["redirects", ends(302, { location: "/elsewhere" })],
    ["is no JSON", ends(200, {}, "<html>")],
    ["is a list", ends(200, {}, "[]")],
    ["comes with 201", (_request, response, url) => void response.writeHead(201).end(JSON.stringify(good(url)))],
    ["comes in part", (_request, response, url) => void response.writeHead(206).end(JSON.stringify(good(url)))],
    ["is larger than 5 kB", answering({ padding: "x".repeat(5 * 1024) })],
    ["breaks off", (_request, response) => void response.destroy()],
  ])("is refused when it %s, and that is not kept", async (_, respond) => {
    let broken = true
    await using published = await site((request, response, url) =>
      (broken ? respond : answering())(request, response, url),
    )
    await using mock = await startMock({ autoApprove: true })
    const { query } = attempt(mock, published.url)
    const refused = await get(authorizeUrl(mock, query))
    expect([refused.status, refused.headers.get("location")]).toEqual([400, null])
    expect(mock.log.failures()).toEqual(["authorize: client-document", "authorize: client-known"])
    expect(refused.text).not.toContain("elsewhere")
    broken = false
    expect((await get(authorizeUrl(mock, query))).status).toBe(302)
  })

  test("is given up when it takes longer than three seconds", async () => {
    await using published = await site(() => {})
    const { mock, clock } = await stoppedMock()
    await using _ = mock
    const asked = get(authorizeUrl(mock, attempt(mock, published.url).query))
    await expect.poll(() => published.seen.length).toBe(1)
    clock.advance(3000)
    expect((await asked).status).toBe(400)
    const check = mock.log.last("authorize")?.checks.find(({ name }) => name === "client-document")
    expect(check).toMatchObject({ passed: false, detail: "the document took too long" })
  })

  test("SR-14 is not fetched from a name that turns out to be this machine's or a private address", async () => {
    await using mock = await startMock({ autoApprove: true })
    for (const address of ["127.0.0.1", "10.1.2.3", "::ffff:169.254.169.254"]) {
      const answer = (_: string, __: object, done: (error: null, found: object[]) => void) =>
        done(null, [{ address, family: address.includes(":") ? 6 : 4 }])
      const lookup = vi.spyOn(dns, "lookup").mockImplementation(answer as typeof dns.lookup)
      syncBuiltinESMExports()
      const { status } = await get(authorizeUrl(mock, attempt(mock, "https://client.example/c.json").query))
      lookup.mockRestore()
      syncBuiltinESMExports()
      expect(status).toBe(400)
      const check = mock.log.last("authorize")?.checks.find(({ name }) => name === "client-document")
      expect(check?.detail, address).toBe("the host has no address that may be fetched from")
    }
  })

  test("is unknown when the server takes no documents", async () => {
    await using published = await site(answering())
    await using mock = await startMock({ autoApprove: true, cimd: false } satisfies MockOptions)
    expect((await get(authorizeUrl(mock, attempt(mock, published.url).query))).status).toBe(400)
    expect(published.seen).toEqual([])
  })

  test("the id is not trusted to be an endpoint's own: the token endpoint knows it too", async () => {
    await using published = await site(answering())
    await using mock = await startMock({ autoApprove: true })
    const request: Attempt = attempt(mock, published.url)
    expect((await redeem(mock, request, "x")).body.error).toBe("invalid_grant")
  })
})

test.each([
  ["https://client.example/c.json", undefined],
  ["http://127.0.0.1:8080/c.json", undefined],
  ["https://client.example/c.json?v=1", undefined],
  ["http://client.example/c.json", "client_id must use https"],
  ["http://127.0.0.1.nip.io/c.json", "client_id must use https"],
  ["https://client.example", "client_id has no path"],
  ["https://client.example/", "client_id has no path"],
  ["https://client.example/a/../c.json", "client_id has dot segments"],
  ["https://client.example/%2e%2e/c.json", "client_id has dot segments"],
  ["https://client.example/c.json#f", "client_id has a fragment"],
  ["https://u:p@client.example/c.json", "client_id has user information"],
  ["https://", "client_id is not a URL"],
])("the client id %s: %s", (id, fault) => {
  expect(documentIdFault(id)).toBe(fault)
})

test.each<[string, boolean, boolean]>([
  ["93.184.216.34", false, true],
  ["2606:2800:220:1::1", false, true],
  ["127.0.0.1", true, true],
  ["::1", true, true],
  ["127.0.0.1", false, false],
  ["10.0.0.1", false, false],
  ["172.16.5.5", false, false],
  ["192.168.1.1", false, false],
  ["169.254.169.254", false, false],
  ["100.64.0.1", false, false],
  ["0.0.0.0", false, false],
  ["224.0.0.1", false, false],
  ["255.255.255.255", false, false],
  ["::", false, false],
  ["::ffff:10.0.0.1", false, false],
  ["::ffff:127.0.0.1", false, false],
  ["64:ff9b::a00:1", false, false],
  ["fd00::1", false, false],
  ["fe80::1", false, false],
  ["ff02::1", false, false],
  ["93.184.216.34", true, false],
])("a document may be fetched from %s (on this machine: %s): %s", (address, local, allowed) => {
  expect(addressAllowed(address, local)).toBe(allowed)
})

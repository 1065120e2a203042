import { describe, expect, test } from "vitest"
import { type MockOptions, startMock } from "../../mock/index.ts"
import { attempt, authorizeUrl, callback, codeFor, get, newClient, pkce, REDIRECT, redeem } from "./client.ts"

const auto: MockOptions = { autoApprove: true }

describe("an authorization request", () => {
  test("comes back with code, state and iss", async () => {
    await using mock = await startMock({ ...auto, issuerPath: "/t" })
    const request = attempt(mock, await newClient(mock))
    const answer = await get(authorizeUrl(mock, request.query))
    const parameters = callback(answer)
    expect(answer.headers.get("location")?.startsWith(`${REDIRECT}?`)).toBe(true)
    expect([...parameters.keys()].sort()).toEqual(["code", "iss", "state"])
    expect([parameters.get("state"), parameters.get("iss")]).toEqual(["xyzzy-state", mock.issuer])
    expect(answer.headers.get("cache-control")).toBe("no-store")
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer")
    expect(mock.log.failures()).toEqual([])
    expect(mock.log.held("pkce-s256")).toBe(true)
  })

  test("ignores parameters it does not know", async () => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock), { audience: "x", nonce: "n" })
    expect(callback(await get(authorizeUrl(mock, request.query))).has("code")).toBe(true)
  })

  test("keeps the query of the redirect URI", async () => {
    await using mock = await startMock(auto)
    const uri = "https://app.example/cb?a=1%20b"
    const request = attempt(mock, await newClient(mock, { redirect_uris: [uri] }), { redirect_uri: uri })
    const answer = await get(authorizeUrl(mock, request.query))
    expect(answer.headers.get("location")?.startsWith(`${uri}&code=`)).toBe(true)
  })

  test.each<[string, Record<string, string | undefined>]>([
    ["an unknown client", { client_id: "nobody" }],
    ["no client", { client_id: undefined }],
    ["another host", { redirect_uri: "http://127.0.0.2:43210/callback" }],
    ["localhost instead of 127.0.0.1", { redirect_uri: "http://localhost:43210/callback" }],
    ["a longer path", { redirect_uri: `${REDIRECT}/more` }],
    ["a path that climbs", { redirect_uri: "http://127.0.0.1:43210/x/../callback" }],
    ["an added query", { redirect_uri: `${REDIRECT}?x=1` }],
    ["user information", { redirect_uri: "http://127.0.0.1:43210@evil.example/callback" }],
    ["another letter case", { redirect_uri: "http://127.0.0.1:43210/Callback" }],
    ["https instead of http", { redirect_uri: "https://127.0.0.1:43210/callback" }],
    ["a port beyond the last", { redirect_uri: "http://127.0.0.1:99999/callback" }],
    ["a port that is none", { redirect_uri: "http://127.0.0.1:x/callback" }],
  ])("with %s is answered by a page, and nothing goes anywhere", async (_, changes) => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock), changes)
    const answer = await get(authorizeUrl(mock, request.query))
    expect(answer.status).toBe(400)
    expect(answer.headers.get("location")).toBeNull()
    expect(answer.headers.get("content-type")).toContain("text/html")
  })

  test.each([
    ["http://127.0.0.1/cb", "http://127.0.0.1:5000/cb"],
    ["http://127.0.0.1:4000/cb", "http://127.0.0.1:5000/cb"],
    ["http://[::1]:4000/cb", "http://[::1]:5000/cb"],
    ["http://localhost/cb", "http://localhost:5000/cb"],
  ])("a client registered with %s may come back at %s", async (registered, requested) => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock, { redirect_uris: [registered] }), { redirect_uri: requested })
    expect((await get(authorizeUrl(mock, request.query))).headers.get("location")?.startsWith(`${requested}?`)).toBe(
      true,
    )
  })

  test("the port counts for anything but loopback", async () => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock, { redirect_uris: ["https://app.example/cb"] }), {
      redirect_uri: "https://app.example:8443/cb",
    })
    expect((await get(authorizeUrl(mock, request.query))).status).toBe(400)
  })

  test("may leave out the only redirect URI, but not one of several", async () => {
    await using mock = await startMock(auto)
    const one = attempt(mock, await newClient(mock), { redirect_uri: undefined })
    expect((await get(authorizeUrl(mock, one.query))).status).toBe(302)
    const two = attempt(mock, await newClient(mock, { redirect_uris: [REDIRECT, "https://app.example/cb"] }), {
      redirect_uri: undefined,
    })
    expect((await get(authorizeUrl(mock, two.query))).status).toBe(400)
  })

  test.each<[string, Record<string, string | undefined>, string]>([
    ["no response type", { response_type: undefined }, "invalid_request"],
    ["the implicit response type", { response_type: "token" }, "unsupported_response_type"],
    ["a hybrid response type", { response_type: "code token" }, "unsupported_response_type"],
    ["the fragment response mode", { response_mode: "fragment" }, "invalid_request"],
    ["no challenge", { code_challenge: undefined }, "invalid_request"],
    ["an empty challenge", { code_challenge: "" }, "invalid_request"],
    ["a short challenge", { code_challenge: "abc" }, "invalid_request"],
    ["no challenge method, which means plain", { code_challenge_method: undefined }, "invalid_request"],
    ["the plain method", { code_challenge_method: "plain" }, "invalid_request"],
    ["a method in lower case", { code_challenge_method: "s256" }, "invalid_request"],
    ["no resource", { resource: undefined }, "invalid_target"],
    ["another resource", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["the resource with a slash", { resource: "SLASH" }, "invalid_target"],
    ["the resource with a fragment", { resource: "FRAGMENT" }, "invalid_target"],
    ["an unknown scope", { scope: "mcp:tools admin" }, "invalid_scope"],
    ["a scope that is a property of every object", { scope: "toString" }, "invalid_scope"],
  ])("with %s is sent back with an error, state and iss", async (_, changes, error) => {
    await using mock = await startMock(auto)
    const suffix = { SLASH: "/", FRAGMENT: "#x" }[changes.resource ?? ""]
    const request = attempt(
      mock,
      await newClient(mock),
      suffix === undefined ? changes : { resource: mock.url + suffix },
    )
    const parameters = callback(await get(authorizeUrl(mock, request.query)))
    expect([parameters.get("error"), parameters.get("state"), parameters.get("iss")]).toEqual([
      error,
      "xyzzy-state",
      mock.issuer,
    ])
    expect(parameters.has("code")).toBe(false)
    expect(mock.log.last("authorize")?.error).toBe(error)
  })

  test("SR-11 speaks ASCII in an error that is sent back, whatever it was sent", async () => {
    await using mock = await startMock(auto)
    const { query } = attempt(mock, await newClient(mock))
    const parameters = callback(await get(`${authorizeUrl(mock, query)}&gr%C3%BC%C3%9F=1&gr%C3%BC%C3%9F=2`))
    expect(parameters.get("error")).toBe("invalid_request")
    expect(parameters.get("error_description")).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  test("without state is sent back in strict mode, and only logged in observe mode", async () => {
    await using strict = await startMock(auto)
    const first = attempt(strict, await newClient(strict), { state: undefined })
    const parameters = callback(await get(authorizeUrl(strict, first.query)))
    expect([parameters.get("error"), parameters.has("state")]).toEqual(["invalid_request", false])
    await using lenient = await startMock({ ...auto, mode: "observe" })
    const second = attempt(lenient, await newClient(lenient), { state: undefined, resource: undefined })
    expect(callback(await get(authorizeUrl(lenient, second.query))).has("code")).toBe(true)
    expect(lenient.log.failures()).toEqual(["authorize: state-present", "authorize: resource-present"])
  })

  test("observe mode does not let security matters pass", async () => {
    await using mock = await startMock({ ...auto, mode: "observe" })
    const request = attempt(mock, await newClient(mock), { code_challenge_method: "plain" })
    expect(callback(await get(authorizeUrl(mock, request.query))).get("error")).toBe("invalid_request")
  })

  test.each([
    ["scope", 302, "invalid_request"],
    ["code_challenge", 302, "invalid_request"],
    ["resource", 302, "invalid_target"],
    ["unknown", 302, "invalid_request"],
    ["client_id", 400, undefined],
    ["redirect_uri", 400, undefined],
  ])("with %s twice gets %i", async (name, status, error) => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock), { unknown: "1" })
    const pairs = Object.entries(request.query as Record<string, string>)
    const again = pairs.filter(([key]) => key === name)
    const answer = await get(authorizeUrl(mock, [...pairs, ...again]))
    expect(answer.status).toBe(status)
    if (error) expect(callback(answer).get("error")).toBe(error)
  })

  test("with state twice gets no state back", async () => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock))
    const pairs: [string, string][] = [...Object.entries(request.query as Record<string, string>), ["state", "other"]]
    const parameters = callback(await get(authorizeUrl(mock, pairs)))
    expect([parameters.get("error"), parameters.has("state")]).toEqual(["invalid_request", false])
  })

  test("without a scope gets what the client registered, else the server's default", async () => {
    await using mock = await startMock(auto)
    const granted = async (metadata: Record<string, string>) => {
      const request = attempt(mock, await newClient(mock, metadata), { scope: undefined })
      return (await redeem(mock, request, await codeFor(mock, request))).body.scope
    }
    expect(await granted({ scope: "mcp:tools profile" })).toBe("mcp:tools profile")
    expect(await granted({})).toBe("mcp:tools files:read profile")
  })

  test("is only for GET", async () => {
    await using mock = await startMock(auto)
    const answer = await fetch(`${mock.issuer}/authorize`, {
      method: "POST",
      body: new URLSearchParams({ a: pkce().challenge }),
    })
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"])
  })

  test("is approved as the chosen user", async () => {
    await using mock = await startMock({ autoApprove: "grace" })
    const request = attempt(mock, await newClient(mock))
    await codeFor(mock, request)
    expect(mock.log.last("authorize")?.user).toBe("grace")
  })
})

import { createHash, randomBytes } from "node:crypto"
import http from "node:http"
import { expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"

interface Reply {
  readonly status: number
  readonly location: string
  readonly type: string
  readonly body: Readonly<Record<string, unknown>>
}

/** One request as a plain client of that time sends it: HTTP, and nothing of MCP. */
const ask = (
  method: string,
  url: string,
  sent?: { readonly type: string; readonly body: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const more = sent ? { "content-type": sent.type, "content-length": String(Buffer.byteLength(sent.body)) } : {}
    const request = http.request(url, { method, headers: { ...headers, ...more } }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location ?? "",
          type: response.headers["content-type"] ?? "",
          body: text.startsWith("{") ? JSON.parse(text) : {},
        }),
      )
    })
    request.on("error", reject)
    request.end(sent?.body)
  })

const json = (body: unknown) => ({ type: "application/json", body: JSON.stringify(body) })
const form = (body: Readonly<Record<string, string>>) => ({
  type: "application/x-www-form-urlencoded",
  body: new URLSearchParams(body).toString(),
})

// RFC 3986 §6.2.3: an empty path and "/" are one. The Python SDK 1.x writes the slash.
test.each(["", "/"])(
  "a client of the first demo server signs in for the origin%s, refreshes twice with one token, and calls without a handshake",
  async (slash) => {
    await using mock = await startMock({ autoApprove: true, scenarios: ["first-demo"] })
    const { origin } = mock

    const prm = await ask("GET", `${origin}/.well-known/oauth-protected-resource`)
    expect(prm.body.resource).toBe(origin)

    const redirect = "http://localhost:8765/callback"
    const client = await ask(
      "POST",
      `${origin}/register`,
      json({
        client_name: "first demo client",
        redirect_uris: [redirect],
        scope: "mcp:tools:read mcp:tools:execute",
      }),
    )
    expect(client.status).toBe(200)
    const client_id = String(client.body.client_id)

    const code_verifier = randomBytes(32).toString("base64url")
    const query = new URLSearchParams({
      response_type: "code",
      client_id,
      redirect_uri: redirect,
      scope: "mcp:tools:read mcp:tools:execute",
      state: "demo",
      code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
      code_challenge_method: "S256",
      resource: `${origin}${slash}`,
    })
    const answer = await ask("GET", `${origin}/authorize?${query}`)
    const code = new URL(answer.location).searchParams.get("code") ?? ""
    const token = (body: Readonly<Record<string, string>>) =>
      ask("POST", `${origin}/token`, form({ client_id, resource: `${origin}${slash}`, ...body }))
    const first = await token({ grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier })
    expect(first.status).toBe(200)

    const refresh_token = String(first.body.refresh_token)
    for (const _ of [1, 2]) {
      const again = await token({ grant_type: "refresh_token", refresh_token })
      expect(again).toMatchObject({ status: 200, body: { refresh_token } })
    }

    const authorization = { authorization: `Bearer ${first.body.access_token}` }
    const listed = await ask("POST", `${origin}/mcp/tools/list`, json({}), authorization)
    expect(listed).toMatchObject({ status: 200, type: "application/json", body: { tools: expect.any(Array) } })
    const call = (name: string, args: Readonly<Record<string, unknown>>) =>
      ask(
        "POST",
        `${origin}/mcp/tools/call`,
        json({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name, arguments: args } }),
        authorization,
      )
    const calls: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
      ["get_weather", { location: "New York, NY", units: "celsius" }],
      ["list_files", { path: "/home/user" }],
      ["get_user_profile", {}],
    ]
    for (const [name, args] of calls)
      expect(await call(name, args)).toMatchObject({
        status: 200,
        type: "application/json",
        body: { id: 2, result: { message: expect.any(String), data: expect.any(Object) } },
      })
    // Bare parameters are answered with the bare result.
    const bare = await ask(
      "POST",
      `${origin}/mcp/tools/call`,
      json({ name: "add", arguments: { a: 1, b: 2 } }),
      authorization,
    )
    expect(bare).toMatchObject({ status: 200, type: "application/json", body: { structuredContent: { sum: 3 } } })
  },
)

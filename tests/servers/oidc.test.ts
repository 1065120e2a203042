import { beforeAll, describe, expect, test, vi } from "vitest"
import { run, temporaryFolder } from "../commands/program.ts"
import { oidcServer } from "./oidc.ts"
import { wholeLife } from "./sign-in.ts"

// It warns of the pages that are meant for development, which is what they are used for here.
beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}))

const sdk = { protocolVersion: "2025-11-25", server: { name: "sdk-1", version: "1.0.0" } }
const modern = { protocolVersion: "2026-07-28", server: { name: "server-2", version: "2.0.0" } }

describe("oidc-provider as a separate authorization server", () => {
  test("signs in by following redirects and cookies; tokens are introspected", async () => {
    await using server = await oidcServer({ tokens: "opaque", consent: "at-once", endpoint: "sdk-1" })
    await wholeLife(server, "follow", sdk)
  })

  test("signs in through its pages in a browser; tokens are JWTs", async () => {
    await using server = await oidcServer({ tokens: "jwt", consent: "forms", endpoint: "sdk-1" })
    await wholeLife(server, "browser", sdk)
  })

  test("goes on with each rotated refresh token, run after run", async () => {
    await using server = await oidcServer({ tokens: "opaque", consent: "at-once", endpoint: "server-2" })
    using folder = temporaryFolder()
    const options = ["--store", folder.path, "--json"]
    expect(await run(["login", server.url, "--browser", "follow", ...options])).toMatchObject({ code: 0 })
    for (let runs = 1; runs <= 3; runs++) {
      server.expireAccessTokens()
      const before = server.seen.length
      expect(await run(["tools", server.url, "--no-input", ...options])).toMatchObject({ code: 0 })
      expect(server.seen.slice(before).filter((line) => line.startsWith("POST /token "))).toEqual(["POST /token 200"])
    }
    // One refresh token is alive, however often it was renewed.
    expect(server.liveTokens()).toBe(2)
  })
})

describe("the official SDK 2.x, revision 2026-07-28, behind oidc-provider", () => {
  test("signs in by following redirects", async () => {
    await using server = await oidcServer({ tokens: "jwt", consent: "at-once", endpoint: "server-2" })
    await wholeLife(server, "follow", modern)
  })
})

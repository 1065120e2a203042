import { describe, expect, test } from "vitest"
import { run, temporaryFolder } from "../commands/program.ts"
import { oidcServer } from "./oidc.ts"
import { wholeLife } from "./sign-in.ts"

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

  test("renews tokens that are about to expire before they are used, each time with the rotated refresh token", async () => {
    await using server = await oidcServer({ tokens: "opaque", consent: "at-once", endpoint: "server-2", lifetime: 20 })
    using folder = temporaryFolder()
    const options = ["--store", folder.path, "--json"]
    expect(await run(["login", server.url, "--browser", "follow", ...options])).toMatchObject({ code: 0 })
    for (let runs = 1; runs <= 3; runs++) {
      const before = server.seen.length
      expect(await run(["tools", server.url, "--no-input", ...options])).toMatchObject({ code: 0 })
      const after = server.seen.slice(before).filter((line) => !line.includes("introspection"))
      expect(after[0]).toBe("POST /token 200")
      // Nothing was refused on the way: the token was renewed first.
      expect(after.filter((line) => !line.endsWith(" 200"))).toEqual([])
    }
  })
})

describe("the official SDK 2.x, revision 2026-07-28, behind oidc-provider", () => {
  test("signs in by following redirects", async () => {
    await using server = await oidcServer({ tokens: "jwt", consent: "at-once", endpoint: "server-2" })
    await wholeLife(server, "follow", modern)
  })
})

import { describe, expect, test } from "vitest"
import { run, temporaryFolder } from "../commands/program.ts"
import { sdkServer } from "./sdk-server.ts"
import { wholeLife } from "./sign-in.ts"

describe("the official SDK 1.x with its own OAuth router", () => {
  const expected = { protocolVersion: "2025-11-25", server: { name: "sdk-1", version: "1.0.0" }, scope: "mcp:tools" }

  test("signs in by following redirects", async () => {
    await using server = await sdkServer()
    await wholeLife(server, "follow", expected)
  })

  test("signs in through a browser and the loopback listener", async () => {
    await using server = await sdkServer()
    await wholeLife(server, "browser", expected)
  })

  test("renews a token that has expired before it is used", async () => {
    await using server = await sdkServer({ expiresIn: 0 })
    using folder = temporaryFolder()
    const options = ["--store", folder.path, "--json"]
    expect(await run(["login", server.url, "--browser", "follow", ...options])).toMatchObject({ code: 0 })
    const before = server.seen.length
    expect(await run(["tools", server.url, "--no-input", ...options])).toMatchObject({ code: 0 })
    const after = server.seen.slice(before)
    expect(after[0]).toBe("POST /token 200")
    expect(after.filter((line) => / (401|403)$/.test(line))).toEqual([])
  })
})

import { describe, test } from "vitest"
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
})

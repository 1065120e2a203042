import { describe, expect, it } from "vitest"
import { defaultDirectory, fileNameOf } from "../../source/vault/directory.ts"

describe("where credentials lie", () => {
  it.each([
    [{}, "linux", "/home/ada/.config/mcp-dcr-tui/credentials"],
    [{ XDG_CONFIG_HOME: "/xdg" }, "linux", "/xdg/mcp-dcr-tui/credentials"],
    [{ XDG_CONFIG_HOME: "relative" }, "linux", "/home/ada/.config/mcp-dcr-tui/credentials"],
    [{}, "darwin", "/home/ada/Library/Application Support/mcp-dcr-tui/credentials"],
    [{ MCP_DCR_TUI_STORE: "/store", XDG_CONFIG_HOME: "/xdg" }, "linux", "/store"],
    [{ MCP_DCR_TUI_STORE: "" }, "linux", "/home/ada/.config/mcp-dcr-tui/credentials"],
  ])("%j on %s: %s", (env, platform, directory) => expect(defaultDirectory(env, platform, "/home/ada")).toBe(directory))
})

describe("the name of a record file", () => {
  it.each([
    ["https://mcp.example:8443/a?b", /^mcp\.example-[0-9a-f]{16}$/],
    ["http://[::1]:1/mcp", /^1-[0-9a-f]{16}$/],
    ["https://MCP.Example/../../etc", /^mcp\.example-[0-9a-f]{16}$/],
    ["../../etc/passwd", /^server-[0-9a-f]{16}$/],
    [`https://${"a".repeat(63)}.${"b".repeat(63)}.example/`, /^[a-z.]{60}-[0-9a-f]{16}$/],
  ])("%s", (resource, name) => expect(fileNameOf({ issuer: "https://as.example", resource })).toMatch(name))

  it("differs with the issuer and with the resource, and not by moving a border between them", () => {
    const names = [
      ["https://as.example", "https://mcp.example/a"],
      ["https://as.example", "https://mcp.example/b"],
      ["https://as.example/", "https://mcp.example/a"],
      ["https://as.example,https://mcp.example", "/a"],
    ].map(([issuer = "", resource = ""]) => fileNameOf({ issuer, resource }))
    expect(new Set(names).size).toBe(4)
  })
})

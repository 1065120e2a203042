import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { encodeFieldValue, requestHeaders } from "../../source/mcp/request-headers.ts"
import { withMeta } from "../../source/mcp/request-meta.ts"
import { protocolVersions } from "../../source/mcp/revisions.ts"

describe("value encoding", () => {
  const table: ReadonlyArray<readonly [string, string]> = [
    ["us-west1", "us-west1"],
    ["Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="],
    [" padded ", "=?base64?IHBhZGRlZCA=?="],
    ["line1\nline2", "=?base64?bGluZTEKbGluZTI=?="],
    ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
    ["", ""],
    ["a b", "a b"],
    ["tab\there", "=?base64?dGFiCWhlcmU=?="],
    ["evil\r\nAuthorization: x", "=?base64?ZXZpbA0KQXV0aG9yaXphdGlvbjogeA==?="],
    ["🌍", "=?base64?8J+MjQ==?="],
    ["=?BASE64?x?=", "=?BASE64?x?="],
    ["=?base64?open", "=?base64?open"],
  ]
  for (const [value, field] of table) {
    it(`MR-37 ${JSON.stringify(value)}`, () => {
      assert.strictEqual(encodeFieldValue(value), field)
    })
  }

  it.prop("MR-37 every text becomes a safe field value from which it can be read again", [Schema.String], ([value]) => {
    const field = encodeFieldValue(value)
    assert.match(field, /^$|^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/)
    const encoded = /^=\?base64\?(.*)\?=$/.exec(field)
    const back = encoded ? Buffer.from(encoded[1] ?? "", "base64").toString("utf8") : field
    // A lone surrogate has no UTF-8 form.
    assert.strictEqual(back, value.toWellFormed())
  })
})

describe("headers per revision", () => {
  const names = (protocolVersion: (typeof protocolVersions)[number], method: string, params = {}) =>
    requestHeaders({ protocolVersion, method, params, sessionId: "s-1", bearer: "t-1" })

  it("MR-20 CR-99 every revision: both media types, JSON, the token", () => {
    for (const version of protocolVersions) {
      const headers = names(version, "tools/list")
      assert.strictEqual(headers.accept, "application/json, text/event-stream")
      assert.strictEqual(headers["content-type"], "application/json")
      assert.strictEqual(headers.authorization, "Bearer t-1")
    }
  })

  it("MR-30 MR-36 the version header: after initialize, not in 2025-03-26", () => {
    const sent = (version: (typeof protocolVersions)[number], method: string) =>
      names(version, method)["mcp-protocol-version"]
    assert.strictEqual(sent("2026-07-28", "server/discover"), "2026-07-28")
    assert.strictEqual(sent("2025-11-25", "tools/list"), "2025-11-25")
    assert.strictEqual(sent("2025-06-18", "tools/list"), "2025-06-18")
    assert.isUndefined(sent("2025-03-26", "tools/list"))
    assert.isUndefined(sent("2025-11-25", "initialize"))
  })

  it("MR-27 MR-41 the session id: legacy only", () => {
    assert.strictEqual(names("2025-11-25", "tools/list")["mcp-session-id"], "s-1")
    assert.isUndefined(names("2026-07-28", "tools/list")["mcp-session-id"])
  })

  it("MR-36 Mcp-Method on all, Mcp-Name from name or uri on three methods, modern only", () => {
    assert.strictEqual(names("2026-07-28", "tools/list")["mcp-method"], "tools/list")
    assert.isUndefined(names("2026-07-28", "tools/list", { name: "x" })["mcp-name"])
    assert.strictEqual(names("2026-07-28", "tools/call", { name: "écho" })["mcp-name"], encodeFieldValue("écho"))
    assert.strictEqual(names("2026-07-28", "prompts/get", { name: "p" })["mcp-name"], "p")
    assert.strictEqual(names("2026-07-28", "resources/read", { uri: "file:///a%20b" })["mcp-name"], "file:///a%20b")
    const legacy = names("2025-11-25", "tools/call", { name: "x" })
    assert.isUndefined(legacy["mcp-method"] ?? legacy["mcp-name"])
  })
})

describe("_meta", () => {
  const identity = { name: "n", version: "1", capabilities: { elicitation: {} } }

  it("MR-3 modern requests say version, client and capabilities, and keep what was there", () => {
    assert.deepStrictEqual(withMeta({ a: 1, _meta: { mine: true } }, { protocolVersion: "2026-07-28", identity }), {
      a: 1,
      _meta: {
        mine: true,
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "n", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
      },
    })
  })

  it("MR-59 the progress token is the only addition in the legacy era", () => {
    assert.deepStrictEqual(withMeta({ a: 1 }, { protocolVersion: "2025-11-25", identity }), { a: 1 })
    assert.deepStrictEqual(withMeta({}, { protocolVersion: "2025-11-25", identity, progressToken: 7 }), {
      _meta: { progressToken: 7 },
    })
  })
})

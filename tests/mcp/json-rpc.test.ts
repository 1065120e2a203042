import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { parseJson, readMessage, readMessages } from "../../source/mcp/json-rpc.ts"

const v = { jsonrpc: "2.0" }

describe("JSON-RPC messages", () => {
  const good: ReadonlyArray<readonly [string, object, string]> = [
    ["a result", { ...v, id: 1, result: { x: { y: 1 } } }, "response"],
    ["a string id", { ...v, id: "1", result: {} }, "response"],
    ["an error", { ...v, id: 1, error: { code: -32601, message: "no" } }, "error"],
    ["an error with id null", { ...v, id: null, error: { code: -32700, message: "no" } }, "error"],
    ["an error without id", { ...v, error: { code: -32700, message: "no" } }, "error"],
    ["a request", { ...v, id: 1, method: "ping" }, "request"],
    ["a notification", { ...v, method: "notifications/x", params: {} }, "notification"],
  ]
  for (const [name, value, tag] of good) {
    it(`MR-13 reads ${name}`, () => {
      assert.strictEqual(Result.getOrThrow(readMessage(value))._tag, tag)
    })
  }

  it("keeps unknown members of a result verbatim", () => {
    const result = { content: [], "x-new": { deep: [1, null, "é"] } }
    assert.deepStrictEqual(Result.getOrThrow(readMessage({ ...v, id: 1, result })), { _tag: "response", id: 1, result })
  })

  const bad: ReadonlyArray<readonly [string, unknown]> = [
    ["neither member", { ...v, id: 1 }],
    ["result and error", { ...v, id: 1, result: {}, error: { code: 1, message: "" } }],
    ["method and result", { ...v, id: 1, method: "x", result: {} }],
    ["a null id", { ...v, id: null, result: {} }],
    ["a fractional id", { ...v, id: 1.5, result: {} }],
    ["a request with id null", { ...v, id: null, method: "x" }],
    ["a result that is an array", { ...v, id: 1, result: [] }],
    ["params that are an array", { ...v, id: 1, method: "x", params: [] }],
    ["an error without a message", { ...v, id: 1, error: { code: 1 } }],
    ["an error with a textual code", { ...v, id: 1, error: { code: "1", message: "" } }],
    ["the wrong version", { jsonrpc: "1.0", id: 1, result: {} }],
    ["no object", "hello"],
  ]
  for (const [name, value] of bad) {
    it(`MR-14 refuses ${name}`, () => {
      assert.isTrue(Result.isFailure(readMessage(value)))
    })
  }

  it("MR-15 an array is a batch where the revision knows batches, else an error", () => {
    const text = JSON.stringify([
      { ...v, id: 1, result: {} },
      { ...v, method: "notifications/x" },
    ])
    assert.lengthOf(Result.getOrThrow(readMessages(text, true)), 2)
    const refused = readMessages(text, false)
    assert.isTrue(Result.isFailure(refused) && refused.failure.code === "batch_refused")
  })

  it("rulebook 1.14: 64 levels are read, 65 are not; brackets in strings do not count", () => {
    assert.isTrue(Result.isSuccess(parseJson("[".repeat(64) + "]".repeat(64))))
    assert.isTrue(Result.isFailure(parseJson("[".repeat(65) + "]".repeat(65))))
    assert.isTrue(Result.isSuccess(parseJson(JSON.stringify(`\\"${"[".repeat(200)}`))))
  })
})

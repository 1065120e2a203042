import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { initialScope, parseScope, stepUpScope } from "../../source/oauth/scopes.ts"

const listed = { scopesSupported: ["mcp:basic", "mcp:read"] }
const offline = { scopesSupported: ["offline_access"] }

describe("initial scope", () => {
  it("CR-85 takes the user's, else the challenge's, else all that the resource lists, else none", () => {
    const challenge = { scope: "mcp:basic" }
    const all = { challenge, resourceMetadata: listed, wantsRefresh: false }
    assert.deepStrictEqual(initialScope({ ...all, override: "mine" }), {
      scope: "mine",
      source: "override",
      offlineAccess: false,
    })
    assert.deepStrictEqual(initialScope(all), { scope: "mcp:basic", source: "challenge", offlineAccess: false })
    assert.deepStrictEqual(initialScope({ ...all, challenge: {} }), {
      scope: "mcp:basic mcp:read",
      source: "resource-metadata",
      offlineAccess: false,
    })
    assert.deepStrictEqual(initialScope({ wantsRefresh: true }), { source: "none", offlineAccess: false })
  })
  it("CR-85 sends no empty scope: not for an empty list, an empty challenge or an empty override", () => {
    const nothing = { challenge: { scope: " " }, resourceMetadata: { scopesSupported: [] }, wantsRefresh: true }
    assert.notProperty(initialScope({ ...nothing, serverMetadata: offline }), "scope")
    assert.notProperty(initialScope({ ...nothing, resourceMetadata: listed, override: "" }), "scope")
  })
  it("CR-86 does not cut the challenge down to what the resource lists", () => {
    assert.strictEqual(
      initialScope({ challenge: { scope: "x y" }, resourceMetadata: listed, wantsRefresh: false }).scope,
      "x y",
    )
  })
  it("CR-87 adds offline_access only where the authorization server lists it and refreshing is wanted", () => {
    const from = { challenge: { scope: "a" }, serverMetadata: offline, wantsRefresh: true }
    assert.deepStrictEqual(initialScope(from), { scope: "a offline_access", source: "challenge", offlineAccess: true })
    assert.strictEqual(initialScope({ ...from, wantsRefresh: false }).scope, "a")
    assert.strictEqual(initialScope({ ...from, serverMetadata: listed }).scope, "a")
    assert.strictEqual(initialScope({ ...from, override: "b" }).scope, "b")
    assert.strictEqual(initialScope({ ...from, challenge: { scope: "offline_access a" } }).scope, "offline_access a")
  })
})

describe("step-up scope", () => {
  it("CR-88 is the union of all three in the order they came, nothing implied", () => {
    assert.strictEqual(
      stepUpScope({ requested: "b a", granted: "a c", challenged: "admin:all b d" }),
      "b a c admin:all d",
    )
    assert.isUndefined(stepUpScope({ challenged: "" }))
  })
  const names = Schema.Array(Schema.Literals(["a", "b", "c", "d"]))
  it.prop(
    "CR-88 loses nothing and repeats nothing",
    { requested: names, challenged: names },
    ({ requested, challenged }) => {
      const union = parseScope(stepUpScope({ requested: requested.join(" "), challenged: challenged.join(" ") }))
      return union.length === new Set(union).size && [...requested, ...challenged].every((name) => union.includes(name))
    },
  )
  it("separates names at spaces only", () => {
    assert.deepStrictEqual(parseScope(" a  b,c a "), ["a", "b,c"])
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { addressAllowed, checkUrl, locationOfAddress, locationOfUrl, zoneOfUrl } from "../../source/wire/address.ts"

describe("where an address lies", () => {
  for (const [zone, ...hosts] of [
    ["loopback", "localhost", "127.0.0.1", "127.8.9.10", "[::1]", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"],
    ["private", "10.1.2.3", "012.1.2.3", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[::ffff:10.0.0.1]", "0.0.0.0"],
    ["public", "localhost.evil.test", "127.0.0.1.nip.io", "mylocalhost", "93.184.216.34", "[2606:2800::1]"],
  ] as const)
    for (const host of hosts)
      it(`CR-36 ${host} is ${zone}`, () => assert.strictEqual(zoneOfUrl(new URL(`https://${host}/`)), zone))
})

describe("what a server may point to", () => {
  const internal = ["https://10.1.2.3/", "https://169.254.169.254/latest", "https://[fd00::1]/", "https://127.0.0.1/"]
  const code = (url: string, typed: string) =>
    Result.match(checkUrl(url, { trusted: locationOfUrl(new URL(typed)), allowInsecure: false }), {
      onFailure: (failure) => failure.code,
      onSuccess: () => "allowed",
    })

  it("CR-40 a public server names public addresses only, one on this machine nothing private", () => {
    for (const url of internal) assert.strictEqual(code(url, "https://mcp.example/"), "blocked_address", url)
    assert.deepStrictEqual(
      internal.map((url) => code(url, "http://localhost:3000/mcp")),
      ["blocked_address", "blocked_address", "blocked_address", "allowed"],
    )
    assert.strictEqual(code("https://as.example/", "http://localhost:3000/mcp"), "allowed")
  })

  it("CR-40 one at a private address names its own network, never this machine, another network or a cloud's metadata", () => {
    for (const [typed, url, expected] of [
      ["https://10.0.0.5/mcp", "https://10.1.2.3/", "allowed"],
      ["https://[fd00::5]/mcp", "https://[fd12::1]/", "allowed"],
      ["https://10.0.0.5/mcp", "https://as.example/", "allowed"],
      ["https://10.0.0.5/mcp", "https://192.168.1.1/", "blocked_address"],
      ["https://10.0.0.5/mcp", "https://169.254.169.254/latest", "blocked_address"],
      ["https://10.0.0.5/mcp", "https://127.0.0.1/", "blocked_address"],
      ["https://10.0.0.5/mcp", "https://0.0.0.0/", "blocked_address"],
      // Link-local has no neighbours, only the server itself.
      ["https://169.254.1.1/mcp", "https://169.254.1.1/as", "allowed"],
      ["https://169.254.1.1/mcp", "https://169.254.169.254/latest", "blocked_address"],
    ] as const)
      assert.strictEqual(code(url, typed), expected, `${typed} names ${url}`)
  })

  it("CR-41 what a name resolves to is judged in the same way", () => {
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "fe80::1", "127.0.0.1"])
      assert.isFalse(addressAllowed(address, { trusted: { zone: "public" }, allowInsecure: true }), address)
    assert.isTrue(addressAllowed("93.184.216.34", { trusted: { zone: "public" }, allowInsecure: false }))
    const trusted = locationOfAddress("192.168.1.5")
    assert.isTrue(addressAllowed("192.168.7.7", { trusted, allowInsecure: false }))
    assert.isFalse(addressAllowed("10.1.2.3", { trusted, allowInsecure: false }))
  })

  it("an address that no server may name is the server's fault, and the user's own is wrong usage", () => {
    for (const url of ["javascript:alert(1)", "nowhere", "https://user@host.example/"]) {
      const exits = [{}, { trusted: { zone: "public" as const } }].map((policy) =>
        Result.match(checkUrl(url, { ...policy, allowInsecure: false }), {
          onSuccess: () => 0,
          onFailure: ({ exit }) => exit,
        }),
      )
      assert.deepStrictEqual(exits, [2, 5], url)
    }
  })
})

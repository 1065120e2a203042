import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { addressAllowed, checkUrl, zoneOfUrl } from "../../source/wire/address.ts"

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

  it("CR-40 a public server names public addresses only, one on this machine nothing private", () => {
    const code = (url: string, trusted: "public" | "loopback") =>
      Result.match(checkUrl(url, { trusted, allowInsecure: false }), {
        onFailure: (failure) => failure.code,
        onSuccess: () => "allowed",
      })
    for (const url of internal) assert.strictEqual(code(url, "public"), "blocked_address", url)
    assert.deepStrictEqual(
      internal.map((url) => code(url, "loopback")),
      ["blocked_address", "blocked_address", "blocked_address", "allowed"],
    )
  })

  it("CR-41 what a name resolves to is judged in the same way", () => {
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "fe80::1", "127.0.0.1"])
      assert.isFalse(addressAllowed(address, { trusted: "public", allowInsecure: true }), address)
    assert.isTrue(addressAllowed("93.184.216.34", { trusted: "public", allowInsecure: false }))
  })
})

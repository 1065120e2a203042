import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { registeredRedirect } from "../../source/flow/redirect-choice.ts"

const loopback = "http://127.0.0.1:4711/callback"
const page = "https://sign-in.example/callback?tenant=1"

const rows: ReadonlyArray<
  readonly [registered: ReadonlyArray<string>, wanted: string | undefined, chosen: string | undefined]
> = [
  [[loopback], undefined, loopback],
  [[loopback], loopback, loopback],
  [[loopback], "http://127.0.0.1:0/callback", loopback],
  [[loopback], "http://127.0.0.1/callback", loopback],
  [[loopback], "http://127.0.0.1:4712/callback", undefined],
  [[loopback], "http://127.0.0.1:0/other", undefined],
  [[loopback], "http://localhost:0/callback", undefined],
  [[loopback], "https://127.0.0.1:0/callback", undefined],
  [[page, loopback], "http://127.0.0.1:0/callback", loopback],
  [[page, loopback], undefined, page],
  [[page], page, page],
  // Only on this machine does a missing port mean any port.
  [["https://sign-in.example:444/callback"], "https://sign-in.example/callback", undefined],
  [[loopback], "nonsense", undefined],
  // A client that was registered by hand: its registration is not known.
  [[], undefined, "http://127.0.0.1:0/callback"],
  [[], loopback, loopback],
]

describe("the redirect URI of a client that exists", () => {
  it("CR-71 is one that it is registered with, or none", () => {
    for (const [redirectUris, wanted, chosen] of rows)
      assert.strictEqual(registeredRedirect({ redirectUris }, wanted), chosen, `${redirectUris} ${wanted}`)
  })

  it.prop(
    "CR-71 is never one that it is not registered with",
    { redirectUris: Schema.Array(Schema.String), wanted: Schema.UndefinedOr(Schema.String) },
    ({ redirectUris, wanted }) => {
      const chosen = registeredRedirect({ redirectUris }, wanted)
      return chosen === undefined || redirectUris.length === 0 || redirectUris.includes(chosen)
    },
  )
})

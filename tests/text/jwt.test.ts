import { describe, expect, it } from "@effect/vitest"
import { decodeJwt } from "../../source/text/jwt.ts"
import { remoteString } from "./strings.ts"

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

describe("decodeJwt (CR-83: display only)", () => {
  it("shows header and claims, marked unverified", () => {
    expect(decodeJwt(`${part({ alg: "ES256" })}.${part({ sub: "ada", exp: 1 })}.c2ln`)).toEqual({
      verified: false,
      header: { alg: "ES256" },
      claims: { sub: "ada", exp: 1 },
    })
  })

  it.each([
    ["opaque"],
    ["a.b.c"],
    [`${part([])}.${part({})}.x`],
    [`${part({})}.${part(null)}.x`],
    ["..."],
    [`${part({})}.${part({})}`],
    ["e30=.e30.x"],
  ])("%s is no JWT", (token) => expect(decodeJwt(token)).toBeUndefined())

  it.prop("never throws", { remoteString }, ({ remoteString }) => {
    decodeJwt(remoteString)
    decodeJwt(`${Buffer.from(remoteString).toString("base64url")}.e30.${remoteString}`)
  })
})

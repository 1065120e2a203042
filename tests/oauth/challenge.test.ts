import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Challenge, parseChallenges, selectChallenge } from "../../source/oauth/challenge.ts"

const url = "https://host.example/.well-known/oauth-protected-resource"

/** Field, then each challenge as scheme and members; `undefined` stands for a field outside the grammar. */
const table: ReadonlyArray<readonly [string, ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> | undefined]> =
  [
    ["", []],
    [" , ,", []],
    ["Bearer", [["Bearer"]]],
    ["Bearer ", [["Bearer"]]],
    ["bearer", [["bearer"]]],
    ["Bearer,", [["Bearer"]]],
    [", Bearer", [["Bearer"]]],
    ["Negotiate, NTLM", [["Negotiate"], ["NTLM"]]],
    ["Negotiate YWJj", [["Negotiate", "YWJj"]]],
    ["Negotiate YWJj==", [["Negotiate", "YWJj=="]]],
    ["Negotiate a/b+c~d._-=, Bearer", [["Negotiate", "a/b+c~d._-="], ["Bearer"]]],
    ["Bearer abc", [["Bearer", "abc"]]],
    ['Bearer realm="x"', [["Bearer", "realm=x"]]],
    ["Bearer realm=x", [["Bearer", "realm=x"]]],
    ['Bearer realm = "x"', [["Bearer", "realm=x"]]],
    ['Bearer realm\t=\t"x"', [["Bearer", "realm=x"]]],
    ['Bearer   realm="x"', [["Bearer", "realm=x"]]],
    ['Bearer REALM="x", Scope="a b"', [["Bearer", "realm=x", "scope=a b"]]],
    ['Bearer realm="x",scope="a"', [["Bearer", "realm=x", "scope=a"]]],
    ['Bearer realm="x" , , scope="a"', [["Bearer", "realm=x", "scope=a"]]],
    ['Bearer realm=""', [["Bearer", "realm="]]],
    ['Bearer realm="a, b"', [["Bearer", "realm=a, b"]]],
    ['Bearer realm="a\\"b"', [["Bearer", 'realm=a"b']]],
    ['Bearer realm="a\\\\"', [["Bearer", "realm=a\\"]]],
    ['Bearer realm="a\\b"', [["Bearer", "realm=ab"]]],
    ['Bearer realm="caf\u00e9"', [["Bearer", "realm=caf\u00e9"]]],
    ['Bearer realm="a\tb"', [["Bearer", "realm=a\tb"]]],
    [`Bearer resource_metadata="${url}"`, [["Bearer", `resource_metadata=${url}`]]],
    [
      'Basic realm="a", Bearer realm="b"',
      [
        ["Basic", "realm=a"],
        ["Bearer", "realm=b"],
      ],
    ],
    [
      'Basic realm="a", charset="UTF-8", Bearer scope=x',
      [
        ["Basic", "realm=a", "charset=UTF-8"],
        ["Bearer", "scope=x"],
      ],
    ],
    [
      'Basic realm="a, Bearer scope=\\"x\\"", bearer Resource_Metadata = "u"',
      [
        ["Basic", 'realm=a, Bearer scope="x"'],
        ["bearer", "resource_metadata=u"],
      ],
    ],
    ['Bearer, Basic realm="a"', [["Bearer"], ["Basic", "realm=a"]]],
    ['DPoP algs="ES256", Bearer', [["DPoP", "algs=ES256"], ["Bearer"]]],
    ['Bearer a="1", a="2"', [["Bearer", "a=1", "a=2"]]],
    ['Bearer x_scope="admin"', [["Bearer", "x_scope=admin"]]],
    ['Bearer error_description="scope=admin"', [["Bearer", "error_description=scope=admin"]]],
    ["X-Odd!#$%&'*+-.^_`|~ a=b", [["X-Odd!#$%&'*+-.^_`|~", "a=b"]]],
    // Outside the grammar.
    ['Bearer , , ="x"', undefined],
    ['Bearer realm="x', undefined],
    ['Bearer realm="x\\"', undefined],
    ['Bearer realm=x"', undefined],
    ['Bearer realm="x" scope="a"', undefined],
    ["Bearer resource_metadata=https://host.example/x", undefined],
    ['Bearer "x"', undefined],
    ["Bearer realm=x scope", undefined],
    ["Bearer realm=, scope=x", undefined],
    ['="x"', undefined],
    ['"Bearer"', undefined],
    ['Bearer realm="a\u0000b"', undefined],
    ['Bearer realm="a\nb"', undefined],
    ["Bearer\trealm=x", undefined],
    ["Bearer realm=(x)", undefined],
  ]

const flat = (field: string) => {
  const { challenges, malformed } = parseChallenges([field])
  if (malformed.length > 0) return undefined
  return challenges.map(({ scheme, token68, parameters }) => [
    scheme,
    ...(token68 === undefined ? [] : [token68]),
    ...parameters.map(([name, value]) => `${name}=${value}`),
  ])
}

describe("challenges", () => {
  it("CR-23 has a table of 40 strings and more", () => {
    assert.isAtLeast(table.length, 40)
  })
  for (const [field, expected] of table)
    it(`CR-23 reads ${JSON.stringify(field)}`, () => {
      assert.deepStrictEqual(
        flat(field),
        expected?.map((challenge) => [...challenge]),
      )
    })

  it.prop("CR-23 never throws", { fields: Schema.Array(Schema.String) }, ({ fields }) => {
    const { challenges, malformed } = parseChallenges(fields)
    selectChallenge(fields)
    return challenges.length >= 0 && malformed.length <= fields.length
  })

  const pieces = Schema.Array(
    Schema.Literals(["Bearer", "DPoP", " ", ",", "=", '"', "\\", "a", "realm", "\t", "==", "scope"]),
  )
  it.prop("CR-27 every field is read or named as malformed, never half", { pieces }, ({ pieces }) => {
    const field = pieces.join("")
    const { challenges, malformed } = parseChallenges([field])
    return malformed.length === 0 || (challenges.length === 0 && malformed.length === 1)
  })

  it.prop("CR-23 a quoted string round-trips", { text: Schema.String }, ({ text }) => {
    const value = [...text].filter((char) => /[\t \x21-\x7e\u0080-\uffff]/.test(char)).join("")
    const quoted = `"${value.replace(/["\\]/g, "\\$&")}"`
    const { challenge } = selectChallenge([`Basic realm=${quoted}, Bearer scope="s", realm=${quoted}`])
    return challenge?.realm === value && challenge.scope === "s"
  })
})

describe("the challenge to act on", () => {
  it("CR-24 prefers Bearer to DPoP, whichever comes first", () => {
    const { challenge } = selectChallenge([`DPoP resource_metadata="u1"`, `bearer resource_metadata="u2"`])
    assert.deepStrictEqual(challenge, { scheme: "Bearer", resourceMetadata: "u2" })
  })
  it("CR-24 takes a DPoP challenge that says where the metadata is, and no other", () => {
    assert.deepStrictEqual(selectChallenge(['DPoP resource_metadata="u"']).challenge, {
      scheme: "DPoP",
      resourceMetadata: "u",
    })
    const { challenge, findings } = selectChallenge(['DPoP algs="ES256"', "Negotiate"])
    assert.isUndefined(challenge)
    assert.include(findings[0]?.text, "DPoP, Negotiate")
  })
  it("CR-25 takes none of two different values and says so", () => {
    const { challenge, findings } = selectChallenge(['Bearer resource_metadata="a", scope="s", resource_metadata="b"'])
    assert.deepStrictEqual(challenge, { scheme: "Bearer", scope: "s" })
    assert.deepStrictEqual(
      findings.map(({ severity }) => severity),
      ["error"],
    )
  })
  it("CR-25 uses a value that is sent twice alike, with a warning", () => {
    const { challenge, findings } = selectChallenge(['Bearer scope="s", SCOPE=s'])
    assert.strictEqual(challenge?.scope, "s")
    assert.deepStrictEqual(
      findings.map(({ severity }) => severity),
      ["warning"],
    )
  })
  it("CR-26 is not fooled by text in other members", () => {
    const field = 'Bearer x_scope="admin", error_description="x\\", scope=\\"admin", error=invalid_token, scope="read"'
    const { challenge, findings } = selectChallenge([field])
    assert.deepStrictEqual(challenge, {
      scheme: "Bearer",
      scope: "read",
      error: "invalid_token",
      errorDescription: 'x", scope="admin',
    })
    assert.strictEqual(findings[0]?.severity, "pass")
  })
  it("CR-27 leaves a malformed field aside, shows it, and reads the others", () => {
    const { challenge, findings } = selectChallenge(['Bearer scope="open', 'Bearer scope="closed"'])
    assert.strictEqual(challenge?.scope, "closed")
    assert.strictEqual(findings.length, 1)
    assert.include(findings[0]?.text, 'Bearer scope="open')
  })
  it("is a value that the journal can hold", () => {
    const { challenge } = selectChallenge([
      `Bearer realm="r", resource_metadata="${url}", error="e", error_description="d"`,
    ])
    assert.deepStrictEqual(Schema.decodeUnknownSync(Challenge)(JSON.parse(JSON.stringify(challenge))), challenge)
  })
})

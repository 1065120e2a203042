import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { checkResponse } from "../../source/oauth/authorization-response.ts"
import { parsePasted } from "../../source/oauth/pasted-response.ts"
import { reveal } from "../../source/text/secret.ts"
import { attemptAt, issuer } from "./authorization-room.ts"

const attempt = attemptAt(`${issuer}/token`)
const state = attempt.state
const iss = encodeURIComponent(issuer)

const outcome = (query: string, more: Partial<typeof attempt> = {}): string => {
  const result = checkResponse({ ...attempt, ...more }, new URLSearchParams(query))
  return Result.isSuccess(result) ? `code ${reveal(result.success.code)}` : result.failure.code
}

describe("authorization response", () => {
  const silent = { issParameterSupported: false }
  const table: ReadonlyArray<readonly [rule: string, query: string, expected: string, more?: Partial<typeof attempt>]> =
    [
      ["CR-49 advertised and right", `code=c&state=${state}&iss=${iss}`, "code c"],
      ["CR-49 advertised and missing", `code=c&state=${state}`, "issuer_missing_in_response"],
      ["CR-49 not advertised and missing", `code=c&state=${state}`, "code c", silent],
      ["CR-49 not advertised and right", `code=c&state=${state}&iss=${iss}`, "code c", silent],
      [
        "CR-49 not advertised and wrong",
        `code=c&state=${state}&iss=https://evil.example`,
        "issuer_mismatch_in_response",
        silent,
      ],
      ["CR-49 trailing slash", `code=c&state=${state}&iss=${iss}/`, "issuer_mismatch_in_response"],
      ["CR-49 other case", `code=c&state=${state}&iss=https://AS.example`, "issuer_mismatch_in_response"],
      ["CR-49 default port", `code=c&state=${state}&iss=https://as.example:443`, "issuer_mismatch_in_response"],
      ["CR-49 encoded twice", `code=c&state=${state}&iss=${encodeURIComponent(iss)}`, "issuer_mismatch_in_response"],
      ["CR-49 empty", `code=c&state=${state}&iss=`, "issuer_mismatch_in_response", silent],
      ["CR-48 state missing", `code=c&iss=${iss}`, "state_mismatch"],
      ["CR-48 state wrong", `code=c&state=${state}x&iss=${iss}`, "state_mismatch"],
      ["CR-51 code twice", `code=a&code=b&state=${state}&iss=${iss}`, "parameter_repeated"],
      ["CR-51 state twice", `code=a&state=${state}&state=${state}&iss=${iss}`, "parameter_repeated"],
      ["CR-51 state before iss", "code=c&state=x&iss=https://evil.example", "state_mismatch"],
      [
        "CR-51 iss before error",
        `error=access_denied&state=${state}&iss=https://evil.example`,
        "issuer_mismatch_in_response",
      ],
      ["CR-51 error before code", `error=access_denied&code=c&state=${state}&iss=${iss}`, "access_denied"],
      ["OAuth 2.1 §4.1.2.1 invalid_scope", `error=invalid_scope&state=${state}&iss=${iss}`, "scope_refused"],
      ["CR-33 invalid_target", `error=invalid_target&state=${state}&iss=${iss}`, "resource_refused"],
      ["an error named like a member of Object", `error=constructor&state=${state}&iss=${iss}`, "authorization_error"],
      ["no code", `state=${state}&iss=${iss}`, "code_missing"],
      ["CR-52 unknown parameters, also repeated", `foo=1&foo=2&code=c&state=${state}&iss=${iss}`, "code c"],
    ]
  for (const [name, query, expected, more] of table) it(name, () => assert.strictEqual(outcome(query, more), expected))

  it("CR-52 a code of 8 kB is taken whole", () => {
    const code = "c".repeat(8192)
    assert.strictEqual(outcome(`code=${code}&state=${state}&iss=${iss}`), `code ${code}`)
  })

  it("CR-50 nothing of the error is told before state and iss hold; afterwards it is, with what was sent", () => {
    const told = "error=invalid_target&error_description=CANARY&error_uri=https://canary.example"
    for (const query of [
      `${told}&state=x&iss=${iss}`,
      `${told}&state=${state}&iss=https://evil.example`,
      `${told}&state=${state}`,
    ]) {
      const result = checkResponse(attempt, new URLSearchParams(query))
      assert.ok(Result.isFailure(result))
      assert.notMatch(JSON.stringify(result.failure), /canary|invalid_target/i)
    }
    const result = checkResponse(attempt, new URLSearchParams(`${told}&state=${state}&iss=${iss}`))
    assert.ok(Result.isFailure(result))
    assert.strictEqual(result.failure.detail, "CANARY · https://canary.example")
    assert.include(result.failure.expected ?? "", "https://mcp.example.com")
  })

  it("CR-124 the code is a secret from the moment it is read", () => {
    const result = checkResponse(attempt, new URLSearchParams(`code=canary-code&state=${state}&iss=${iss}`))
    assert.notInclude(JSON.stringify(result), "canary-code")
  })

  it.prop("CR-48 never succeeds with another state", [Schema.String, Schema.String], ([wrong, code]) => {
    const params = new URLSearchParams({ code: `c${code}`, state: wrong, iss: issuer })
    return wrong === state || Result.isFailure(checkResponse(attempt, params))
  })

  it.prop(
    "CR-49 never succeeds with another iss",
    [Schema.String, Schema.Boolean],
    ([wrong, issParameterSupported]) => {
      const params = new URLSearchParams({ code: "c", state, iss: wrong })
      return wrong === issuer || Result.isFailure(checkResponse({ ...attempt, issParameterSupported }, params))
    },
  )
})

describe("CR-116 a pasted answer", () => {
  const good = `${attempt.redirectUri}?code=c&state=${state}&iss=${iss}`
  const pasted = (text: string): string => {
    const result = parsePasted(text, attempt)
    return Result.isSuccess(result) ? `code ${reveal(result.success.code)}` : result.failure.code
  }
  const table: ReadonlyArray<readonly [string, string, string]> = [
    ["as it is", good, "code c"],
    ["with blanks around and a line break inside", `  ${good.slice(0, 40)}\r\n${good.slice(40)} \n`, "code c"],
    ["in quotes", `"${good}"`, "code c"],
    ["in angle brackets", `<${good}>`, "code c"],
    ["without its scheme", good.replace("http://", ""), "code c"],
    ["with another state", good.replace(state, "other"), "state_mismatch"],
    ["a code alone", "SplxlOBeZQQYbYS6WxSbIA", "pasted_not_a_url"],
    ["nothing", " \n", "pasted_not_a_url"],
    ["the address that was to be opened", attempt.url, "pasted_elsewhere"],
    ["of another port", good.replace("4321", "4322"), "pasted_elsewhere"],
    ["of another path", good.replace("/callback", "/callback/done"), "pasted_elsewhere"],
    ["a script", `javascript:alert("${good}")`, "pasted_not_a_url"],
  ]
  for (const [name, text, expected] of table) it(name, () => assert.strictEqual(pasted(text), expected))

  it("CR-124 a refused paste does not repeat the code", () => {
    const result = parsePasted(good.replace("4321", "4322").replace("code=c", "code=canary-code"), attempt)
    assert.ok(Result.isFailure(result))
    assert.notInclude(JSON.stringify(result.failure), "canary")
  })
})

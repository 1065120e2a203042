import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { followAuthorization } from "../../source/oauth/follow.ts"
import { room, serve } from "./authorization-room.ts"

const redirectUri = "http://127.0.0.1:4321/callback"

const follow = (answer: Parameters<typeof serve>[0]) =>
  Effect.gen(function* () {
    const { url, seen } = yield* serve(answer)
    const { layer, recording } = room()
    const result = yield* followAuthorization({ url: `${url}/authorize?state=s`, redirectUri }).pipe(
      Effect.provide(layer),
      Effect.result,
    )
    return { result, seen, recording }
  }).pipe(Effect.scoped)

describe("--browser follow", () => {
  it.live("follows to the redirect URI, with the cookies of the chain, and never asks it for anything", () =>
    Effect.gen(function* () {
      const { result, seen, recording } = yield* follow(({ path }, response) =>
        path.startsWith("/authorize")
          ? response.writeHead(302, { location: "/consent?x=1", "set-cookie": ["sid=abc; HttpOnly", "b=2"] }).end()
          : response.writeHead(303, { location: `${redirectUri}?code=canary-code&state=s&iss=i` }).end(),
      )
      assert.ok(result._tag === "Success")
      assert.deepStrictEqual(Object.fromEntries(result.success), { code: "canary-code", state: "s", iss: "i" })
      assert.deepStrictEqual(
        seen.map(({ path, headers }) => [path, headers.cookie]),
        [
          ["/authorize?state=s", undefined],
          ["/consent?x=1", "sid=abc; b=2"],
        ],
      )
      assert.notInclude(JSON.stringify(recording.responses), "canary-code")
    }),
  )

  it.live("a cookie stays with the origin that set it", () =>
    Effect.gen(function* () {
      const other = yield* serve((_, response) => response.writeHead(302, { location: `${redirectUri}?code=c` }).end())
      yield* follow((_, response) =>
        response.writeHead(302, { location: `${other.url}/next`, "set-cookie": "sid=abc" }).end(),
      )
      assert.strictEqual(other.seen.length, 1)
      assert.isUndefined(other.seen[0]?.headers.cookie)
    }).pipe(Effect.scoped),
  )

  const failures: ReadonlyArray<readonly [string, Parameters<typeof serve>[0], string]> = [
    [
      "a page",
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<form>"),
      "sign_in_needs_a_person",
    ],
    ["an error page", (_, response) => response.writeHead(400).end("unknown client"), "authorization_page_failed"],
    [
      "a loop",
      (_, response) => response.writeHead(302, { location: "/authorize" }).end(),
      "authorization_redirects_too_many",
    ],
    [
      "another scheme",
      (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
      "unsupported_scheme",
    ],
    [
      "plain http elsewhere",
      (_, response) => response.writeHead(302, { location: "http://as.example/" }).end(),
      "insecure_url",
    ],
    [
      "CR-40 a private address",
      (_, response) => response.writeHead(302, { location: "https://169.254.169.254/" }).end(),
      "blocked_address",
    ],
  ]
  for (const [name, answer, code] of failures)
    it.live(`${name} is ${code}`, () =>
      Effect.gen(function* () {
        const { result, seen } = yield* follow(answer)
        assert.ok(result._tag === "Failure")
        assert.strictEqual(result.failure.code, code)
        assert.isAtMost(seen.length, 11)
      }),
    )
})

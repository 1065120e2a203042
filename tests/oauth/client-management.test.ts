import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { startMock } from "../../mock/index.ts"
import type { Client } from "../../source/oauth/client-identity.ts"
import { deleteClient, readClient, updateClient } from "../../source/oauth/client-management.ts"
import { register, registrationRequest } from "../../source/oauth/registration.ts"
import { discoverServer } from "../../source/oauth/server-metadata.ts"
import { reveal, type Secret, secret } from "../../source/text/secret.ts"
import { observed, type Seen, type Site, startSite } from "./site.ts"

const plain = (hidden: Secret | undefined): string | undefined => hidden && reveal(hidden)

const mocked = (options: Parameters<typeof startMock>[0]) =>
  Effect.acquireRelease(
    Effect.promise(() => startMock(options)),
    (mock) => Effect.promise(() => mock.close()),
  )

const managed = (site: Site): Client => ({
  source: "dcr",
  issuer: site.origin,
  clientId: "client-1",
  clientSecret: secret("client_secret", "canary-secret-1"),
  clientSecretExpiresAt: 0,
  tokenEndpointAuthMethod: "client_secret_basic",
  redirectUris: ["http://127.0.0.1:1/callback"],
  registrationClientUri: `${site.origin}/manage?client=1`,
  registrationAccessToken: secret("registration_access_token", "canary-token-1"),
})

const described = {
  client_id: "client-1",
  client_name: "mcp-dcr-tui",
  redirect_uris: ["http://127.0.0.1:1/callback"],
  grant_types: ["authorization_code"],
  token_endpoint_auth_method: "client_secret_basic",
  client_id_issued_at: 1,
  logo_uri: "https://x.example/logo",
}

const path = "/manage?client=1"

describe("CR-72 registration management", () => {
  for (const rotation of ["never", "update", "always"] as const)
    it.live(`at the mock: read, update, delete, with rotation ${rotation}`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ registration: { rotation } })
        const { value } = yield* observed(
          Effect.gen(function* () {
            const metadata = yield* discoverServer({ issuer: mock.issuer, strict: true })
            const wishes = {
              redirectUri: "http://127.0.0.1/callback",
              clientName: "before",
              authMethod: "client_secret_basic",
            } as const
            const { client } = yield* register({ metadata, request: registrationRequest(wishes) })
            const read = yield* readClient({ client })
            const updated = yield* updateClient({ ...read, changes: { client_name: "after" } })
            const again = yield* readClient(updated)
            const deletion = yield* deleteClient(again)
            const late = yield* Effect.flip(readClient(again))
            const secondDeletion = yield* deleteClient(again)
            return { client, read, updated, again, deletion, late, secondDeletion }
          }),
          mock.url,
        )
        assert.ok(value)
        const { client, read, updated, again, deletion, late, secondDeletion } = value
        assert.strictEqual(again.metadata.client_name, "after")
        assert.strictEqual(deletion.outcome, "deleted")
        assert.deepStrictEqual([late.code, secondDeletion.outcome], ["registration_gone", "gone"])
        assert.deepStrictEqual(mock.clients(), [])
        const tokens = [client, read.client, updated.client].map((one) => plain(one.registrationAccessToken))
        const secrets = [client, read.client, updated.client].map((one) => plain(one.clientSecret))
        const different = { never: 1, update: 2, always: 3 }[rotation]
        assert.deepStrictEqual([new Set(tokens).size, new Set(secrets).size], [different, different])
        // The last refusals are what was asked for; everything before them was by the rules.
        assert.deepStrictEqual(
          mock.log.failures().map((failure) => failure.includes("registration-token")),
          [true, true],
        )
      }).pipe(Effect.scoped),
    )

  it.live("GET sends the token and nothing else, at the address as given", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(path, { body: described })
      const { value, recording } = yield* observed(readClient({ client: managed(site) }))
      assert.ok(value)
      const [seen] = site.seen
      assert.deepStrictEqual(
        [seen?.method, seen?.path, seen?.headers.authorization, seen?.body],
        ["GET", path, "Bearer canary-token-1", ""],
      )
      assert.strictEqual(plain(value.client.clientSecret), "canary-secret-1")
      assert.strictEqual(plain(value.client.registrationAccessToken), "canary-token-1")
      assert.notInclude(JSON.stringify([recording.requests, recording.responses]), "canary")
    }).pipe(Effect.scoped),
  )

  it.live("PUT sends all that was returned and the changes, but nothing that the server assigns", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const answer = ({ method }: Seen) => ({
        body: {
          ...described,
          registration_client_uri: `${site.origin}/elsewhere`,
          registration_access_token: method === "GET" ? "canary-token-2" : "canary-token-3",
          client_secret: method === "GET" ? "canary-secret-2" : "canary-secret-3",
          client_secret_expires_at: 4_000_000_000,
        },
      })
      site.routes.set(path, answer)
      site.routes.set("/elsewhere", answer)
      const { value, findings } = yield* observed(
        Effect.gen(function* () {
          const read = yield* readClient({ client: managed(site) })
          const updated = yield* updateClient({
            ...read,
            changes: { client_name: "other", logo_uri: undefined, client_secret: "mine", client_id_issued_at: 7 },
          })
          return { read, updated }
        }),
      )
      assert.ok(value)
      const put = site.seen[1]
      assert.deepStrictEqual(
        [put?.method, put?.path, put?.headers.authorization],
        ["PUT", "/elsewhere", "Bearer canary-token-2"],
      )
      const { logo_uri: _, client_id_issued_at: __, ...kept } = described
      assert.deepStrictEqual(JSON.parse(put?.body ?? "{}"), {
        ...kept,
        client_name: "other",
        client_secret: "canary-secret-2",
      })
      assert.strictEqual(plain(value.updated.client.clientSecret), "canary-secret-3")
      assert.strictEqual(plain(value.updated.client.registrationAccessToken), "canary-token-3")
      assert.strictEqual(value.updated.client.clientSecretExpiresAt, 4_000_000_000)
      assert.notInclude(inspect(value, { depth: 9 }) + JSON.stringify(findings), "canary")
      assert.strictEqual(findings.filter(({ text }) => text.includes("the old one is void")).length, 4)
    }).pipe(Effect.scoped),
  )

  const refusals: ReadonlyArray<readonly [status: number, body: unknown, code: string, outcome: string]> = [
    [401, { error: "invalid_token" }, "registration_gone", "gone"],
    [403, "", "management_unsupported", "unsupported"],
    [405, "", "management_unsupported", "unsupported"],
    [429, "", "management_later", "alive"],
    [503, "<html>", "management_later", "alive"],
    [404, "<html>", "management_answer_invalid", "alive"],
    [400, { error: "invalid_redirect_uri" }, "redirect_uri_refused", "alive"],
    [400, { error: "invalid_client_metadata" }, "client_metadata_refused", "alive"],
  ]
  for (const [status, body, code, outcome] of refusals)
    it.live(`${status} ${JSON.stringify(body)} is ${code}; of a deletion, ${outcome}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(path, { status, body, headers: { "retry-after": "9" } })
        const client = managed(site)
        const read = yield* observed(readClient({ client }))
        const update = yield* observed(updateClient({ client, metadata: described, changes: {} }))
        const deletion = yield* observed(deleteClient({ client }))
        assert.ok(read.failure && "code" in read.failure && update.failure && "code" in update.failure)
        assert.deepStrictEqual([read.failure.code, update.failure.code, deletion.value?.outcome], [code, code, outcome])
        assert.include(deletion.value?.detail, `status ${status}`)
        assert.include(deletion.value?.detail, "Retry-After: 9")
        assert.strictEqual(site.seen.length, 3)
      }).pipe(Effect.scoped),
    )

  it.live("a server that repeats our token in its error does not get it into a message", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(path, { status: 400, body: { error: "no", error_description: "Bearer canary-token-1 is bad" } })
      const { failure } = yield* observed(readClient({ client: managed(site) }))
      const { value } = yield* observed(deleteClient({ client: managed(site) }))
      assert.ok(failure)
      assert.include(inspect(failure), "is bad")
      assert.notInclude(inspect([failure, value]), "canary")
    }).pipe(Effect.scoped),
  )

  const odd: ReadonlyArray<readonly [name: string, body: unknown]> = [
    ["another client", { ...described, client_id: "client-2" }],
    ["no client id", { ...described, client_id: undefined }],
    ["a list", [described]],
    ["a page", "<html>"],
  ]
  for (const [name, body] of odd)
    it.live(`an answer that is ${name} changes nothing`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(path, { body })
        const { failure } = yield* observed(readClient({ client: managed(site) }))
        assert.ok(failure && "code" in failure)
        assert.strictEqual(failure.code, "management_answer_invalid")
      }).pipe(Effect.scoped),
    )

  it.live("CR-35 a new address that must not be used is left aside", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const evil = { registration_client_uri: "http://evil.example/x", registration_access_token: "canary-token-2" }
      site.routes.set(path, { body: { ...described, ...evil } })
      const { value, texts } = yield* observed(readClient({ client: managed(site) }))
      assert.strictEqual(value?.client.registrationClientUri, `${site.origin}${path}`)
      assert.strictEqual(plain(value?.client.registrationAccessToken), "canary-token-2")
      assert.ok(texts("warning").some((text) => text.includes("must not be used")))
    }).pipe(Effect.scoped),
  )

  it.live("nothing is sent where there is nothing to manage, or no safe way", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const client = managed(site)
      const { registrationAccessToken: _, ...unmanaged } = client
      const unsafe = { ...client, issuer: "https://as.example", registrationClientUri: "http://as.example/x" }
      const saved = { ...client, registrationAccessToken: { label: "x", length: 1, fingerprint: "00000000" } }
      const table = [
        [unmanaged, "management_unavailable", "unsupported"],
        [unsafe, "endpoint_invalid", "alive"],
        [saved, "secret_not_in_memory", "alive"],
      ] as const
      for (const [one, code, outcome] of table) {
        const { failure } = yield* observed(readClient({ client: one }))
        assert.ok(failure && "code" in failure)
        assert.strictEqual(failure.code, code)
        assert.strictEqual((yield* observed(deleteClient({ client: one }))).value?.outcome, outcome)
      }
      assert.strictEqual(site.seen.length, 0)
    }).pipe(Effect.scoped),
  )

  it.live("CR-104 a deletion that nobody answered is not called one", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const client = { ...managed(site), registrationClientUri: "http://127.0.0.1:1/manage" }
      assert.strictEqual((yield* observed(deleteClient({ client }))).value?.outcome, "alive")
      site.routes.set(path, { status: 200, body: "" })
      const { value } = yield* observed(deleteClient({ client: managed(site) }))
      assert.deepStrictEqual([value?.outcome, value?.detail], ["deleted", "status 200; it must be 204"])
    }).pipe(Effect.scoped),
  )
})

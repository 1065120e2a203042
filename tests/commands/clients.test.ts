import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { type Behaviour, type MockOptions, startMock } from "../../mock/index.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

/** A mock, a store, and commands that use both; signed in once. */
const signedIn = async (options: MockOptions = {}) => {
  const mock = await startMock({ autoApprove: true, ...options })
  const folder = temporaryFolder()
  const store = ["--store", folder.file("store")]
  const login = (...more: ReadonlyArray<string>) => run(["login", mock.url, "--browser", "follow", ...store, ...more])
  expect(await login()).toMatchObject({ code: 0 })
  return {
    mock,
    login,
    store: folder.file("store"),
    clients: (...words: ReadonlyArray<string>) => run(["clients", ...words, ...store]),
    command: (name: string, ...more: ReadonlyArray<string>) => run([name, mock.url, ...store, ...more]),
    registered: () => mock.clients().filter(({ kind }) => kind === "registered"),
    [Symbol.asyncDispose]: async () => {
      await mock.close()
      folder[Symbol.dispose]()
    },
  }
}

const storedTexts = (store: string): string =>
  readdirSync(store)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readFileSync(path.join(store, name), "utf8"))
    .join("\n")

type Members = ReadonlyArray<{
  readonly name: string
  readonly here: unknown
  readonly there: unknown
  readonly same: boolean
}>

const membersOf = (document: Record<string, unknown>): Members => {
  const [first] = document.registrations as ReadonlyArray<{ readonly members: Members }>
  return first?.members ?? []
}
const differing = (document: Record<string, unknown>) =>
  membersOf(document)
    .filter(({ same }) => !same)
    .map(({ name }) => name)

/** The registration as the server tells it, changed. */
const telling = (changes: Readonly<Record<string, unknown>>): Behaviour => ({
  answer: (answer, { event }) =>
    event.path.startsWith("/register/") && answer.json !== undefined
      ? { ...answer, json: { ...Object(answer.json), ...changes } }
      : answer,
})

describe("CR-72 clients show --remote", () => {
  test("shows the server's side beside ours, and keeps at once what a read has rotated", async () => {
    await using world = await signedIn({ registration: { rotation: "always" } })
    const { mock, clients, store } = world
    const first = await clients("show", mock.url, "--remote", "--json")
    expect(first, first.stderr).toMatchObject({ code: 0 })
    // The old token is void by now: only what was kept can read again.
    expect(differing(first.document())).toEqual(["registration_access_token"])
    const second = await clients("show", mock.url, "--remote")
    expect(second, second.stderr).toMatchObject({ code: 0 })
    expect(second.stdout).toMatch(/^ {2}≠ registration_access_token +sha256:[0-9a-f]{8}\n +here: sha256:/m)
    expect(second.stdout).toMatch(/^ {4}client_name +mcp-dcr-tui$/m)
    expect(second.stdout).toContain("1 member differs")
    const secrets = [...storedTexts(store).matchAll(/"(?:registrationAccessToken|accessToken)": ?"([^"]+)"/g)]
    expect(secrets).toHaveLength(2)
    for (const [, value = ""] of secrets)
      expect(first.stdout + first.stderr + second.stdout + second.stderr).not.toContain(value)
    expect(mock.log.failures()).toEqual([])
  })

  test("marks what differs, and hides what a server should not have said", async () => {
    const behaviours = [telling({ grant_types: ["authorization_code"], password: "canary-password", scope: undefined })]
    await using world = await signedIn({ behaviours })
    const ended = await world.clients("show", world.mock.url, "--remote", "--json", "--verbose")
    expect(differing(ended.document())).toEqual(["grant_types", "scope"])
    expect(membersOf(ended.document()).find(({ name }) => name === "password")?.there).toMatch(/^<password 15 chars/)
    expect(ended.stdout + ended.stderr).not.toContain("canary-password")
  })

  test("shows what a hostile server adds as text, however much of it there is", async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x${index}`, "\u001b[2J"]))
    const behaviours = [telling({ ...many, ["n".repeat(50_000)]: "\u009b31m\u202e", "\u001b]0;t\u0007": [{}] })]
    await using world = await signedIn({ behaviours })
    const ended = await world.clients("show", world.mock.url, "--remote", "--quiet")
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).not.toMatch(/[\u001b\u009b\u202e\u0007]/)
    expect(ended.stdout.split("\n").every((line) => line.length < 10_000)).toBe(true)
  })

  test("a registration that is gone, and one that never was ours", async () => {
    await using world = await signedIn()
    const [client] = world.registered()
    world.mock.forgetClient(client?.client_id ?? "")
    expectFailure(await world.clients("show", world.mock.url, "--remote", "--json"), {
      exit: 4,
      code: "registration_gone",
      says: /clients forget/,
    })
    await using given = await startMock({
      autoApprove: true,
      clients: [{ client_id: "given", redirect_uris: ["http://127.0.0.1:33418/callback"] }],
    })
    const args = ["--client-id", "given", "--redirect-uri", "http://127.0.0.1:33418/callback"]
    expect(await run(["login", given.url, "--browser", "follow", "--store", world.store, ...args])).toMatchObject({
      code: 0,
    })
    for (const action of ["show", "update"]) {
      const ended = await world.clients(action, given.url, ...(action === "show" ? ["--remote"] : []), "--json")
      expectFailure(ended, { exit: 2, code: "nothing_registered" })
    }
  })
})

describe("CR-72 clients update", () => {
  test("changes what is named, sends back the rest, and keeps rotated token and secret", async () => {
    await using world = await signedIn({
      advertise: { authorizationServer: { token_endpoint_auth_methods_supported: ["client_secret_basic"] } },
    })
    const { mock, clients, command } = world
    const before = world.registered()[0]
    const changes = ["--client-name", "My laptop", "--redirect-uri", "http://127.0.0.1:0/back"]
    const ended = await clients("update", mock.url, ...changes, "--json")
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(differing(ended.document())).toEqual(["redirect_uris", "client_secret", "registration_access_token"])
    const after = world.registered()[0]
    expect(after?.metadata).toMatchObject({ client_name: "My laptop", grant_types: before?.metadata.grant_types })
    expect(after?.metadata.redirect_uris).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/back$/)])
    // With the new secret and token everything goes on: without what was kept, each of these would be refused.
    expect(await command("refresh", "--force")).toMatchObject({ code: 0 })
    expect(await clients("update", mock.url)).toMatchObject({ code: 0 })
    expect(await command("refresh", "--force")).toMatchObject({ code: 0 })
    expect(mock.log.failures()).toEqual([])
  })

  test("several at once: each waits for the token that the one before was given", async () => {
    await using world = await signedIn({ registration: { rotation: "always" } })
    const runs = await Promise.all([1, 2, 3].map(() => world.clients("update", world.mock.url, "--quiet")))
    for (const ended of runs) expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(world.mock.log.failures()).toEqual([])
  })

  test("a refusal of the server is told, and nothing is changed here", async () => {
    const behaviours: ReadonlyArray<Behaviour> = [
      {
        answer: (answer, { event }) =>
          event.method === "PUT"
            ? { status: 400, headers: {}, json: { error: "invalid_redirect_uri", error_description: "not yours" } }
            : answer,
      },
    ]
    await using world = await signedIn({ behaviours })
    const update = await world.clients("update", world.mock.url, "--redirect-uri", "http://127.0.0.1:1/x", "--json")
    expectFailure(update, { exit: 4, code: "redirect_uri_refused" })
    expect((await world.clients("--json")).stdout).not.toContain("127.0.0.1:1/x")
  })
})

describe("CR-104 one registration, several accounts", () => {
  test("logout --forget-client: what else uses the client is signed out before it is deleted", async () => {
    await using world = await signedIn()
    const { mock, login, command, clients } = world
    expect(await login("--profile", "work")).toMatchObject({ code: 0 })
    expect(world.registered()).toHaveLength(1)
    const ended = await command("logout", "--forget-client", "--yes", "--json")
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({
      clients: [
        {
          outcome: "deleted",
          tokens: [
            { profile: "work", token: "refresh_token", outcome: "revoked" },
            { profile: "work", token: "access_token", outcome: "revoked" },
          ],
        },
      ],
    })
    const order = mock.log
      .all()
      .flatMap(({ route, method }) => (route === "revoke" ? [route] : method === "DELETE" ? [method] : []))
    expect(order).toEqual(["revoke", "revoke", "revoke", "revoke", "DELETE"])
    expect((await clients("--json")).document()).toEqual({ clients: [] })
    expect(mock.log.failures()).toEqual([])
  })

  test("clients forget takes one account here; with --remote the client and all that hangs on it", async () => {
    await using world = await signedIn()
    const { mock, login, clients } = world
    expect(await login("--profile", "work")).toMatchObject({ code: 0 })
    const listed = async () => {
      const { clients: records } = (await clients("--json")).document()
      return (records as ReadonlyArray<{ readonly profile: string | null }>).map(({ profile }) => profile)
    }
    expect((await clients("forget", mock.url, "--yes", "--json")).document()).toEqual({ forgotten: 1 })
    expect(await listed()).toEqual(["work"])
    expect(world.registered()).toHaveLength(1)
    expectFailure(await clients("forget", mock.url, "--yes", "--json"), {
      exit: 2,
      code: "nothing_stored",
      says: /these profiles: work/,
    })
    const ended = await clients("forget", mock.url, "--profile", "work", "--remote", "--yes", "--json")
    expect(ended.document()).toMatchObject({ forgotten: 1, clients: [{ outcome: "deleted" }] })
    expect([await listed(), world.registered()]).toEqual([[], []])
  })
})

describe("profiles", () => {
  test("several accounts at one server, by flag or environment", async () => {
    await using world = await signedIn()
    const { mock, login, clients, store } = world
    expect(await login("--profile", "work")).toMatchObject({ code: 0 })
    const text = await clients()
    expect(text.stdout).toContain(`${mock.url} (profile work)\n`)
    expect(text.stdout).toContain(`${mock.url}\n`)
    const refresh = (profile: string) =>
      run(["refresh", mock.url, "--force", "--store", store, "--json"], { env: { MCP_DCR_TUI_PROFILE: profile } })
    expect(await refresh("work")).toMatchObject({ code: 0 })
    expectFailure(await refresh("home"), { exit: 4, code: "nothing_to_refresh" })
    expect(await run(["logout", mock.url, "--store", store, "--profile", "work", "--yes"])).toMatchObject({ code: 0 })
    // The other account is still signed in.
    expect(await refresh("")).toMatchObject({ code: 0 })
    expectFailure(await refresh("a/b"), { exit: 2, code: "profile_invalid", says: /MCP_DCR_TUI_PROFILE=a\/b/ })
  })

  test.each(["", "-x", "..", "a b", "ä", "x".repeat(65), "a\u001b[2J"])("%j is no name", async (name) => {
    const ended = await run(["login", "http://127.0.0.1:1", `--profile=${name}`, "--json"])
    expectFailure(ended, { exit: 2, code: "profile_invalid" })
  })
})

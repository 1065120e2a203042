import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ autoApprove: true })
})
beforeEach(() => mock.reset())
afterAll(() => mock.close())

const command = (name: string, store: string, ...more: ReadonlyArray<string>) =>
  run([name, mock.url, "--store", store, "--browser", "follow", "--json", ...more])

const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

const registrations = () => mock.log.all("register").length

describe("the store", () => {
  test("is closed to others, and what it holds is found again by the next run", async () => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    expect(await command("login", store)).toMatchObject({ code: 0 })
    expect(statSync(store).mode & 0o777).toBe(0o700)
    for (const file of filesBelow(store)) expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await command("tools", store)).toMatchObject({ code: 0 })
    expect([registrations(), mock.log.all("authorize").length]).toEqual([1, 1])
  })

  test("cannot be written: that is said, the run goes on, and login does not call it kept", async () => {
    using folder = temporaryFolder()
    writeFileSync(folder.file("store"), "a file where a folder should be")
    const ended = await command("login", folder.file("store"))
    expect(ended, ended.stderr).toMatchObject({ code: 1 })
    expect(ended.document()).toMatchObject({ authorization: "bearer", stored: false })
    expect(ended.stderr).toMatch(/Nothing was kept for later runs/)
    expect(await command("tools", folder.file("store"))).toMatchObject({ code: 0 })
    // Once, however many steps run into it.
    expect(ended.stderr.match(/^ +! .*$/gm)).toEqual([expect.stringMatching(/not a directory/)])
    expect(readFileSync(folder.file("store"), "utf8")).toBe("a file where a folder should be")
  })

  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["something else", '["a"]'],
    ["binary", "\u0000\u0001\u001b[2J"],
  ])("holds %s: that is said, with --quiet too, kept aside, and the run goes on", async (_, garbage) => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    expect(await command("login", store)).toMatchObject({ code: 0 })
    const records = filesBelow(store).filter((file) => file.endsWith(".json"))
    expect(records.length).toBeGreaterThan(0)
    for (const file of records) writeFileSync(file, garbage)
    const ended = await command("tools", store, "--quiet")
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ tools: expect.any(Array) })
    expect(ended.stderr).toMatch(/^ +! A file of stored credentials was damaged.*\n$/)
    expect(registrations()).toBe(2)
    expect(filesBelow(store).map((file) => readFileSync(file, "utf8"))).toContain(garbage)
    // Whole again: the third run finds what the second one stored.
    expect(await command("tools", store, "--no-input")).toMatchObject({ code: 0 })
    expect(registrations()).toBe(2)
  })

  test("--no-store reads and leaves nothing", async () => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    expect(await command("login", store)).toMatchObject({ code: 0 })
    const before = filesBelow(store).map((file) => readFileSync(file, "utf8"))
    const ended = await run(["tools", mock.url, "--no-store", "--store", store, "--no-input", "--json"])
    expect(ended.code).toBe(3)
    expect(filesBelow(store).map((file) => readFileSync(file, "utf8"))).toEqual(before)
  })

  test("is where --store says, else in the home folder", async () => {
    using folder = temporaryFolder()
    mkdirSync(folder.file("home"))
    const env = { HOME: folder.file("home") }
    const ended = await run(["login", mock.url, "--browser", "follow", "--json"], { env })
    expect(ended).toMatchObject({ code: 0 })
    expect(filesBelow(folder.file("home")).some((file) => file.includes("mcp-dcr-tui"))).toBe(true)
    expect((await run(["tools", mock.url, "--no-input", "--json"], { env })).code).toBe(0)
  })
})

describe("clients", () => {
  test("lists, shows and forgets, and never says a secret", async () => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    const clients = (...words: ReadonlyArray<string>) => run(["clients", ...words, "--store", store])
    expect(await clients()).toMatchObject({ code: 0, stdout: `Nothing is stored in ${store}.\n` })
    const login = await command("login", store)
    const { clientId } = login.document()

    const list = await clients()
    expect(list.stdout).toContain(`${mock.url}\n  issuer  ${mock.issuer}\n  client  ${clientId} (dcr)\n`)
    expect(list.stdout).toMatch(/token +expires in \d+ min, can be renewed\n/)
    expect(list.stdout).toMatch(new RegExp(`\nKept in ${store}\n$`))
    expect((await clients("show", mock.url)).stdout.replace(/ +/g, " ").split("\n")).toEqual([
      mock.url,
      ` issuer ${mock.issuer}`,
      ` client ${clientId} (dcr)`,
      expect.stringMatching(/^ token expires in \d+ min, can be renewed$/),
      expect.stringMatching(/^ fingerprint [0-9a-f]{8}$/),
      expect.stringMatching(/^ scope mcp:tools /),
      ` resource ${mock.url}`,
      " authentication none",
      expect.stringMatching(/^ redirect URI http:\/\/127\.0\.0\.1:\d+\/callback$/),
      expect.stringMatching(/^ used last \d{4}-.*Z$/),
      "",
    ])
    const [listed, shown] = [await clients("--json"), await clients("show", mock.url, "--json")]
    expect(listed.document()).toEqual(shown.document())
    expect(shown.document()).toMatchObject({
      clients: [{ serverUrl: mock.url, issuer: mock.issuer, clientId, registration: "dcr", token: { expired: false } }],
    })

    expectFailure(await clients("show", "http://127.0.0.1:1/mcp", "--json"), { exit: 2, code: "nothing_stored" })
    expectFailure(await clients("forget", mock.url, "--json"), {
      exit: 2,
      code: "needs_yes",
      says: `mcp-dcr-tui clients forget ${mock.url} --store ${store} --yes`,
    })
    expect((await clients("--json")).document()).toMatchObject({ clients: [{ clientId }] })
    expect(await clients("forget", mock.url, "--yes")).toMatchObject({ code: 0, stdout: `Forgotten: ${mock.url}\n` })
    expect((await clients("--json")).document()).toEqual({ clients: [] })
    expect(filesBelow(store).some((file) => readFileSync(file, "utf8").includes(`${clientId}`))).toBe(false)
  })
})

describe("refresh and logout", () => {
  test("use, then end what is stored", async () => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    expect(await command("login", store)).toMatchObject({ code: 0 })
    const left = await command("refresh", store)
    expect(left.document()).toMatchObject({ serverUrl: mock.url, refreshed: false })
    expect((await run(["refresh", mock.url, "--store", store])).stdout).toMatch(
      /is still good: it expires in \d+ min\. --force renews it all the same\.\n$/,
    )
    expect(mock.log.all("token")).toHaveLength(1)
    const refresh = await command("refresh", store, "--force")
    expect(refresh.document()).toMatchObject({ serverUrl: mock.url, refreshed: true })
    expect(mock.log.last("token")?.form).toMatchObject({ grant_type: "refresh_token" })
    expectFailure(await command("logout", store), {
      exit: 2,
      code: "needs_yes",
      says: `mcp-dcr-tui logout ${mock.url} --store ${store} --yes`,
    })
    const logout = await command("logout", store, "--yes")
    expect(logout.document()).toMatchObject({ loggedOut: true, note: "revoked at the server and deleted here" })
    expect(mock.log.all("revoke")).toHaveLength(2)
    expectFailure(await command("refresh", store), {
      exit: 4,
      code: "nothing_to_refresh",
      step: "refresh",
      says: /nothing is stored for this server/,
    })
    // There is nothing left to do: that is what was wanted.
    const again = await command("logout", store)
    expect(again, again.stderr).toMatchObject({ code: 0 })
    expect(again.document()).toEqual({ serverUrl: mock.url, loggedOut: false, note: "no tokens are stored" })
    expect(again.stderr).toMatch(/· Revoke: No tokens are stored for this server\./)
    expect(mock.log.failures()).toEqual([])
  })

  test("tokens that must not be used are not called absent by logout: 1", async () => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    expect(await command("login", store)).toMatchObject({ code: 0 })
    for (const file of filesBelow(store)) chmodSync(file, 0o644)
    expectFailure(await command("logout", store, "--yes"), {
      exit: 1,
      code: "stored_unusable",
      step: "revoke",
      says: /Other users of this machine could read the stored credentials/,
    })
    for (const file of filesBelow(store)) chmodSync(file, 0o600)
    expect((await command("logout", store, "--yes")).document()).toMatchObject({ loggedOut: true })
  })

  test("a refresh token that the server has ended: 4, and the next sign-in starts again", async () => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    const login = await command("login", store)
    mock.forgetClient(`${login.document().clientId}`)
    const refresh = await command("refresh", store, "--force")
    expect(refresh.code).toBe(4)
    expect(refresh.document()).toMatchObject({ error: { step: "refresh", exit: 4 } })
    expect(await command("tools", store)).toMatchObject({ code: 0 })
    expect(registrations()).toBe(2)
  })
})

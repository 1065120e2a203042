import { generateKeyPairSync } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

const token = "canary-initial-access-token"

describe("CR-73 --initial-access-token-file", () => {
  test("goes with the registration alone, from a file, standard input or the environment, and is seen nowhere", async () => {
    await using mock = await startMock({ autoApprove: true, registration: { requireInitialAccessToken: token } })
    using folder = temporaryFolder()
    writeFileSync(folder.file("token"), `${token}\n`)
    const login = (flags: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}, input = "") =>
      run(["login", mock.url, "--browser", "follow", "--no-store", "--json", "--verbose", ...flags], { env, input })
    const refused = await login([])
    expectFailure(refused, { exit: 4, code: "registration_not_open", says: /--initial-access-token-file/ })
    mock.reset()
    for (const ended of [
      await login(["--initial-access-token-file", folder.file("token"), "--journal", folder.file("journal")]),
      await login([], { MCP_DCR_TUI_INITIAL_ACCESS_TOKEN: token }),
      await login(["--initial-access-token-file", "-"], {}, `${token}\n`),
    ]) {
      expect(ended, ended.stderr).toMatchObject({ code: 0 })
      expect(ended.stdout + ended.stderr).not.toContain(token)
    }
    expect(readFileSync(folder.file("journal"), "utf8")).not.toContain(token)
    const bearers = mock.log.all().filter(({ headers }) => headers.authorization?.includes(token))
    expect(bearers.map(({ route }) => route)).toEqual(["register", "register", "register"])
    expect(mock.log.failures()).toEqual([])
  })
})

describe("X-7 --assertion-aud", () => {
  test("names another audience than the issuer, in the configuration as well", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    await using mock = await startMock({
      mode: "observe",
      clients: [
        {
          client_id: "signed",
          grant_types: ["client_credentials"],
          jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256", kid: "key-7" }] },
        },
      ],
    })
    using folder = temporaryFolder()
    writeFileSync(folder.file("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }))
    const entry = { issuer: mock.issuer, client_id: "signed", private_key_file: "key.pem", kid: "key-7" }
    const config = { clients: [{ ...entry, assertion_aud: "https://as.example/configured" }] }
    writeFileSync(folder.file("config.json"), JSON.stringify(config))
    const flags = ["--client-id", "signed", "--private-key", folder.file("key.pem"), "--assertion-aud", "urn:flag"]
    const sent: Array<unknown> = []
    for (const more of [flags, ["--config", folder.file("config.json")]]) {
      await run(["tools", mock.url, "--no-store", "--grant", "client_credentials", ...more])
      const [header = "", claims = ""] = `${mock.log.last("token")?.form?.client_assertion}`.split(".")
      const part = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString())
      sent.push([part(header).kid, part(claims).aud])
    }
    expect(sent).toEqual([
      [undefined, "urn:flag"],
      ["key-7", "https://as.example/configured"],
    ])
  })
})

describe("X-1 --accept-issuer", () => {
  test("accepts the spelling that it names, for this server and for later runs", async () => {
    await using mock = await startMock({ autoApprove: true, scenarios: ["prm-issuer-slash"] })
    using folder = temporaryFolder()
    const login = (...more: ReadonlyArray<string>) =>
      run(["login", mock.url, "--browser", "follow", "--store", folder.file("store"), "--json", ...more])
    const refused = await login()
    expectFailure(refused, { exit: 5, code: "issuer_slash_mismatch", says: /--accept-issuer/ })
    expect((await login("--accept-issuer", "https://as.example/")).code).toBe(5)
    const accepted = await login("--accept-issuer", mock.issuer)
    expect(accepted, accepted.stderr).toMatchObject({ code: 0 })
    // Keys are as the metadata spells them.
    expect(accepted.document()).toMatchObject({ issuer: mock.issuer })
    const logout = ["logout", mock.url, "--store", folder.file("store"), "--yes"]
    expect(await run(logout)).toMatchObject({ code: 0 })
    expect((await login("--strict")).code).toBe(5)
    expect(await login("--no-input")).toMatchObject({ code: 0 })
  })
})

describe("CR-33 X-4 --resource", () => {
  test("omit: in no request of the grant, with a warning", async () => {
    await using mock = await startMock({ autoApprove: true, mode: "observe" })
    using folder = temporaryFolder()
    const store = ["--store", folder.file("store")]
    const login = await run(["login", mock.url, "--browser", "follow", ...store, "--resource", "omit"])
    expect(login, login.stderr).toMatchObject({ code: 0, stderr: expect.stringMatching(/^ +! --resource omit/m) })
    expect(await run(["refresh", mock.url, "--force", ...store])).toMatchObject({ code: 0 })
    expect(mock.log.last("authorize")?.query).not.toHaveProperty("resource")
    expect(mock.log.all("token").map(({ form }) => form?.grant_type)).toEqual(["authorization_code", "refresh_token"])
    for (const { form } of mock.log.all("token")) expect(form).not.toHaveProperty("resource")
  })

  test("another name is sent as it is; a server that does not know it is quoted", async () => {
    await using mock = await startMock({ autoApprove: true })
    const args = ["--browser", "follow", "--no-store", "--resource", "urn:example:api", "--json"]
    expectFailure(await run(["login", mock.url, ...args]), {
      exit: 4,
      code: "resource_refused",
      says: /urn:example:api/,
    })
    expect(mock.log.last("authorize")?.query.resource).toBe("urn:example:api")
  })
})

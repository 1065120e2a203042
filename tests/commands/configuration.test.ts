import { generateKeyPairSync } from "node:crypto"
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { Ajv } from "ajv"
import { describe, expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { root } from "../architecture/sources.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

const secretText = "canary-configured-secret"
const redirect = "http://127.0.0.1:33419/callback"

const given = () =>
  startMock({
    autoApprove: true,
    clients: [
      {
        client_id: "given",
        client_secret: secretText,
        token_endpoint_auth_method: "client_secret_post",
        redirect_uris: [redirect],
      },
    ],
  })

const fits = new Ajv({ strict: true }).compile(
  JSON.parse(readFileSync(path.join(root, "docs/schemas/config.json"), "utf8")),
)

const closed = (file: string, content: unknown) => {
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o600 })
  return file
}

describe("clients of the configuration file", () => {
  test.each([
    { how: "in it", member: { client_secret: secretText } },
    { how: "in a file beside it", member: { client_secret_file: "secret.txt" } },
    { how: "in the environment", member: { client_secret_env: "GIVEN_SECRET" } },
  ])("are who we are at their issuer, the secret being $how", async ({ member }) => {
    await using mock = await given()
    using folder = temporaryFolder()
    writeFileSync(folder.file("secret.txt"), `${secretText}\n`)
    const entry = {
      issuer: mock.issuer,
      client_id: "given",
      token_endpoint_auth_method: "client_secret_post",
      redirect_uri: redirect,
      ...member,
    }
    const elsewhere = { issuer: "https://as.example", client_id: "other" }
    const document = { clients: [elsewhere, entry] }
    expect(fits(document)).toBe(true)
    const config = closed(folder.file("config.json"), document)
    const ended = await run(
      ["login", mock.url, "--browser", "follow", "--no-store", "--config", config, "--json", "--verbose"],
      { env: { GIVEN_SECRET: secretText }, cwd: "/" },
    )
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ clientId: "given", registration: "preregistered" })
    expect(mock.log.all("register")).toEqual([])
    expect(mock.log.last("token")?.form).toMatchObject({ client_id: "given", redirect_uri: redirect })
    expect(ended.stdout + ended.stderr).not.toContain(secretText)
  })

  test("sign with a key that is never stored, when a stored token is renewed or revoked as well", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    await using mock = await startMock({
      autoApprove: true,
      clients: [
        {
          client_id: "signed",
          token_endpoint_auth_method: "private_key_jwt",
          redirect_uris: [redirect],
          jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256" }] },
        },
      ],
    })
    using folder = temporaryFolder()
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
    writeFileSync(folder.file("key.pem"), pem)
    const entry = { issuer: mock.issuer, client_id: "signed", private_key_file: "key.pem", redirect_uri: redirect }
    const config = ["--config", closed(folder.file("config.json"), { clients: [entry] })]
    const command = (name: string, ...more: ReadonlyArray<string>) =>
      run([name, mock.url, "--store", folder.file("store"), "--json", ...more])
    expect(await command("login", "--browser", "follow", ...config)).toMatchObject({ code: 0 })
    expectFailure(await command("refresh", "--force"), { exit: 2, code: "signing_key_missing", says: /--private-key/ })
    expect(await command("refresh", "--force", ...config)).toMatchObject({ code: 0 })
    const logout = await command("logout", "--yes", ...config)
    expect(logout.document()).toMatchObject({ note: "revoked at the server and deleted here" })
    const stored = readdirSync(folder.file("store")).map((name) => readFileSync(folder.file(`store/${name}`), "utf8"))
    expect(stored.join()).not.toContain(pem.split("\n")[1])
    expect(mock.log.failures()).toEqual([])
  })

  test("CR-66 are offered to no other issuer, not even to one that differs by a slash", async () => {
    await using mock = await given()
    using folder = temporaryFolder()
    const entry = { issuer: `${mock.issuer}/`, client_id: "given", client_secret: secretText }
    const config = closed(folder.file("config.json"), { clients: [entry] })
    const ended = await run(["login", mock.url, "--browser", "follow", "--no-store", "--config", config, "--json"])
    expect(ended.document()).toMatchObject({ registration: "dcr" })
    expect(JSON.stringify(mock.log.all())).not.toContain("given")
  })

  test("a secret that cannot be had is told when its client is needed, and only then", async () => {
    await using mock = await given()
    using folder = temporaryFolder()
    const entry = { issuer: mock.issuer, client_id: "given", client_secret_env: "NOT_SET" }
    const login = (config: string, ...more: ReadonlyArray<string>) =>
      run(["login", mock.url, "--browser", "follow", "--no-store", "--config", config, "--json", ...more])
    const config = closed(folder.file("config.json"), { clients: [entry] })
    expectFailure(await login(config), {
      exit: 2,
      code: "own_client_unusable",
      says: /client_secret_env NOT_SET: empty/,
    })
    expect(await login(config, "--registration", "dcr")).toMatchObject({ code: 0 })
    const other = closed(folder.file("other.json"), { clients: [{ ...entry, issuer: "https://as.example" }] })
    expect(await login(other)).toMatchObject({ code: 0 })
  })

  test("config.json in the program's folder counts without being named, and need not be there", async () => {
    await using mock = await given()
    using folder = temporaryFolder()
    const env = { XDG_CONFIG_HOME: folder.path }
    const login = () => run(["login", mock.url, "--browser", "follow", "--no-store", "--json"], { env })
    expect((await login()).document()).toMatchObject({ registration: "dcr" })
    mkdirSync(folder.file("mcp-dcr-tui"))
    closed(folder.file("mcp-dcr-tui/config.json"), "{")
    expectFailure(await login(), { exit: 2, code: "config_invalid", says: /mcp-dcr-tui\/config\.json/ })
    // What needs no client of ours is not stopped by it.
    expect(await run(["demo", "--quiet"], { env })).toMatchObject({ code: 0 })
  })
})

const client = { issuer: "https://as.example", client_id: "given" }

describe("a configuration that cannot be meant", () => {
  test.each([
    { what: "no JSON", content: `{"clients": [{"client_secret": "${secretText}" x}]}`, says: /not JSON/ },
    { what: "a list", content: [], says: /the document: Expected object/ },
    { what: "no issuer", content: { clients: [{ client_id: "a" }] }, says: /clients\[0\]\.issuer: Missing key/ },
    {
      what: "a slip",
      content: { clients: [client, { ...client, secret: secretText }] },
      says: /clients\[1\]\.secret: /,
    },
    {
      what: "a number",
      content: { clients: [{ ...client, client_secret: 1 }] },
      says: /clients\[0\]\.client_secret: /,
    },
    {
      what: "an unknown method",
      content: { clients: [{ ...client, token_endpoint_auth_method: "tls_client_auth" }] },
      says: /clients\[0\]\.token_endpoint_auth_method: Expected "none"/,
    },
  ])("$what: names file and place, and quotes no secret; the published schema agrees", async ({ content, says }) => {
    using folder = temporaryFolder()
    const config = closed(folder.file("config.json"), content)
    const ended = await run(["tools", "http://127.0.0.1:1", "--config", config, "--json"])
    expectFailure(ended, { exit: 2, code: "config_invalid", says })
    expect(ended.document()).toMatchObject({ error: { received: config } })
    expect(ended.stdout + ended.stderr).not.toContain(secretText)
    if (typeof content !== "string") expect(fits(content)).toBe(false)
  })

  test.each([
    { member: { issuer: "http://as.example" }, says: /clients\[0\]\.issuer: / },
    { member: { issuer: "https://as.example?x" }, says: /clients\[0\]\.issuer: It has a query/ },
    {
      member: { client_secret: "a", client_secret_env: "B" },
      says: /clients\[0\]\.client_secret_env: there is client_secret/,
    },
    { member: { redirect_uri: "http://host.example/" }, says: /clients\[0\]\.redirect_uri: / },
    { member: { token_endpoint_auth_method: "client_secret_basic" }, says: /client_secret_basic needs a secret/ },
    { member: { token_endpoint_auth_method: "private_key_jwt" }, says: /private_key_jwt needs private_key_file/ },
  ])("$member", async ({ member, says }) => {
    using folder = temporaryFolder()
    const config = closed(folder.file("config.json"), { clients: [{ ...client, ...member }] })
    const ended = await run(["tools", "http://127.0.0.1:1", "--config", config, "--json"])
    expectFailure(ended, { exit: 2, code: "config_invalid", says })
  })

  test("one with a secret that others may read is refused; without one its mode is nobody's business", async () => {
    using folder = temporaryFolder()
    const tools = (config: string) => run(["tools", "http://127.0.0.1:1", "--no-store", "--config", config, "--json"])
    const config = closed(folder.file("config.json"), { clients: [{ ...client, client_secret: secretText }] })
    chmodSync(config, 0o640)
    expectFailure(await tools(config), { exit: 2, code: "config_exposed", says: /chmod 600/ })
    chmodSync(config, 0o600)
    expect((await tools(config)).code).toBe(6)
    writeFileSync(config, JSON.stringify({ clients: [client] }))
    chmodSync(config, 0o644)
    expect((await tools(config)).code).toBe(6)
    expectFailure(await tools(folder.file("none.json")), { exit: 2, code: "file_unreadable", says: /none\.json/ })
  })
})

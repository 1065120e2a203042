import { generateKeyPairSync } from "node:crypto"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { type Ended, run, temporaryFolder } from "./program.ts"

// Secrets that a person hands over: in files and variables, never as arguments. What says them is their place and nothing else.

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
/** The lines of the key, without the frame that every key has. */
const keyLines = pem.split("\n").filter((line) => line !== "" && !line.startsWith("-"))
const secretText = "canary-client-secret-of-the-user"
const tokenText = "canary-initial-access-token"
const storeKey = "canary-store-key-0123456789abcdef"
const secrets = [secretText, tokenText, storeKey, ...keyLines]

const outputs: ReadonlyArray<ReadonlyArray<string>> = [[], ["--verbose"], ["--json", "--verbose"]]

const saysNone = (said: ReadonlyArray<string>) => {
  for (const text of said)
    for (const value of secrets) expect(text.includes(value) ? `${value} in:\n${text}` : "").toBe("")
}

describe("no secret of a person's is in anything that is said or written", () => {
  test.each(outputs)("by commands, with %j", async (...options) => {
    await using mock = await startMock({
      autoApprove: true,
      registration: { requireInitialAccessToken: tokenText },
      clients: [
        { client_id: "given", client_secret: secretText, grant_types: ["client_credentials"], redirect_uris: [] },
        {
          client_id: "signed",
          token_endpoint_auth_method: "private_key_jwt",
          grant_types: ["client_credentials"],
          jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256" }] },
        },
      ],
    })
    using folder = temporaryFolder()
    const files = { secret: secretText, token: tokenText, key: pem, store: storeKey }
    for (const [name, content] of Object.entries(files))
      writeFileSync(folder.file(`${name}.txt`), content, { mode: 0o600 })
    const at = (name: keyof typeof files) => folder.file(`${name}.txt`)
    const said: Array<string> = []
    const command = async (code: number, name: string, ...args: ReadonlyArray<string>): Promise<Ended> => {
      const journal = name === "export" || name === "clients" ? [] : ["--journal", folder.file(`${said.length}.jsonl`)]
      const ended = await run([name, ...args, ...journal, ...(name === "export" ? [] : options)])
      expect(ended, ended.stderr).toMatchObject({ code })
      said.push(ended.stdout, ended.stderr)
      return ended
    }
    const store = ["--store", folder.file("store"), "--store-key-file", at("store")]
    const machine = ["--grant", "client_credentials", "--no-store"]
    await command(0, "tools", mock.url, ...machine, "--client-id", "given", "--client-secret-file", at("secret"))
    await command(0, "tools", mock.url, ...machine, "--client-id", "signed", "--private-key", at("key"))
    await command(0, "login", mock.url, ...store, "--browser", "follow", "--initial-access-token-file", at("token"))
    await command(0, "clients", "show", mock.url, "--remote", ...store)
    await command(0, "clients", "update", mock.url, ...store)
    await command(0, "logout", mock.url, ...store, "--yes")
    await command(0, "clients", "forget", mock.url, ...store, "--remote", "--yes")
    // What goes wrong must not quote them either: each in the place of another.
    await command(2, "tools", mock.url, ...machine, "--client-id", "signed", "--private-key", at("secret"))
    await command(4, "tools", mock.url, ...machine, "--client-id", "given", "--client-secret-file", at("token"))
    await command(2, "tools", mock.url, "--config", at("secret"))
    await command(4, "login", mock.url, "--no-store", "--browser", "follow", "--initial-access-token-file", at("store"))
    await command(2, "call", mock.url, "add", "--args", `@${at("key")}`)
    const journals = readdirSync(folder.path).filter((name) => name.endsWith(".jsonl"))
    said.push(...journals.map((name) => readFileSync(folder.file(name), "utf8")))
    for (const format of ["har", "curl", "markdown", "mermaid", "jsonl"])
      await command(0, "export", folder.file("4.jsonl"), "--format", format)
    expect(journals).toHaveLength(6)
    saysNone(said)
  })

  test.each(["throw", "reject", "exit"])(
    "when the program breaks down while a secret is on its way (%s)",
    async (how) => {
      await using mock = await startMock({
        clients: [
          { client_id: "given", client_secret: secretText, grant_types: ["client_credentials"], redirect_uris: [] },
        ],
      })
      using folder = temporaryFolder()
      writeFileSync(folder.file("secret"), secretText)
      // The request to the token endpoint, with credentials in header and body, meets something that nobody expects.
      writeFileSync(
        folder.file("break.cjs"),
        `const http = require("node:http"); const request = http.request
      http.request = (...args) => {
        if (!JSON.stringify(String(args[0])).includes("/token")) return request(...args)
        const error = Object.assign(new Error("broken"), { options: args })
        if (${JSON.stringify(how)} === "reject") Promise.reject(error)
        if (${JSON.stringify(how)} === "exit") setImmediate(() => { throw error })
        if (${JSON.stringify(how)} !== "throw") return request(...args)
        throw error
      }`,
      )
      const args = ["tools", mock.url, "--grant", "client_credentials", "--client-id", "given", "--no-store"]
      const ended = await run([...args, "--client-secret-file", folder.file("secret"), "--verbose"], {
        env: { NODE_OPTIONS: `--require ${folder.file("break.cjs")}` },
      })
      expect(ended.code).not.toBe(0)
      expect(ended.stdout + ended.stderr).toMatch(/broken/)
      saysNone([ended.stdout, ended.stderr])
    },
  )
})

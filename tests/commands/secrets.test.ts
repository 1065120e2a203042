import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { type Behaviour, type MockEvent, startMock } from "../../mock/index.ts"
import { standInBrowser } from "../servers/sign-in.ts"
import { type Ended, run, temporaryFolder } from "./program.ts"

const secretMembers = ["access_token", "refresh_token", "client_secret", "registration_access_token"]

/** Every secret that crossed the wire, as the server knows it. */
const listening = () => {
  const secrets = new Map<string, string>()
  const learn = (name: string, value: unknown) => {
    if (typeof value === "string" && value !== "" && !secrets.has(value)) secrets.set(value, name)
  }
  const learnFrom = (members: Readonly<Record<string, unknown>>) => {
    for (const name of secretMembers) learn(name, members[name])
  }
  const behaviour: Behaviour = {
    registration: (answer) => {
      learnFrom(Object(answer.json))
      return answer
    },
    token: (answer) => {
      learnFrom(Object(answer.json))
      return answer
    },
  }
  const onEvent = ({ form, headers }: MockEvent) => {
    learn("code", form?.code)
    learn("code_verifier", form?.code_verifier)
    const [scheme = "", credentials] = (headers.authorization ?? "").split(" ")
    learn(`the credentials of an ${scheme} header`, credentials)
  }
  return { secrets, behaviour, onEvent }
}

const textsBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8"))

const outputOf = (ended: Ended): string => ended.stdout + ended.stderr

describe("no secret of a run is in anything it says or writes, but the store", () => {
  test.each([
    { how: "print", options: [] },
    { how: "verbose", options: ["--verbose"] },
    { how: "json", options: ["--json", "--verbose"] },
  ])("$how", async ({ options }) => {
    const { secrets, behaviour, onEvent } = listening()
    await using mock = await startMock({
      // A client with a secret, so that there is one more to keep.
      advertise: { authorizationServer: { token_endpoint_auth_methods_supported: ["client_secret_basic"] } },
      behaviours: [behaviour],
      onEvent,
    })
    using folder = temporaryFolder()
    const browser = standInBrowser(folder.file("visits"))
    const said: Array<string> = []
    const stored: Array<string> = []
    const command = async (name: string, ...more: ReadonlyArray<string>) => {
      const journal = folder.file(`${said.length}.journal`)
      const args = [name, mock.url, ...more, "--store", folder.file("store"), "--journal", journal, ...options]
      const ended = await run(args, browser)
      expect(ended, ended.stderr).toMatchObject({ code: 0 })
      said.push(outputOf(ended), readFileSync(journal, "utf8"))
      stored.push(...textsBelow(folder.file("store")))
      return journal
    }
    await command("login", "--browser", "system")
    await command("tools")
    await command("call", "get_user_profile")
    const renewal = await command("refresh", "--force")
    await command("login", "--browser", "system", "--profile", "work")
    // The means to manage a registration, and a secret, change with each of these.
    for (const words of [[], ["show", mock.url], ["show", mock.url, "--remote"], ["update", mock.url]])
      said.push(outputOf(await run(["clients", ...words, "--store", folder.file("store"), ...options])))
    // A whole MCP session over stdio, and the saved journals in every form.
    const requests = [
      { id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } },
      { id: 2, method: "tools/call", params: { name: "get_user_profile", arguments: {} } },
    ]
    const input = requests.map((request) => `${JSON.stringify({ jsonrpc: "2.0", ...request })}\n`).join("")
    const bridged = await run(["bridge", mock.url, "--store", folder.file("store"), ...options], { input })
    expect(bridged, bridged.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('"id":2') })
    said.push(outputOf(bridged))
    for (const format of ["har", "curl", "markdown", "mermaid", "jsonl"])
      said.push(outputOf(await run(["export", folder.file("0.journal"), "--format", format])))
    // The one exception, when a person asks: what the store holds, and nothing that it does not.
    const revealed = outputOf(
      await run(["export", renewal, "--format", "har", "--reveal", "--store", folder.file("store")]),
    )
    said.push(outputOf(await run(["replay", folder.file("0.journal"), ...options])))
    await command("logout", "--forget-client", "--yes")

    const names = new Set(secrets.values())
    for (const name of [...secretMembers, "code", "code_verifier"]) expect(names).toContain(name)
    // What is looked for can be found: the store holds the tokens, in plain text.
    const kept = [...secrets].filter(([value]) => stored.some((text) => text.includes(value)))
    expect(new Set(kept.map(([, name]) => name))).toEqual(new Set(secretMembers))
    for (const [value, name] of secrets)
      for (const text of said) expect(text.includes(value) ? `${name} in:\n${text}` : "").toBe("")
    const shown = [...secrets].filter(([value]) => revealed.includes(value))
    expect(shown.map(([, name]) => name)).toEqual(expect.arrayContaining(["access_token", "refresh_token"]))
    for (const [value, name] of shown) {
      expect(secretMembers).toContain(name)
      expect(stored.some((text) => text.includes(value))).toBe(true)
    }
  })

  test("nor when a server repeats it in its own words", async () => {
    const { secrets, onEvent } = listening()
    const echo: Behaviour = {
      token: (_, exchange) => {
        const { code = "", code_verifier = "" } = exchange.event.form ?? {}
        return {
          status: 400,
          headers: { "content-type": "application/json" },
          json: { error: "invalid_grant", error_description: `${code} with ${code_verifier} is not good` },
        }
      },
    }
    await using mock = await startMock({ autoApprove: true, behaviours: [echo], onEvent })
    using folder = temporaryFolder()
    const journal = folder.file("journal")
    const args = ["login", mock.url, "--browser", "follow", "--no-store", "--json", "--verbose", "--journal", journal]
    const ended = await run(args)
    expect(ended.code).toBe(4)
    expect(ended.document()).toMatchObject({ error: { step: "token", detail: expect.stringMatching(/is not good/) } })
    expect(new Set(secrets.values())).toEqual(new Set(["code", "code_verifier"]))
    for (const [value, name] of secrets)
      for (const text of [outputOf(ended), readFileSync(journal, "utf8")])
        expect(text.includes(value) ? `${name} in:\n${text}` : "").toBe("")
  })
})

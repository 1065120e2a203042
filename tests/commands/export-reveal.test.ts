import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { text } from "node:stream/consumers"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { run, temporaryFolder } from "./program.ts"

const folder = temporaryFolder()
const store = ["--store", folder.file("store")]
const journal = folder.file("call.jsonl")
let mock: Mock
/** What the store holds in the end: the latest answers of the token endpoint and of the registration. */
const stored = new Map<string, string>()

const learn = (document: unknown, ...names: ReadonlyArray<string>) => {
  for (const name of names) {
    const value: unknown = Object(document)[name]
    if (typeof value === "string") stored.set(name, value)
  }
}

beforeAll(async () => {
  mock = await startMock({
    autoApprove: true,
    advertise: { authorizationServer: { token_endpoint_auth_methods_supported: ["client_secret_post"] } },
    behaviours: [
      {
        registration: (answer) => {
          learn(answer.json, "client_secret", "registration_access_token")
          return answer
        },
        token: (answer) => {
          learn(answer.json, "access_token", "refresh_token")
          return answer
        },
      },
    ],
  })
  const ended = await run([
    ...["call", mock.url, "add", "a=1", "b=2"],
    ...["--browser", "follow", ...store, "--journal", journal],
  ])
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await mock[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const exported = (format: string, ...more: ReadonlyArray<string>) =>
  run(["export", journal, "--format", format, ...more])

const held = (output: string) =>
  [...stored]
    .filter(([, value]) => output.includes(value))
    .map(([name]) => name)
    .sort()

const all = ["access_token", "client_secret", "refresh_token", "registration_access_token"]
const sent = ["access_token", "client_secret"]
/** A script has requests only. */
const shown = { har: all, curl: sent, markdown: all, jsonl: all }

/** The script's variables and its command for the call of a tool; curl prints the status alone. */
const callOf = (script: string): string => {
  const blocks = script.split("\n\n")
  const call = blocks.filter((block) => /^# #\d+ .*tools\/call/.test(block)).at(-1)
  expect(call).toBeDefined()
  const variables = script.match(/^\w+='.*$/gm) ?? []
  return [
    `curl() { command curl --silent --output /dev/null --write-out '%{http_code}' "$@"; }`,
    ...variables,
    call,
    "",
  ].join("\n")
}

/** What curl says of the status. The mock is in this process, so nothing may wait in it. */
const status = async (script: string): Promise<string> => {
  const shell = spawn("bash", ["-s"], { stdio: ["pipe", "pipe", "inherit"] })
  const ended = once(shell, "close")
  shell.stdin.end(callOf(script))
  const said = await text(shell.stdout)
  await ended
  return said
}

describe("export --reveal", () => {
  test("puts in what the store holds, and says so; without it nothing changes", async () => {
    expect([...stored.keys()].sort()).toEqual(all)
    for (const [format, names] of Object.entries(shown)) {
      const plain = await exported(format)
      expect(plain).toMatchObject({ code: 0, stderr: "" })
      expect(held(plain.stdout)).toEqual([])
      const revealed = await exported(format, "--reveal", ...store)
      expect(revealed.code).toBe(0)
      expect(held(revealed.stdout)).toEqual(names)
      // Code, verifier and state were never stored.
      expect(revealed.stderr).toMatch(
        new RegExp(
          `^! Secrets put in: ${names.length}; [1-9]\\d* of the journal are not stored, or no longer\\. The output now holds secrets: .*\\n$`,
        ),
      )
    }
  })

  test("a diagram shows none, and is not said to", async () => {
    const revealed = await exported("mermaid", "--reveal", ...store)
    expect(revealed.stdout).toBe((await exported("mermaid")).stdout)
    expect(revealed.stderr).toMatch(/^! Secrets put in: 0; .* The output holds none\.\n$/)
  })

  test("makes a script that works", async () => {
    expect(await status((await exported("curl")).stdout)).toBe("401")
    expect(await status((await exported("curl", "--reveal", ...store)).stdout)).toBe("200")
  })

  test("makes a file its owner's alone, although it was there for all", async () => {
    const file = folder.file("run.sh")
    writeFileSync(file, "before")
    chmodSync(file, 0o644)
    const ended = await exported("curl", "--reveal", ...store, "--output", file)
    expect(ended).toMatchObject({ code: 0, stdout: "" })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(held(readFileSync(file, "utf8"))).toEqual(sent)
  })

  test("takes nothing of another profile or another server", async () => {
    const work = await exported("curl", "--reveal", ...store, "--profile", "work")
    expect(work.stderr).toContain("Secrets put in: 0;")
    expect(work.stdout).toBe((await exported("curl")).stdout)
    const other = folder.file("other.jsonl")
    writeFileSync(other, readFileSync(journal, "utf8").replace(`"serverUrl":"${mock.url}"`, `"serverUrl":"http://x/"`))
    const ended = await run(["export", other, "--format", "har", "--reveal", ...store])
    expect(ended.stderr).toContain("Secrets put in: 0;")
    expect(held(ended.stdout)).toEqual([])
  })

  // The last one: it empties the store.
  test("after logout it puts in no token, and after the client is forgotten nothing", async () => {
    expect(await run(["logout", mock.url, "--yes", ...store])).toMatchObject({ code: 0 })
    const signedOut = await exported("har", "--reveal", ...store)
    expect(held(signedOut.stdout)).toEqual(["client_secret", "registration_access_token"])
    expect(signedOut.stderr).toContain("Secrets put in: 2;")
    expect(await run(["logout", mock.url, "--yes", "--forget-client", ...store])).toMatchObject({ code: 0 })
    const empty = await exported("har", "--reveal", ...store)
    expect(empty.stdout).toBe((await exported("har")).stdout)
    expect(empty.stderr).toMatch(
      /^! Secrets put in: 0; [1-9]\d* of the journal are not stored, or no longer\. The output holds none\.\n$/,
    )
  })
})

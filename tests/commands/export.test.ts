import { execFileSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { Ajv } from "ajv"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type MockEvent, startMock } from "../../mock/index.ts"
import { harSchema } from "../export/har-schema.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

const folder = temporaryFolder()
const journal = folder.file("run.jsonl")
const failed = folder.file("failed.jsonl")
/** Every secret that crossed the wire, as the server knows it. */
const secrets = new Set<string>()
let serverUrl = ""
let requests = 0

const learn = (value: unknown) => {
  if (typeof value === "string" && value !== "") secrets.add(value)
}

beforeAll(async () => {
  await using mock = await startMock({
    autoApprove: true,
    advertise: { authorizationServer: { token_endpoint_auth_methods_supported: ["client_secret_basic"] } },
    behaviours: [
      {
        registration: (answer) => {
          learn(Object(answer.json).client_secret)
          learn(Object(answer.json).registration_access_token)
          return answer
        },
        token: (answer) => {
          learn(Object(answer.json).access_token)
          learn(Object(answer.json).refresh_token)
          return answer
        },
      },
    ],
    onEvent: ({ form, headers }: MockEvent) => {
      learn(form?.code)
      learn(form?.code_verifier)
      learn((headers.authorization ?? "").split(" ")[1])
    },
  })
  serverUrl = mock.url
  const ended = await run([
    "call",
    mock.url,
    "add",
    "a=1",
    "b=2",
    "--browser",
    "follow",
    "--no-store",
    "--journal",
    journal,
  ])
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  requests = mock.log.size
  await run(["tools", "http://127.0.0.1:1/mcp", "--no-store", "--journal", failed])
})
afterAll(() => folder[Symbol.dispose]())

const exported = async (format: string, file = journal): Promise<string> => {
  const ended = await run(["export", file, "--format", format])
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  return ended.stdout
}

const validHar = new Ajv({ allErrors: true }).compile(harSchema)

describe("export", () => {
  test("har: valid HAR 1.2, with every exchange, its step and its rules", async () => {
    for (const file of [journal, failed]) {
      const har: unknown = JSON.parse(await exported("har", file))
      expect(validHar(har) ? [] : validHar.errors).toEqual([])
    }
    const { log } = JSON.parse(await exported("har"))
    expect(log.entries).toHaveLength(requests)
    const token = log.entries.find((entry: { readonly _step: string }) => entry._step === "token")
    expect(token).toMatchObject({
      request: {
        method: "POST",
        postData: {
          mimeType: "application/x-www-form-urlencoded",
          params: expect.arrayContaining([{ name: "grant_type", value: "authorization_code" }]),
        },
      },
      response: { status: 200 },
    })
    expect(log.entries.flatMap(({ _rule }: { readonly _rule: ReadonlyArray<string> }) => _rule)).toContain(
      "RFC 8414 §3.3",
    )
    for (const { time, timings } of log.entries) {
      const { dns, connect, send, wait, receive } = timings
      const sum = [dns, connect, send, wait, receive].filter((each: number) => each >= 0)
      expect(sum.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(time)
    }
  })

  test("curl: a script that a shell reads, with one variable for each secret", async () => {
    const script = await exported("curl")
    execFileSync("sh", ["-n"], { input: script })
    expect(script.match(/^curl /gm)).toHaveLength(requests)
    const variables = [...script.matchAll(/^(\w+)='' # \d+ characters, sha256 [0-9a-f]{8}…$/gm)].map(([, name]) => name)
    expect(variables).toEqual(expect.arrayContaining(["CODE", "CODE_VERIFIER", "ACCESS_TOKEN"]))
    expect(new Set(variables).size).toBe(variables.length)
    // It runs: here against a curl that only says what it was given.
    const said = execFileSync("sh", ["-s"], {
      input: `curl() { printf '%s\\n' "$2"; }\n${script.replace("ACCESS_TOKEN=''", "ACCESS_TOKEN='mine'")}`,
    }).toString()
    expect(said.trimEnd().split("\n")).toHaveLength(requests)
    expect(said).toContain(serverUrl)
  })

  test("markdown: steps, exchanges, and the failure in four parts", async () => {
    const report = await exported("markdown")
    expect(report).toMatch(/^\| 7 Exchange code \| done \| /m)
    expect(report.match(/^### #\d+ /gm)).toHaveLength(requests)
    expect(await exported("markdown", failed)).toMatch(
      /## Failures\n\n### 1 Probe resource: [\s\S]*What to do:\n\n- [\s\S]*Evidence:\n\n- url: `http[\s\S]*- code: `connection_refused`/,
    )
  })

  test("mermaid: who asked whom, one line each way", async () => {
    const diagram = await exported("mermaid")
    expect(diagram).toMatch(/^sequenceDiagram\n {2}participant You as .*\n/)
    expect(diagram.match(/->>(?:AS|MCP): #35;\d+ /g)).toHaveLength(requests)
    // Nothing but participants, messages and notes: what a server said cannot become a statement.
    const statement = /^ {2}(?:participant \w+ as [\w ()-]+|Note over \w+(?:,\w+)?: .*|\w+-(?:>>|->>|-x)\w+: .*)$/
    for (const line of diagram.trimEnd().split("\n").slice(1)) expect(line).toMatch(statement)
    expect(await exported("mermaid", failed)).toContain("MCP--xYou: connection_refused")
  })

  test("jsonl: the run, its steps and its exchanges as one object each", async () => {
    const lines = (await exported("jsonl"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({ type: "run", serverUrl })
    expect(lines.filter(({ type }) => type === "exchange")).toHaveLength(requests)
    expect(lines.filter(({ type }) => type === "step").map(({ step }) => step)).toContain("token")
  })

  test.each(["har", "curl", "markdown", "mermaid", "jsonl"])("%s holds none of the secrets", async (format) => {
    const text = await exported(format)
    expect(secrets.size).toBeGreaterThanOrEqual(6)
    for (const value of secrets) expect(text.includes(value)).toBe(false)
  })

  test("writes a file that only its owner reads, or says why not", async () => {
    const file = folder.file("run.har")
    const ended = await run(["export", journal, "--format", "har", "--output", file])
    expect(ended).toMatchObject({ code: 0, stdout: "" })
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(readFileSync(file, "utf8")).toBe(await exported("har"))
    expectFailure(await run(["export", journal, "--format", "har", "--output", "/dev/null/none", "--json"]), {
      exit: 2,
      code: "output_unwritable",
    })
  })
})

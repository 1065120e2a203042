import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { Ajv, type ValidateFunction } from "ajv"
import { expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { root } from "../architecture/sources.ts"
import { run, start, temporaryFolder } from "./program.ts"

const folder = path.join(root, "docs/schemas")
const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false })
const schemas = new Map<string, ValidateFunction>(
  readdirSync(folder).map((file) => [
    path.basename(file, ".json"),
    ajv.compile(JSON.parse(readFileSync(path.join(folder, file), "utf8"))),
  ]),
)

test("every JSON document is as docs/schemas says", async () => {
  await using mock = await startMock({ autoApprove: true })
  await using free = await startMock({ noAuth: true })
  using files = temporaryFolder()
  const journal = files.file("run.jsonl")
  const store = ["--store", files.file("store")]
  const seen = new Set<string>()
  const check = (name: string, document: unknown) => {
    const valid = schemas.get(name)
    seen.add(name)
    expect(valid?.(document) === true ? [] : [name, document, valid?.errors]).toEqual([])
  }
  const printed = async (name: string, args: ReadonlyArray<string>) => {
    const ended = await run([...args, "--json"])
    check(name, ended.document())
  }
  const signedIn = ["--browser", "follow", ...store]
  await printed("error", ["tools", mock.url, ...store])
  await printed("error", ["tools"])
  await printed("error", ["tools", "http://127.0.0.1:1/mcp", "--no-store"])
  await printed("login", ["login", mock.url, ...signedIn])
  await printed("login", ["login", free.url, "--no-store"])
  await printed("open", [mock.url, ...store])
  await printed("open", ["open", free.url, "--no-store"])
  await printed("demo", ["demo"])
  await printed("demo", ["--mock"])
  await printed("mock", ["mock", "--list"])
  await printed("tools", ["tools", mock.url, ...store, "--journal", journal])
  await printed("call", ["call", mock.url, "add", "a=1", "b=2", ...store])
  await printed("call", ["call", mock.url, "fail", ...store])
  await printed("error", ["call", mock.url, "add", "a=x", ...store])
  await printed("resources", ["resources", mock.url, ...store])
  await printed("prompts", ["prompts", mock.url, ...store])
  await printed("refresh", ["refresh", mock.url, ...store])
  await printed("refresh", ["refresh", mock.url, "--force", ...store])
  await printed("clients", ["clients", ...store])
  await printed("clients", ["clients", "show", mock.url, ...store])
  await printed("replay", ["replay", journal])
  await printed("export", ["export", journal, "--format", "curl"])
  await printed("export", ["export", journal, "--format", "curl", "--output", files.file("run.sh")])
  await printed("clients", ["clients", "show", mock.url, "--remote", ...store])
  await printed("clients", ["clients", "update", mock.url, "--client-name", "Another", ...store])
  await printed("error", ["logout", mock.url, ...store])
  await printed("logout", ["logout", mock.url, "--yes", ...store])
  await printed("logout", ["logout", mock.url, ...store])
  await printed("clients", ["clients", ...store])
  await printed("logout", ["logout", mock.url, "--forget-client", "--yes", ...store])
  await printed("login", ["login", mock.url, ...signedIn])
  await printed("login", ["login", mock.url, ...signedIn, "--profile", "work"])
  await printed("clients", ["clients", "forget", mock.url, "--yes", ...store])
  await printed("clients", ["clients", "forget", mock.url, "--remote", "--yes", "--profile", "work", ...store])
  // What goes in has a schema as well; tests/commands/configuration.test.ts holds the two together.
  check("config", { clients: [{ issuer: mock.issuer, client_id: "given", client_secret_env: "NAME" }] })
  const lines = '{"method":"tools/list"}\n{"method":"no/such"}\nno JSON\n'
  const session = await run(["session", free.url, "--no-store"], { input: lines })
  for (const line of session.stdout.trimEnd().split("\n")) check("session", JSON.parse(line))
  const serving = start(["mock", "--port", "0", "--json"], { input: "open" })
  check("mock", JSON.parse((await serving.says("stdout", /^\{.*\}\n/))[0]))
  serving.kill("SIGTERM")
  await serving.end
  expect([...seen].sort()).toEqual([...schemas.keys()].sort())
}, 60_000)

// Turns a scenario of the official conformance suite into a command line of the product and drives its `session`.
// The product knows nothing of the suite: everything below uses ordinary flags. The suite starts this file with the
// server's URL as last argument and the scenario in the environment.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import process from "node:process"
import readline from "node:readline"
import { fileURLToPath } from "node:url"

const url = process.argv.at(-1)
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? ""
const revision = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? "2026-07-28"
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}")
const dist = process.env.MCP_DCR_TUI_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url))
const bin = path.join(dist, "bin.js")
const folder = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-conformance-"))

/** Secrets enter by file, never as an argument. */
const file = (name, text) => {
  const place = path.join(folder, name)
  writeFileSync(place, text, { mode: 0o600 })
  return place
}

const flagsFor = {
  "auth/basic-cimd": () => ["--client-metadata-url", "https://conformance-test.local/client-metadata.json"],
  "auth/pre-registration": () => [
    "--client-id",
    context.client_id,
    "--client-secret-file",
    file("secret", context.client_secret),
  ],
  "auth/2025-03-26-oauth-metadata-backcompat": () => ["--legacy-auth"],
  "auth/2025-03-26-oauth-endpoint-fallback": () => ["--legacy-auth"],
  "auth/client-credentials-basic": () => [
    "--grant",
    "client_credentials",
    "--client-id",
    context.client_id,
    "--client-secret-file",
    file("secret", context.client_secret),
  ],
  "auth/client-credentials-jwt": () => [
    "--grant",
    "client_credentials",
    "--client-id",
    context.client_id,
    "--private-key",
    file("key.pem", context.private_key_pem),
    "--signing-alg",
    context.signing_algorithm,
  ],
  "auth/wif-jwt-bearer": () => [
    "--grant",
    "jwt-bearer",
    "--client-id",
    context.client_id,
    "--assertion-file",
    file("assertion", context.valid_jwt),
  ],
  "auth/enterprise-managed-authorization": () => [
    "--grant",
    "id-jag",
    "--client-id",
    context.client_id,
    "--client-secret-file",
    file("secret", context.client_secret),
    "--idp-token-endpoint",
    context.idp_token_endpoint,
    "--idp-client-id",
    context.idp_client_id,
    "--id-token-file",
    file("id-token", context.idp_id_token),
  ],
  "auth/dpop": () => ["--dpop"],
  "auth/dpop-nonce": () => ["--dpop"],
  "elicitation-sep1034-client-defaults": () => ["--elicit", "accept"],
  "sep-2322-client-request-state": () => ["--elicit", '{"confirmed":true}'],
}

const callTool = (name, args = {}) => ({ method: "tools/call", params: { name, arguments: args } })
const list = { method: "tools/list", params: {} }

/** What a person would do in each scenario: requests, each of which may look at the answers so far. */
const scripts = {
  initialize: () => [list],
  "request-metadata": () => [list],
  "json-schema-ref-no-deref": () => [list],
  tools_call: () => [list, callTool("add_numbers", { a: 5, b: 3 })],
  "elicitation-sep1034-client-defaults": () => [list, callTool("test_client_elicitation_defaults")],
  "sse-retry": () => [list, callTool("test_reconnection")],
  "sep-2322-client-request-state": () => [
    list,
    ...["test_mrtr_echo_state", "test_mrtr_no_state", "test_mrtr_unrelated", "test_mrtr_no_result_type"].map((name) =>
      callTool(name),
    ),
  ],
  "http-standard-headers": () => [
    list,
    callTool("test_headers"),
    { method: "resources/list", params: {} },
    { method: "resources/read", params: { uri: "file:///path/to/file%20name.txt" } },
    { method: "prompts/list", params: {} },
    { method: "prompts/get", params: { name: "test_prompt", arguments: {} } },
  ],
  "http-custom-headers": () => [
    list,
    ...(context.toolCalls ?? []).map(({ name, arguments: args }) => callTool(name, args)),
  ],
  "http-invalid-tool-headers": () => [
    list,
    (answers) => (answers[0]?.result?.tools ?? []).map(({ name }) => callTool(name, { region: "us-west1" })),
  ],
  "json-schema-2020-12-preservation": () => [
    list,
    (answers) => {
      const tool = answers[0]?.result?.tools?.find(({ name }) => name === "json_schema_2020_12_tool")
      return [callTool("json_schema_echo", { schema: tool?.inputSchema })]
    },
  ],
}
const signIn = () => [list, callTool("test-tool")]

const args = [
  bin,
  "session",
  url,
  "--protocol-version",
  scenario.includes("2025-03-26") ? "2025-03-26" : revision,
  "--browser",
  "follow",
  "--store",
  path.join(folder, "store"),
  ...(flagsFor[scenario]?.() ?? []),
]
const client = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] })
client.stdin.on("error", () => undefined)

const waiting = []
readline.createInterface({ input: client.stdout }).on("line", (text) => {
  process.stdout.write(`${text}\n`)
  const line = JSON.parse(text)
  // What the server says unasked answers nothing.
  if (line.notification === undefined) waiting.shift()?.(line)
})
const ended = new Promise((resolve) => client.once("close", (code) => resolve(code ?? 1)))
const ask = (request) =>
  Promise.race([
    new Promise((resolve) => {
      waiting.push(resolve)
      client.stdin.write(`${JSON.stringify(request)}\n`)
    }),
    ended.then(() => undefined),
  ])

const queue = [...(scripts[scenario] ?? signIn)()]
const answers = []
for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
  if (typeof next === "function") queue.unshift(...next(answers))
  else answers.push(await ask(next))
}
client.stdin.end()
const code = await ended
rmSync(folder, { recursive: true, force: true })
process.exitCode = code

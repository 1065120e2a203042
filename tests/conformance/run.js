// `npm run conformance`: the official suite against this client and against the mock, each scenario in a process of its
// own so that the strict verdict (no failure, no warning, no time-out, right exit status) counts. Prints passed/required.
// An argument keeps the legs, or else the scenarios, whose names have it in them.
import { execFile, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import process from "node:process"
import readline from "node:readline"
import { fileURLToPath } from "node:url"

const here = fileURLToPath(new URL(".", import.meta.url))
const root = path.resolve(here, "../..")
const node = process.execPath
// MCP_DCR_TUI_DIST names another bundle, for those who build while others do.
const bin = path.resolve(process.env.MCP_DCR_TUI_DIST ?? path.join(root, "dist"), "bin.js")
const suite = path.join(root, "node_modules/@modelcontextprotocol/conformance/dist/index.js")
const results = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-conformance-results-"))
const only = process.argv[2] ?? ""

const run = (args, options = {}) =>
  new Promise((resolve) => {
    execFile(
      node,
      [suite, ...args],
      { cwd: root, maxBuffer: 64 * 1024 * 1024, timeout: 120_000, ...options },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : (error.code ?? 1), text: stdout + stderr }),
    )
  })

/** The names that a revision requires, by leg, and those that are run but not scored. */
const listed = async (revision) => {
  const { text } = await run(["list", "--requirements", revision])
  const sections = { server: [], client: [], unscored: [] }
  let section
  for (const line of text.split("\n")) {
    if (line.startsWith("Server scenarios")) section = sections.server
    else if (line.startsWith("Client scenarios")) section = sections.client
    else if (line.startsWith("Run and reported")) section = sections.unscored
    const name = /^\s+- (\S+)/.exec(line)?.[1]
    if (name !== undefined && section !== undefined)
      section.push(section === sections.unscored ? line.trim().slice(2) : name)
  }
  return sections
}

/** Two at a time: more would measure this machine and not the product. */
const inPairs = async (jobs) => {
  const answers = []
  let index = 0
  const worker = async () => {
    for (let mine = index++; mine < jobs.length; mine = index++) answers[mine] = await jobs[mine]()
  }
  await Promise.all([worker(), worker()])
  return answers
}

const checksIn = (folder) => {
  const found = []
  const visit = (place) => {
    for (const name of readdirSync(place)) {
      const full = path.join(place, name)
      if (statSync(full).isDirectory()) visit(full)
      else if (name === "checks.json") found.push(...JSON.parse(readFileSync(full, "utf8")))
    }
  }
  visit(folder)
  return found
}

const failures = []
const strict = async (label, args, folder) => {
  const { code, text } = await run([...args, "-o", folder])
  const checks = checksIn(folder)
  const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING")
  const passed = code === 0 && bad.length === 0 && checks.some(({ status }) => status === "SUCCESS")
  if (!passed)
    failures.push({
      label,
      bad: bad.map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? ""}`),
      text,
    })
  return passed
}

const command = `${node} ${path.join(here, "adapter.js")}`
const clientLeg = (scenarios) =>
  inPairs(
    scenarios.map(
      ({ name, revision }) =>
        () =>
          strict(
            `client ${revision} ${name}`,
            ["client", "--scenario", name, "--spec-version", revision, "--force", "--command", command],
            path.join(results, `client-${revision}-${name.replaceAll("/", "_")}`),
          ),
    ),
  )

/** A mock in a process of its own; ends with the callback. */
const withMock = async (flags, use) => {
  const child = spawn(node, [bin, "mock", "--port", "0", "--json", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const ready = await new Promise((resolve, reject) => {
    readline.createInterface({ input: child.stdout }).once("line", (text) => resolve(JSON.parse(text)))
    child.once("close", () => reject(new Error("the mock did not start")))
  })
  try {
    return await use(ready)
  } finally {
    child.kill("SIGTERM")
  }
}

const serverLeg = (scenarios) =>
  withMock(["--no-auth", "--diagnostics"], ({ url }) =>
    inPairs(
      scenarios.map(
        ({ name, revision }) =>
          () =>
            strict(
              `server ${revision} ${name}`,
              ["server", "--url", url, "--scenario", name, "--spec-version", revision, "--force"],
              path.join(results, `server-${revision}-${name}`),
            ),
      ),
    ),
  )

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** Becomes a client of the mock the ordinary way. */
const register = async (issuer, redirectUri) => {
  const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()
  const answer = await fetch(metadata.registration_endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "none",
      application_type: "native",
    }),
  })
  return answer.json()
}

const authorizationNames = ["authorization-server-metadata-endpoint", "authorization-code-grant"]

/** The suite prints an address and waits for its own callback: the auto-approving mock is followed over HTTP. */
const authorizationLeg = (scenarios) =>
  withMock(["--auto-approve"], async ({ issuer, url }) => {
    const folder = path.join(results, "authorization")
    const settings = path.join(results, "authorization.json")
    const port = await freePort()
    const { client_id: clientId } = await register(issuer, `http://127.0.0.1:${port}/callback`)
    writeFileSync(settings, JSON.stringify({ url: issuer, clientId, resource: url }))
    const child = spawn(node, [suite, "authorization", "--file", settings, "--port", String(port), "-o", folder], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    })
    let text = ""
    let followed = false
    const onText = (chunk) => {
      text += chunk
      // The address comes before the callback server listens, and may come in pieces.
      const address = /^(http:\S+\/authorize\?\S+)$[\s\S]*^Callback server started/m.exec(text)?.[1]
      if (address === undefined || followed) return
      followed = true
      fetch(address, { redirect: "follow" }).catch(() => undefined)
    }
    child.stdout.on("data", onText)
    child.stderr.on("data", onText)
    const impatience = setTimeout(() => child.kill("SIGKILL"), 60_000)
    await new Promise((resolve) => child.once("close", resolve))
    clearTimeout(impatience)
    const checks = checksIn(folder)
    const ok = scenarios.map(({ name }) => {
      const own = readdirSync(folder)
        .filter((entry) => entry.includes(name))
        .flatMap((entry) => checksIn(path.join(folder, entry)))
      const passed =
        own.some(({ status }) => status === "SUCCESS") &&
        own.every(({ status }) => status !== "FAILURE" && status !== "WARNING")
      if (!passed)
        failures.push({
          label: `authorization ${name}`,
          bad: own.filter(({ status }) => status !== "SUCCESS").map((check) => JSON.stringify(check)),
          text,
        })
      return passed
    })
    return checks.length === 0 ? scenarios.map(() => false) : ok
  })

const modern = await listed("2026-07-28")
const legacy = await listed("2025-11-25")
const unscored = modern.unscored.filter((line) => line.endsWith("[client]")).map((line) => line.split(" ")[0])
// The suite has no check in this one yet: it waits to be rewritten for subscriptions/listen, as it says itself.
const empty = new Set(["tasks-status-notifications"])
const unscoredServer = ({ unscored: lines }) =>
  lines.flatMap((line) => {
    const [name = "", kind] = line.split(" ")
    return empty.has(name) || (kind !== "[server]" && !name.startsWith("tasks-")) ? [] : [name]
  })
const backcompat = ["auth/2025-03-26-oauth-metadata-backcompat", "auth/2025-03-26-oauth-endpoint-fallback"]

const of = (revision, names) => names.map((name) => ({ name, revision }))
// The six that the suite scores, or everybody quotes, come last, in the order in which they are quoted.
const legs = [
  { name: "client 2025-03-26 backcompat", scenarios: of("2025-03-26", backcompat), run: clientLeg },
  {
    name: "server unscored",
    scenarios: [...of("2026-07-28", unscoredServer(modern)), ...of("2025-11-25", unscoredServer(legacy))],
    run: serverLeg,
  },
  { name: "client 2026-07-28 strict", scenarios: of("2026-07-28", modern.client), run: clientLeg },
  { name: "client 2025-11-25 strict", scenarios: of("2025-11-25", legacy.client), run: clientLeg },
  { name: "client unscored", scenarios: of("2026-07-28", unscored), run: clientLeg },
  { name: "server 2026-07-28", scenarios: of("2026-07-28", modern.server), run: serverLeg },
  { name: "server 2025-11-25", scenarios: of("2025-11-25", legacy.server), run: serverLeg },
  { name: "authorization server", scenarios: of("", authorizationNames), run: authorizationLeg },
]
const without = legs.filter(({ scenarios }) => scenarios.length === 0)
if (without.length > 0)
  throw new Error(`the suite lists no scenario for: ${without.map(({ name }) => name).join(", ")}`)
const chosen = legs
  .map((leg) => ({
    ...leg,
    scenarios: leg.scenarios.filter(({ name }) => leg.name.includes(only) || name.includes(only)),
  }))
  .filter(({ scenarios }) => scenarios.length > 0)
if (chosen.length === 0) {
  rmSync(results, { recursive: true, force: true })
  process.stderr.write(`No leg and no scenario has "${only}" in its name. The legs are:\n`)
  process.stderr.write(legs.map(({ name, scenarios }) => `  ${name} (${scenarios.length})\n`).join(""))
  process.exit(2)
}

const lines = []
for (const { name, scenarios, run: runLeg } of chosen) {
  const began = Date.now()
  const answers = await runLeg(scenarios)
  const count = `${answers.filter(Boolean).length}/${answers.length}`
  lines.push(`${name.padEnd(34)} ${count}`)
  process.stderr.write(`${name}: ${count} in ${((Date.now() - began) / 1000).toFixed(1)} s\n`)
}

for (const { label, bad, text } of failures) {
  process.stderr.write(`\n✗ ${label}\n${bad.map((line) => `  ${line}\n`).join("")}`)
  if (process.env.VERBOSE !== undefined) process.stderr.write(text)
}
rmSync(results, { recursive: true, force: true })
process.stdout.write(`${lines.join("\n")}\n`)
process.exitCode = failures.length === 0 ? 0 : 1

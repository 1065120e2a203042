// npm run stress: what must hold however many run at once and whoever is killed. Ends by itself, prints its figures, and ends
// with 1 when one of them is not as it must be. `npm run stress -- 10` plays 10 rounds instead of 50, and 60 kills.
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as Effect from "effect/Effect"
import { build } from "esbuild"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { reveal } from "../../source/text/secret.ts"
import { Vault } from "../../source/vault/vault.ts"
import { key } from "../vault/records.ts"
import { type Ended, startProgram, startServer, startWriter } from "./children.ts"

const rounds = Number(process.argv[2] ?? 50)
const processes = 8
const kills = rounds * 6

const base = path.join("node_modules", ".cache", "mcp-dcr-tui")
fs.mkdirSync(base, { recursive: true })
const home = path.resolve(fs.mkdtempSync(path.join(base, "stress-")))
process.once("exit", () => fs.rmSync(home, { recursive: true, force: true }))
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
const bin = path.join(home, "dist", "bin.js")

const wrong: Array<string> = []
const expectThat = (holds: boolean, otherwise: string) => {
  if (!holds) wrong.push(otherwise)
}
const figures = (name: string, values: Readonly<Record<string, number | string>>) => {
  const words = Object.entries(values).map(([what, value]) => `${what} ${value}`)
  console.log(`${name}\n  ${words.join(" · ")}`)
}

/** What a run says that finds the note of one that was cut off between sending the refresh token and storing the answer. */
const cutOff = "ended before its answer was stored"

interface Variant {
  readonly name: string
  /** Seconds that tokens live. */
  readonly lifetime: number
  /** How they come to their end: by waiting, by the server's clock, which is put ahead of ours, or with their grant. */
  readonly end: "wait" | "ahead" | "grant"
  /** Who is killed in each round: nobody, anybody at any time, or who has just sent the refresh token. */
  readonly kill: "nobody" | "anybody" | "in flight"
  readonly rounds: number
}

/** Those of one group play at the same time, for each other's load: the first two mostly wait. */
const groups: ReadonlyArray<ReadonlyArray<Variant>> = [
  [
    { name: "tokens of 2 seconds", lifetime: 2, end: "wait", kill: "nobody", rounds },
    {
      name: "tokens of 2 seconds, one process killed in each round",
      lifetime: 2,
      end: "wait",
      kill: "anybody",
      rounds,
    },
  ],
  [{ name: "tokens that the server refuses early (401)", lifetime: 3_600, end: "ahead", kill: "nobody", rounds }],
  [{ name: "the same, one process killed in each round", lifetime: 3_600, end: "ahead", kill: "anybody", rounds }],
  [
    {
      name: "grants that the server ends",
      lifetime: 3_600,
      end: "grant",
      kill: "nobody",
      rounds: Math.ceil(rounds / 5),
    },
  ],
  [
    {
      name: "tokens that the server refuses early, killed while the refresh token is on its way",
      lifetime: 3_600,
      end: "ahead",
      kill: "in flight",
      rounds: Math.ceil(rounds / 5),
    },
  ],
]

/** Kills whoever has written the note that it is about to send the refresh token. */
const killInFlight = async (store: string, runs: ReadonlyArray<ReturnType<typeof startProgram>>) => {
  let over = false
  void Promise.all(runs.map((run) => run.end)).then(() => {
    over = true
  })
  while (!over) {
    for (const file of fs.readdirSync(store)) {
      if (!file.endsWith(".refreshing")) continue
      const { pid } = JSON.parse(fs.readFileSync(path.join(store, file), "utf8"))
      const victim = runs.find((run) => run.pid === pid)
      if (victim === undefined) continue
      // Before it is sent, under way, or answered and not stored yet.
      await sleep(Math.random() * 15)
      return victim.kill()
    }
    await sleep(1)
  }
  return false
}

const play = async ({ name, lifetime, end, kill, rounds }: Variant) => {
  const server = await startServer(lifetime)
  const store = fs.mkdtempSync(path.join(home, "store-"))
  const call = () =>
    startProgram(bin, ["call", server.url, "echo", "message=hi", "--store", store, "--browser", "follow"])
  const began = performance.now()
  // They meet for the first time at an empty store, all at once.
  for (const { code, err } of await Promise.all(Array.from({ length: processes }, () => call().end)))
    expectThat(code === 0, `${name}: the first sign-in failed: ${err.slice(-600)}`)
  const started = await server.tally()
  const { registrations, signIns } = started.tally
  expectThat(
    registrations === 1 && signIns === 1,
    `${name}: at first ${registrations} registered, ${signIns} signed in`,
  )
  let { endsAt } = started

  /** Milliseconds that a round takes, about. */
  let span = 2_000
  const sum = { calls: 0, expiries: 0, refreshes: 0, failures: 0, killed: 0, cutOff: 0, signIns: 0, registrations: 0 }
  for (let round = 1; round <= rounds; round += 1) {
    if (end === "ahead") server.expire()
    else if (end === "grant") server.revoke()
    else await sleep(Math.max(0, endsAt - Date.now()))
    const start = performance.now()
    const runs = Array.from({ length: processes }, call)
    const victim = runs[Math.floor(Math.random() * processes)]
    if (kill === "anybody" && victim !== undefined) void sleep(Math.random() * span).then(victim.kill)
    if (kill === "in flight") await killInFlight(store, runs)
    const ends: ReadonlyArray<Ended> = await Promise.all(runs.map((run) => run.end))
    const { tally, endsAt: latest } = await server.tally()
    endsAt = latest
    span = performance.now() - start

    const cut = ends.some(({ err }) => err.includes(cutOff))
    sum.killed += ends.filter(({ signal }) => signal !== null).length
    sum.cutOff += cut ? 1 : 0
    sum.signIns += tally.signIns
    sum.calls += tally.calls
    sum.refreshes += tally.refreshes
    sum.expiries += tally.expiries
    sum.registrations += tally.registrations
    const failed = ends.filter(({ signal, code, out }) => signal === null && (code !== 0 || out !== "hi\n"))
    sum.failures += failed.length
    for (const { code, err } of failed) wrong.push(`${name}, round ${round}: exit ${code}: ${err.slice(-600)}`)
    // Only a grant that has ended may cost a sign-in, or an answer that a kill has lost, and then it was said: one for all.
    const most = end === "grant" || cut ? 1 : 0
    const say = (what: string) => `${name}, round ${round}: ${what}`
    expectThat(tally.signIns <= most, say(`${tally.signIns} sign-ins`))
    expectThat(tally.refused.length <= most, say(`the token endpoint refused ${tally.refused}`))
    expectThat(tally.refreshes === tally.expiries, say(`${tally.refreshes} refreshes, ${tally.expiries} tokens ended`))
    expectThat(tally.refreshes + tally.signIns > 0, say("nobody renewed the token"))
    // Here tokens end once in a round; where they live for 2 seconds, a slow round sees more than one end.
    if (end === "ahead" && !cut) expectThat(tally.refreshes === 1, say(`${tally.refreshes} refreshes of one token`))
  }
  expectThat(sum.registrations === 0, `${name}: registered again ${sum.registrations} times`)
  if (kill === "nobody") expectThat(sum.cutOff === 0, `${name}: cut off without a kill`)
  if (end === "grant") expectThat(sum.signIns === rounds, `${name}: ${sum.signIns} sign-ins`)
  const left = fs.readdirSync(store).filter((file) => !/^[a-z0-9.-]+\.json$/.test(file))
  await server.close()
  figures(name, {
    rounds,
    processes,
    ...sum,
    "left behind": left.length === 0 ? "nothing" : left.join(" "),
    seconds: Math.round((performance.now() - began) / 1_000),
  })
}

/** Kills writers at random moments and looks at what they left. */
const killWriters = async (lane: number, times: number) => {
  const store = path.join(home, `written-${lane}`)
  const findings: Array<Finding> = []
  const look = Vault.use((vault) => Effect.all([vault.find(key), vault.list])).pipe(
    Effect.provide(Vault.layer({ directory: store })),
    Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
  )
  // A write takes as long as this machine needs for it now.
  let writeMillis = 10
  const seen = { kills: 0, inTheMiddle: 0, writes: 0 }
  let leftBefore = 0
  for (let turn = 1; turn <= times; turn += 1) {
    let told = 0
    const writer = await startWriter(writerScript, store, (count) => {
      told = count
    })
    const began = performance.now()
    await sleep(Math.random() * 3 * writeMillis)
    await writer.kill()
    if (told > 0) writeMillis = (performance.now() - began) / told
    else writeMillis *= 1.2
    seen.kills += 1
    seen.writes += told
    const leftovers = fs.readdirSync(store).filter((name) => !name.endsWith(".json"))
    seen.inTheMiddle += leftovers.length > leftBefore ? 1 : 0
    leftBefore = leftovers.length
    const [record, all] = await Effect.runPromise(look)
    const token = record?.grant && reveal(record.grant.accessToken)
    const [, pid, count] = /^canary-access-(\d+)-(\d+)$/.exec(token ?? "") ?? []
    expectThat(record?.client.clientId === "client-1" && all.length === 1, `kill ${turn}: the registration is lost`)
    expectThat(token !== undefined, `kill ${turn}: the token is lost`)
    // Everything that was said to be stored is, or something newer of the same writer.
    if (told > 0)
      expectThat(
        Number(pid) === writer.pid && Number(count) >= told,
        `kill ${turn}: ${token}, though ${told} was stored`,
      )
  }
  expectThat(findings.length === 0, `after kills: ${findings.map(({ text }) => text).join(" ")}`)
  return seen
}

console.log(`Building the program into ${path.relative(".", home)}`)
execFileSync(process.execPath, ["build.js", path.dirname(bin)], { stdio: "inherit" })
fs.writeFileSync(path.join(path.dirname(bin), "package.json"), '{ "type": "module" }\n')

// Bundled, for it starts 300 times. conf comes along, as in the product.
const writerScript = path.join(home, "writer.mjs")
await build({
  entryPoints: [path.join(import.meta.dirname, "writer.ts")],
  outfile: writerScript,
  bundle: true,
  platform: "node",
  format: "esm",
  banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
})

// However it goes wrong, it ends.
const limit = setTimeout(() => {
  console.log("not done after 30 minutes")
  process.exit(1)
}, 1_800_000)

for (const group of groups) await Promise.all(group.map(play))

const before = performance.now()
const lanes = await Promise.all([0, 1].map((lane) => killWriters(lane, kills / 2)))
const total = (what: "kills" | "inTheMiddle" | "writes") => lanes.reduce((sum, lane) => sum + lane[what], 0)
figures("kills at random points of the write path", {
  kills: total("kills"),
  "that left something half done": total("inTheMiddle"),
  "writes that were finished": total("writes"),
  seconds: Math.round((performance.now() - before) / 1_000),
})

clearTimeout(limit)
for (const what of wrong.slice(0, 20)) console.log(`✗ ${what}`)
console.log(wrong.length === 0 ? "✓ all of it held" : `✗ ${wrong.length} did not hold`)
process.exitCode = wrong.length === 0 ? 0 : 1

// `npm run bench [rounds]`: what the program costs, as ratios to `node -e 0` taken in the same minutes on the same machine.
// Every round runs every case once, in turn, so that a busy machine slows all of them; the ratios are medians of rounds.
import { spawn } from "node:child_process"
import { once } from "node:events"
import path from "node:path"
import readline from "node:readline"
import { type Cost, toTheEnd, toTheScreen } from "./measure.ts"

const root = path.resolve(import.meta.dirname, "../..")
const bin = path.join(root, "dist/bin.js")
const rounds = Math.max(3, Number(process.argv[2] ?? 11))

/** The mock in a process of its own, as a server would be. */
const serve = async (...flags: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [bin, "mock", "--port", "0", "--json", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const [line] = await once(readline.createInterface({ input: child.stdout }), "line")
  const { url } = JSON.parse(String(line))
  return { url: String(url), stop: () => child.kill() }
}

const server = await serve("--auto-approve")
const open = await serve("--no-auth")

const sdkList = `
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
const client = new Client({ name: "bench", version: "1.0.0" })
await client.connect(new StreamableHTTPClientTransport(new URL(${JSON.stringify(open.url)})))
if ((await client.listTools()).tools.length === 0) process.exitCode = 1
await client.close()`

interface Case {
  readonly name: string
  readonly run: () => Promise<Cost>
  /** The first run, where it differs. */
  readonly warmUp?: () => Promise<Cost>
  readonly aim?: { readonly of: "cpu"; readonly most: number } | { readonly of: "wall"; readonly below: string }
}

/** The last row of the screen. */
const complete = /\? help\s*$/m

const bare = "node -e 0"
const peer = "tool list alone, by the official SDK, no sign-in"

const cases: ReadonlyArray<Case> = [
  { name: bare, run: () => toTheEnd(() => ["-e", "0"]) },
  { name: "--version", run: () => toTheEnd(() => [bin, "--version"]), aim: { of: "cpu", most: 1.15 } },
  { name: "--help", run: () => toTheEnd(() => [bin, "--help"]) },
  {
    name: "first frame of the screen",
    run: () => toTheScreen([bin], complete),
    warmUp: () => toTheScreen([bin], complete, "q"),
    aim: { of: "cpu", most: 8 },
  },
  {
    name: "a whole sign-in with one call",
    run: () =>
      toTheEnd((folder) => [
        ...[bin, "call", server.url, "add", "a=1", "b=2"],
        ...["--browser", "follow", "--store", path.join(folder, "store")],
      ]),
    aim: { of: "wall", below: peer },
  },
  { name: peer, run: () => toTheEnd(() => ["--input-type=module", "-e", sdkList]) },
]

const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const costs = new Map<string, Array<Cost>>(cases.map(({ name }) => [name, []]))
try {
  // Once for the compile cache and the disk.
  for (const each of cases) await (each.warmUp ?? each.run)()
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < cases.length; turn += 1) {
      const each = cases[(round + turn) % cases.length]
      if (each !== undefined) costs.get(each.name)?.push(await each.run())
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\r`)
  }
} finally {
  server.stop()
  open.stop()
}

/** Median of what a case costs against another one in the same round. */
const against = (name: string, other: string, what: keyof Cost): number => {
  const others = costs.get(other) ?? []
  return median((costs.get(name) ?? []).map((cost, round) => cost[what] / (others[round]?.[what] ?? Number.NaN)))
}

const verdict = ({ name, aim }: Case): string => {
  if (aim === undefined) return ""
  const [ratio, most, text] =
    aim.of === "cpu"
      ? [against(name, bare, "cpu"), aim.most, `cpu ≤ × ${aim.most}`]
      : [against(name, aim.below, "wall"), 1, "wall ≤ the peer's"]
  return `${text}: × ${ratio.toFixed(2)} ${ratio <= most ? "held" : "MISSED"}`
}

const row = (cells: ReadonlyArray<string>): string =>
  [cells[0]?.padEnd(50), ...cells.slice(1, 5).map((cell) => cell.padStart(9)), `  ${cells[5]}`].join("").trimEnd()

const figures = (name: string, what: keyof Cost): ReadonlyArray<string> => {
  const seconds = median((costs.get(name) ?? []).map((cost) => cost[what]))
  return [`${Math.round(seconds * 1000)} ms`, `× ${against(name, bare, what).toFixed(2)}`]
}

const table = [
  row([`median of ${rounds} rounds, Node ${process.versions.node}`, "cpu", "", "wall", "", "aim of the design"]),
  ...cases.map((each) => row([each.name, ...figures(each.name, "cpu"), ...figures(each.name, "wall"), verdict(each)])),
]
process.stdout.write(`${table.join("\n")}\n`)

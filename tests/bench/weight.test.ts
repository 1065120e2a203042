import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import { describe, expect, inject, it } from "vitest"
import { startMock } from "../../mock/index.ts"
import "../commands/bundle.ts"

// What each face loads before it can do anything, read from the bundler's own account of the chunks.

interface Chunk {
  readonly bytes: number
  readonly entryPoint?: string
  readonly imports: ReadonlyArray<{ readonly path: string; readonly kind: string }>
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>
}

const chunks = (): Readonly<Record<string, Chunk>> =>
  JSON.parse(readFileSync(path.join(inject("dist"), "meta.json"), "utf8")).outputs

/** Chunks that are loaded when these entry points are: their own and all that they import statically. */
const loadedWith = (entries: ReadonlyArray<string>): ReadonlyArray<Chunk> => {
  const all = chunks()
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name) || all[name] === undefined) return
    seen.add(name)
    for (const each of all[name].imports) if (each.kind === "import-statement") visit(each.path)
  }
  for (const entry of entries) {
    const found = Object.keys(all).find((name) => all[name]?.entryPoint === entry)
    if (found === undefined) throw new Error(`${entry} is no entry point of the bundle`)
    visit(found)
  }
  return [...seen].flatMap((name) => all[name] ?? [])
}

/** Rooms and packages that these chunks hold something of. */
const parts = (loaded: ReadonlyArray<Chunk>): ReadonlySet<string> =>
  new Set(
    loaded.flatMap((chunk) =>
      Object.entries(chunk.inputs).flatMap(([input, { bytesInOutput }]) => {
        if (bytesInOutput === 0) return []
        const name = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules\/)/.exec(input)?.[1]
        return [name ?? (input.startsWith("source/") ? (input.split("/")[1] ?? "") : (input.split("/")[0] ?? ""))]
      }),
    ),
  )

const heavy = ["got", "conf", "ajv", "ink", "react", "react-reconciler", "yoga-layout", "mock"]
const main = "source/commands/main.ts"

const faces: ReadonlyArray<{
  readonly face: string
  readonly entries: ReadonlyArray<string>
  readonly heavy: ReadonlyArray<string>
  /** Kilobytes of code, with some room to grow. */
  readonly most: number
}> = [
  { face: "--help", entries: [main], heavy: [], most: 400 },
  {
    face: "the first frame of the screen",
    entries: [main, "source/commands/open.ts", "source/commands/screen.ts", "source/tui/app/main.tsx"],
    heavy: ["ink", "react", "react-reconciler", "yoga-layout"],
    most: 950,
  },
  { face: "tools", entries: [main, "source/commands/tools.ts"], heavy: [], most: 650 },
  { face: "call", entries: [main, "source/commands/call.ts"], heavy: [], most: 650 },
  { face: "clients", entries: [main, "source/commands/clients.ts"], heavy: [], most: 360 },
  { face: "mock", entries: [main, "source/commands/mock.ts"], heavy: ["mock"], most: 550 },
]

describe("what a face loads", () => {
  it.each(faces)("$face", ({ entries, heavy: allowed, most }) => {
    const loaded = loadedWith(entries)
    expect(heavy.filter((part) => parts(loaded).has(part))).toEqual(heavy.filter((part) => allowed.includes(part)))
    const kilobytes = loaded.reduce((sum, chunk) => sum + chunk.bytes, 0) / 1000
    expect(kilobytes).toBeLessThan(most)
  })

  it("the first frame waits for nothing that talks to a server", () => {
    const files = loadedWith([main, "source/commands/open.ts", "source/commands/screen.ts", "source/tui/app/main.tsx"])
    const inputs = files.flatMap((chunk) => Object.keys(chunk.inputs))
    expect(inputs.filter((input) => /^source\/(?:wire\/live|flow\/steps\/|oauth\/callback)/.test(input))).toEqual([])
  })

  it("the mock as a module of its own holds nothing of the client and no package", () => {
    const mock = Object.entries(chunks()).find(([, chunk]) => chunk.entryPoint === "mock/index.ts")?.[0]
    expect(mock).toBeDefined()
    const inputs = loadedWith(["mock/index.ts"]).flatMap((chunk) => Object.keys(chunk.inputs))
    expect(inputs.filter((input) => !/^(?:mock\/|builtin:)/.test(input))).toEqual([])
  })
})

describe("what a run loads", () => {
  it("a whole sign-in with one call never loads undici, which costs as much as Node itself", async () => {
    await using mock = await startMock({ autoApprove: true })
    const report =
      'process.on("exit",()=>console.error(process.moduleLoadList.filter((name)=>name.includes("undici"))))'
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      ...["--import", `data:text/javascript,${encodeURIComponent(report)}`],
      ...[path.join(inject("dist"), "bin.js"), "call", mock.url, "add", "a=1", "b=2"],
      ...["--browser", "follow", "--no-store", "--quiet"],
    ])
    expect(stdout).toContain("3")
    expect(stderr.trim().split("\n").at(-1)).toBe("[]")
  })
})

describe("the bin", () => {
  it("is a few lines that import nothing but the program, when it is needed", () => {
    const bin = readFileSync(path.join(inject("dist"), "bin.js"), "utf8")
    expect(bin.length).toBeLessThan(2000)
    expect(bin.match(/\bimport\b[^;]{0,40}/g)).toEqual([expect.stringContaining('import("./main.js")')])
    expect(bin).not.toContain("require(")
  })
})

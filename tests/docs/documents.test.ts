import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { root } from "../architecture/sources.ts"
import { commandNames, unknownWords } from "../command-line.ts"

const read = (file: string): string => readFileSync(path.join(root, file), "utf8")

const documents = [
  "README.md",
  ...readdirSync(path.join(root, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
]

/** The part below a heading of the second level. */
const section = (text: string, heading: string): string => {
  const found = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))
  if (found === undefined) throw new Error(`there is no part "${heading}"`)
  return found
}

/** Rows of a table, by their first cell. */
const firstCells = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^\| (.*?) \|/gm)].map(([, cell = ""]) => cell).slice(1)

/** Flags of another program stand in one column, and where that very program is run. */
const withoutTheirFlags = (text: string): string =>
  text
    .replace(/^python client\.py .*$/gm, "")
    .replace(/^(## Coming from client\.py\n[\s\S]*?)(?=^## |\s*$(?![\s\S]))/m, (part) =>
      part.replace(/^\| `--.*? \|/gm, "|"),
    )

describe("the documents", () => {
  it.each(documents)("%s names no flag and no command that does not exist", (file) => {
    expect(unknownWords(withoutTheirFlags(read(file)))).toEqual([])
  })

  it.each(documents)("%s links to what exists", (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link)
    expect(links.filter((link) => !existsSync(path.join(root, path.dirname(file), link)))).toEqual([])
  })

  it.each(documents)("%s names files of the project that exist", (file) => {
    const named = [...read(file).matchAll(/`((?:source|mock|tests|docs)\/[\w./-]*\w)\/?`/g)].map(
      ([, name = ""]) => name,
    )
    expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([])
  })
})

describe("README.md", () => {
  const readme = read("README.md")

  it("lists every command once", () => {
    const words = firstCells(section(readme, "Commands"))
      .flatMap((cell) => [...cell.matchAll(/`([a-z]+)\b/g)])
      .map(([, name = ""]) => name)
    const { mcp: _, ...counts } = Object.fromEntries([...new Set(words)].map((name) => [name, true]))
    expect(Object.keys(counts).sort()).toEqual([...commandNames()].filter((name) => name !== "open").sort())
  })

  it("lists every exit code", () => {
    expect(firstCells(section(readme, "Exit codes"))).toEqual(["0", "1", "2", "3", "4", "5", "6", "130"])
  })

  it("translates every flag of client.py", () => {
    const theirs = firstCells(section(readme, "Coming from client.py")).join(" ")
    for (const flag of [
      "register",
      "authorize",
      "list-tools",
      "call-tool",
      "args",
      "refresh",
      "list-clients",
      "remove-client",
      "demo",
    ])
      expect(theirs).toContain(`--${flag}`)
  })

  it("gives the two commands that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json"))
    expect(readme).toContain("npm install && npm start")
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test"]))
  })
})

describe("docs/demo.gif", () => {
  it("is small enough to be kept here", () => {
    expect(statSync(path.join(root, "docs/demo.gif")).size).toBeLessThan(2_000_000)
  })
})

describe("docs/architecture.md", () => {
  it("names every room", () => {
    const page = read("docs/architecture.md")
    const rooms = readdirSync(path.join(root, "source"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    expect(rooms.filter((room) => !page.includes(`\`${room}/\``))).toEqual([])
  })

  it("names a test for every invariant", () => {
    const page = read("docs/architecture.md")
    for (const invariant of ["I-1", "I-2", "I-3", "I-4", "I-5", "I-6"])
      expect(page).toMatch(new RegExp(`^\\| ${invariant} \\|.*\`tests/`, "m"))
  })
})

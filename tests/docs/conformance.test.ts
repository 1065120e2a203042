import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { parseSync } from "vite"
import { describe, expect, it } from "vitest"
import { filesBelow, root } from "../architecture/sources.ts"

// Keeps docs/conformance.md honest: each rule once, each claim a test that is there.

const read = (file: string): string => readFileSync(path.join(root, file), "utf8")
const document = read("docs/conformance.md")

const upTo = (prefix: string, last: number): ReadonlyArray<string> =>
  Array.from({ length: last }, (_, index) => `${prefix}-${index + 1}`)
const rules = [...upTo("CR", 128), ...upTo("MR", 65), ...upTo("SR", 29)]

interface Row {
  readonly rule: string
  readonly files: ReadonlyArray<string>
  readonly shown: string
  readonly claims: ReadonlyArray<{ readonly file: string; readonly title: string }>
}

/** Rows of four cells whose first one is a number of these. */
const rowsOf = (prefix: RegExp): ReadonlyArray<Row> =>
  document.split("\n").flatMap((line) => {
    const [rule = "", , where = "", shown = "", ...rest] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (!prefix.test(rule)) return []
    if (rest.length > 0) throw new Error(`${rule} has a cell too many`)
    const files = [...where.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file)
    const claims = [...shown.matchAll(/`(tests\/[^`]+)`: "([^"]+)"/g)].map(([, file = "", title = ""]) => ({
      file,
      title,
    }))
    return [{ rule, files, shown, claims }]
  })

const rows = rowsOf(/^(?:CR|MR|SR)-\d+$/)

type Tree = { readonly type: string; readonly [member: string]: unknown }
const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
function* below(tree: Tree): Generator<Tree> {
  yield tree
  for (const member of Object.values(tree))
    for (const child of Array.isArray(member) ? member : [member]) if (isTree(child)) yield* below(child)
}

/** Text of a literal or a template, with a sign of its own for what is computed. */
const textOf = (tree: unknown): string | undefined => {
  if (!isTree(tree)) return undefined
  if (tree.type === "Literal") return typeof tree.value === "string" ? tree.value : undefined
  if (tree.type !== "TemplateLiteral" || !Array.isArray(tree.quasis)) return undefined
  return tree.quasis.map((quasi: { readonly value: { readonly cooked: string } }) => quasi.value.cooked).join("\0")
}

/** The titles of a test file, and the first cells of its tables where titles are made from them. */
const titlesOf = (file: string): ReadonlyArray<string> => {
  const text = read(file)
  const trees = [...below(parseSync(file, text).program as unknown as Tree)]
  const first = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)
  const calls = trees.filter(
    ({ type, callee }) =>
      type === "CallExpression" &&
      isTree(callee) &&
      /^(?:it|test|describe)\b(?!\.each\b[^(]*$)/.test(text.slice(Number(callee.start), Number(callee.end))),
  )
  const titles = calls.map((call) => textOf(first(call.arguments)))
  const made = titles.some((title) => title === undefined || /\0|%[sj]|\$\w/.test(title))
  const cells = trees.flatMap(({ type, elements }) => (type === "ArrayExpression" ? [textOf(first(elements))] : []))
  return [...titles, ...(made ? cells : [])].filter((title) => title !== undefined)
}

const known = new Map<string, ReadonlyArray<string>>()
const titles = (file: string): ReadonlyArray<string> => {
  const found = known.get(file) ?? titlesOf(file)
  known.set(file, found)
  return found
}

const untrue = (claims: Row["claims"]): ReadonlyArray<string> =>
  claims.flatMap(({ file, title }) => {
    if (!existsSync(path.join(root, file))) return [`${file} does not exist`]
    return titles(file).some((each) => each.includes(title)) ? [] : [`${file} has no title with "${title}"`]
  })

describe("docs/conformance.md", () => {
  it("has each rule of the rulebook in exactly one row, in order", () => {
    expect(rows.map(({ rule }) => rule)).toEqual(rules)
  })

  it.each(rows.map((row) => [row.rule, row] as const))("%s: what is claimed is there", (_, row) => {
    expect(row.files.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
    expect(untrue(row.claims)).toEqual([])
    const reason = /^left: (.{20,})$/.exec(row.shown)
    if (reason !== null) expect(row.claims).toEqual([])
    else {
      expect(row.files.length + Number(row.rule === "CR-117")).toBeGreaterThan(0)
      if (row.claims.length === 0) expect(row.shown).toBe("not shown by a test")
    }
  })

  it("leaves no rule without a test that a test has in its title", () => {
    const shown = new Set(rows.filter(({ claims }) => claims.length > 0).map(({ rule }) => rule))
    const named = filesBelow("tests", /\.test\.ts$/).flatMap((file) =>
      titles(file).flatMap((title) => title.match(/\b(?:CR|MR|SR)-\d+/g) ?? []),
    )
    expect([...new Set(named)].filter((rule) => !shown.has(rule))).toEqual([])
  })

  it("counts its rows right", () => {
    const left = rows.filter(({ shown }) => shown.startsWith("left: ")).length
    const unshown = rows.filter(({ shown }) => shown === "not shown by a test").length
    expect(document).toContain(
      `${rows.length} rules: ${rows.length - left - unshown} shown by tests, ${unshown} in the code and shown by no test, ${left} left`,
    )
  })

  it("says what was chosen of each of X-1 to X-20, and claims nothing untrue there", () => {
    const choices = rowsOf(/^X-\d+$/)
    expect(choices.map(({ rule }) => rule)).toEqual(upTo("X", 20))
    expect(choices.flatMap(({ files }) => files.filter((file) => !existsSync(path.join(root, file))))).toEqual([])
    expect(choices.flatMap(({ claims }) => untrue(claims))).toEqual([])
  })

  it("names the suite and the command of package.json", () => {
    const { devDependencies, scripts } = JSON.parse(read("package.json"))
    expect(document).toContain(
      `@modelcontextprotocol/conformance ${devDependencies["@modelcontextprotocol/conformance"]}`,
    )
    expect(scripts).toHaveProperty("conformance")
    expect(document).toContain("npm run conformance")
  })
})

it("CR-117 the threat model says what a local process can do", () => {
  const text = read("docs/threat-model.md").replace(/\s+/g, " ")
  expect(text).toMatch(/cannot prove \*which\* process waits at a loopback redirect URI/)
})

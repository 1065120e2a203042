import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { at, filesBelow, type Node, nodes, root, type SourceFile, sources } from "./sources.ts"

const read = (file: string): string => readFileSync(path.join(root, file), "utf8")

describe("the package", () => {
  it("depends on exactly five packages", () => {
    const { dependencies, ...rest } = JSON.parse(read("package.json"))
    expect(Object.keys(dependencies).sort()).toEqual(["conf", "effect", "got", "ink", "react"])
    for (const kind of ["peerDependencies", "optionalDependencies", "bundledDependencies"])
      expect(rest[kind], kind).toBeUndefined()
  })

  it("pins them exactly: effect's unstable modules may change with any minor version", () => {
    const { dependencies } = JSON.parse(read("package.json"))
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })
})

/** A declaration that is exported by its own statement, with its name. */
const exported = (node: Node): ReadonlyArray<{ readonly name: string; readonly isFunction: boolean }> => {
  if (node.type !== "ExportNamedDeclaration" || node.exportKind === "type") return []
  const declaration = node.declaration as Node | null
  if (declaration === null) return []
  if (declaration.type === "FunctionDeclaration") return [{ name: nameOf(declaration.id), isFunction: true }]
  if (declaration.type !== "VariableDeclaration") return []
  return (declaration.declarations as ReadonlyArray<Node>).map((each) => ({
    name: nameOf(each.id),
    isFunction: isFunction(each.init as Node | null),
  }))
}

const nameOf = (id: unknown): string =>
  typeof id === "object" && id !== null && "name" in id && typeof id.name === "string" ? id.name : ""

/** Arrow functions, and functions wrapped by Effect.fn and the like. */
const isFunction = (node: Node | null): boolean =>
  node !== null &&
  (/^(?:Arrow)?Function(?:Expression)?$/.test(node.type) ||
    (node.type === "CallExpression" &&
      (isFunction(node.callee as Node) ||
        (node.callee as Node).type === "CallExpression" ||
        (node.arguments as ReadonlyArray<Node>).some((argument) => argument.type === "FunctionExpression"))))

const documented = (file: SourceFile, node: Node): boolean =>
  file.comments.some(
    ({ type, value, end }) =>
      type === "Block" && value.startsWith("*") && /^\s*$/.test(file.text.slice(end, node.start)),
  )

describe("the code", () => {
  it("says for every exported function of source/ what it is for", () => {
    const silent = sources("source").flatMap((file) =>
      nodes(file).flatMap((node) =>
        documented(file, node)
          ? []
          : exported(node).flatMap(({ name, isFunction }) => (isFunction ? [`${at(file, node.start)} ${name}`] : [])),
      ),
    )
    expect(silent).toEqual([])
  })

  it("keeps files short: one idea each", () => {
    const long = [...sources("source"), ...sources("mock")].filter((file) => file.lines > 250)
    expect(long.map((file) => file.path)).toEqual([])
  })

  it("names files in kebab-case, after what they are about", () => {
    const names = [...sources("source"), ...sources("mock")].map((file) => file.path)
    expect(
      names.filter((file) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.tsx?$/.test(file)),
    ).toEqual([])
    expect(names.filter((file) => /\/(?:utils?|helpers?|misc|common|manager|info)\.tsx?$/.test(file))).toEqual([])
  })

  it("leaves nothing for later: no TODO, no FIXME", () => {
    const later = [...sources("source"), ...sources("mock")].flatMap((file) =>
      file.comments
        .filter(({ value }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(value))
        .map(({ start }) => at(file, start)),
    )
    expect(later).toEqual([])
  })
})

describe("the tests", () => {
  it("skips none and singles none out", () => {
    const bent = filesBelow("tests", /\.test\.tsx?$/).filter((file) =>
      /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|only|todo|fails)\b|\bx(?:it|describe)\(/.test(read(file)),
    )
    expect(bent).toEqual([])
  })

  it("has at least one test in every file that is called one", () => {
    expect(filesBelow("tests", /\.test\.tsx?$/).filter((file) => !/\b(?:it|test)\b[.(]/.test(read(file)))).toEqual([])
  })
})

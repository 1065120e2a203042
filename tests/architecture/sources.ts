import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { type ParseResult, parseSync } from "vite"

/** One import of a file, static or dynamic. */
export interface Import {
  /** As written: "got", "node:net", "../text/secret.ts". */
  readonly specifier: string
  /** The file it leads to, relative to the project, or the specifier itself where it is a package. */
  readonly to: string
  readonly typeOnly: boolean
  readonly dynamic: boolean
}

export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly program: ParseResult["program"]
  readonly comments: ParseResult["comments"]
  readonly imports: ReadonlyArray<Import>
}

export const root = path.resolve(import.meta.dirname, "../..")

/** Every file below a folder of the project whose name ends as given. */
export const filesBelow = (folder: string, endings: RegExp = /\.tsx?$/): ReadonlyArray<string> =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .sort()

/** Any node of a syntax tree: what all of them have, and whatever else it has. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value

function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child)
}

/** Stands for what is imported where a file computes it. */
export const computed = "(computed)"

const resolved = (from: string, specifier: string): string =>
  specifier.startsWith(".") ? path.posix.join(path.posix.dirname(from), specifier) : specifier

const parsed = (file: string): SourceFile => {
  const text = readFileSync(path.join(root, file), "utf8")
  const { program, comments, module, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const entry = (specifier: string, typeOnly: boolean, dynamic: boolean): Import => ({
    specifier,
    to: resolved(file, specifier),
    typeOnly,
    dynamic,
  })
  const allTypes = (entries: ReadonlyArray<{ readonly isType: boolean }>) =>
    entries.length > 0 && entries.every(({ isType }) => isType)
  const imports = [
    ...module.staticImports.map((each) => entry(each.moduleRequest.value, allTypes(each.entries), false)),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest === null ? [] : [entry(moduleRequest.value, isType, false)],
      ),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      entry(/^(["'])(.*)\1$/.exec(text.slice(start, end))?.[2] ?? computed, false, true),
    ),
  ]
  return { path: file, text, lines: text.split("\n").length - 1, program, comments, imports }
}

const trees = new WeakMap<SourceFile, ReadonlyArray<Node>>()

/** Every node of a file, parents first. */
export const nodes = (file: SourceFile): ReadonlyArray<Node> => {
  const known = trees.get(file) ?? (isNode(file.program) ? [...nodesOf(file.program)] : [])
  trees.set(file, known)
  return known
}

const cache = new Map<string, ReadonlyArray<SourceFile>>()

/** The parsed files of a folder. */
export const sources = (folder: "source" | "mock"): ReadonlyArray<SourceFile> => {
  const known = cache.get(folder)
  if (known !== undefined) return known
  const files = filesBelow(folder).map(parsed)
  cache.set(folder, files)
  return files
}

/** `file:line` of a place in a file, for messages. */
export const at = (file: SourceFile, offset: number): string =>
  `${file.path}:${file.text.slice(0, offset).split("\n").length}`

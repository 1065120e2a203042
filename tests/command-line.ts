import { nodes, type SourceFile, sources } from "./architecture/sources.ts"

// The words of the command line as the code declares them, for tests that hold texts and documents against it.

const file = (path: string): SourceFile => {
  const found = sources("source").find((each) => each.path === path)
  if (found === undefined) throw new Error(`${path} is gone: this test has to learn where it went`)
  return found
}

/** First arguments of the calls of something, where they are literal strings. */
const firstStrings = (source: SourceFile, callee: RegExp): ReadonlyArray<string> =>
  nodes(source).flatMap((node) => {
    if (node.type !== "CallExpression") return []
    const { callee: called, arguments: args } = node as unknown as {
      readonly callee: { readonly start: number; readonly end: number }
      readonly arguments: ReadonlyArray<{ readonly type: string; readonly value?: unknown }>
    }
    const [first] = args
    return callee.test(source.text.slice(called.start, called.end)) && typeof first?.value === "string"
      ? [first.value]
      : []
  })

/** Every flag, without the dashes. */
export const flagNames = (): ReadonlySet<string> =>
  new Set([
    ...["flags", "command-flags"].flatMap((name) =>
      firstStrings(file(`source/commands/${name}.ts`), /^(?:Flag\.[A-Z]\w*|text|toggle)$/),
    ),
    "help",
    "version",
  ])

/** Every command. */
export const commandNames = (): ReadonlySet<string> =>
  new Set(firstStrings(file("source/commands/cli.ts"), /^Command\.make$/).filter((name) => name !== "mcp-dcr-tui"))

/** The flags (with dashes) and commands that a text names although they do not exist. */
export const unknownWords = (text: string): ReadonlyArray<string> => {
  const flags = flagNames()
  const commands = commandNames()
  return [
    ...[...text.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)].flatMap(([whole, name = ""]) =>
      flags.has(name) ? [] : [whole],
    ),
    ...[
      ...text.matchAll(
        /\bmcp-dcr-tui ([a-z][a-z-]+)(?= (?:[A-Z]{2}|https?:|--)|`)|(?<=: |`)mcp-dcr-tui ([a-z][a-z-]+)\b/g,
      ),
    ].flatMap(([whole, before, after]) => (commands.has(before ?? after ?? "") ? [] : [whole])),
  ]
}

import { expect, it } from "vitest"
import { computed, type Import, type SourceFile, sources } from "./sources.ts"

// The floors of the design, lowest first. Rooms of one floor do not know each other.
const floors: ReadonlyArray<ReadonlyArray<string>> = [
  ["text"],
  ["wire"],
  ["oauth", "mcp", "vault"],
  ["flow"],
  ["checks", "lessons", "export"],
  ["commands", "tui"],
  ["cli.ts"],
]

// The only steps sideways: the command that opens the screen loads it, and gives it the run that it shows.
const sideways: Readonly<Record<string, string>> = {
  "source/commands/screen.ts": "source/tui/app/main.tsx",
  "source/commands/replay-screen.ts": "source/tui/app/main.tsx",
  "source/commands/flow-handle.ts": "source/tui/app/store.ts",
  // What it may know of the store.
  "source/commands/known-servers.ts": "source/tui/app/main.tsx",
}

const roomOf = (file: string): string => file.split("/")[1] ?? ""
const floorOf = (file: string): number => floors.findIndex((rooms) => rooms.includes(roomOf(file)))

const fiveOrNode = (specifier: string): boolean =>
  specifier.startsWith("node:") || ["ink", "react", "conf", "got", "effect"].includes(specifier.split("/")[0] ?? "")

/** Relative imports that leave the floor's rules, as lines to read. */
const wrong = (file: SourceFile, { specifier, to }: Import): ReadonlyArray<string> => {
  // The bin is bundled apart from the faces that it loads.
  if (specifier === computed && file.path === "source/cli.ts") return []
  if (!specifier.startsWith(".")) return fiveOrNode(specifier) ? [] : [`${file.path} imports the package ${specifier}`]
  const says = `${file.path} imports ${to}`
  if (to.startsWith("mock/"))
    return roomOf(file.path) === "commands" && to === "mock/index.ts"
      ? []
      : [`${says}: only commands may start the mock`]
  if (!to.startsWith("source/")) return [`${says}: outside of source/`]
  if (roomOf(to) === roomOf(file.path) || sideways[file.path] === to) return []
  return floorOf(to) < floorOf(file.path) ? [] : [`${says}: upwards or sideways`]
}

it("knows a floor for every room of source/", () => {
  expect(sources("source").filter((file) => floorOf(file.path) === -1)).toEqual([])
})

it("imports only point down, and siblings do not know each other", () => {
  expect(sources("source").flatMap((file) => file.imports.flatMap((each) => wrong(file, each)))).toEqual([])
})

it("imports nothing into the bin: it loads the faces, so that --version loads nothing", () => {
  const bin = sources("source").find((file) => file.path === "source/cli.ts")
  expect(bin?.imports.map(({ to, dynamic }) => ({ to, dynamic }))).toEqual([{ to: computed, dynamic: true }])
})

it("keeps the mock free of the client: nothing from source/, nothing from any package", () => {
  const outside = sources("mock").flatMap((file) =>
    file.imports
      .filter(({ specifier, to }) => !specifier.startsWith("node:") && !to.startsWith("mock/"))
      .map(({ specifier }) => `${file.path} imports ${specifier}`),
  )
  expect(outside).toEqual([])
})

it("keeps tui/ui free of the protocol: widgets know no room but text", () => {
  const outside = sources("source")
    .filter((file) => file.path.startsWith("source/tui/ui/"))
    .flatMap((file) =>
      file.imports
        .filter(({ to }) => to.startsWith("source/") && !/^source\/(?:text|tui\/(?:ui|theme))\//.test(to))
        .map(({ to }) => `${file.path} imports ${to}`),
    )
  expect(outside).toEqual([])
})

it("imports effect by module, never as a whole", () => {
  const whole = sources("source").filter((file) => file.imports.some(({ specifier }) => specifier === "effect"))
  expect(whole.map((file) => file.path)).toEqual([])
})

it("has no circle of imports that are needed at run time", () => {
  const next = new Map(
    [...sources("source"), ...sources("mock")].map((file) => [
      file.path,
      file.imports.filter((each) => !each.typeOnly && !each.dynamic).map(({ to }) => to),
    ]),
  )
  const done = new Set<string>()
  const circles: Array<string> = []
  const visit = (file: string, trail: ReadonlyArray<string>) => {
    const start = trail.indexOf(file)
    if (start !== -1) circles.push([...trail.slice(start), file].join(" → "))
    if (start !== -1 || done.has(file)) return
    for (const to of next.get(file) ?? []) visit(to, [...trail, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  expect(circles).toEqual([])
})

import { failure, structured, type Tool } from "./tool.ts"

interface Folder {
  readonly [name: string]: Folder | number
}

// Sizes in bytes.
const TREE: Folder = {
  documents: {
    "analytical-engine.md": 18_432,
    "notes-on-bernoulli.txt": 4_096,
    letters: { "babbage-1843.txt": 2_311 },
  },
  pictures: { "portrait.png": 482_113 },
  "readme.txt": 812,
}

const find = (path: string): Folder | number | undefined =>
  path
    .split("/")
    .filter((part) => part !== "")
    .reduce<Folder | number | undefined>(
      (place, part) => (typeof place === "object" && Object.hasOwn(place, part) ? place[part] : undefined),
      TREE,
    )

/** A small invented file tree behind a scope of its own. */
export const listFiles: Tool = {
  name: "list_files",
  title: "Files",
  description: "Lists a folder of an (invented) file tree. Needs the scope files:read.",
  inputSchema: {
    type: "object",
    properties: { path: { type: "string", title: "Folder", description: "For example /documents", default: "/" } },
    additionalProperties: false,
  },
  outputSchema: {
    type: "object",
    properties: {
      path: { type: "string" },
      entries: {
        type: "array",
        items: {
          type: "object",
          properties: {
            name: { type: "string" },
            kind: { type: "string", enum: ["file", "folder"] },
            size: { type: "integer" },
          },
          required: ["name", "kind"],
        },
      },
    },
    required: ["path", "entries"],
  },
  annotations: {
    title: "Files",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  scopes: ["files:read"],
  run({ path = "/" }) {
    const place = find(String(path))
    if (typeof place !== "object") return failure(`There is no folder ${String(path)}.`)
    const entries = Object.entries(place).map(([name, entry]) =>
      typeof entry === "number" ? { name, kind: "file", size: entry } : { name, kind: "folder" },
    )
    return structured({ path, entries })
  },
}

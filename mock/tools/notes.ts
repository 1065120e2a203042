import { textResource } from "../resources/resource.ts"
import { failure, type Tool } from "./tool.ts"

// A server that runs for days must not grow.
const LIMIT = 100

const uriOf = (title: string) => `mock:///notes/${encodeURIComponent(title)}`

/** Writes a resource, and whoever listens hears of it (MCP resources, Subscriptions and List Changed). */
export const saveNote: Tool = {
  name: "save_note",
  title: "Save a note",
  description: "Saves a note, which then is a resource. Everybody who listens hears of the change.",
  inputSchema: {
    type: "object",
    properties: {
      title: { type: "string", title: "Title", minLength: 1, maxLength: 60 },
      text: { type: "string", title: "Text", maxLength: 5_000 },
    },
    required: ["title", "text"],
    additionalProperties: false,
  },
  annotations: {
    title: "Save a note",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  run(input, { catalogue, announce }) {
    const title = String(input.title)
    const uri = uriOf(title)
    const known = catalogue.resources.has(uri)
    if (!known && catalogue.resources.size >= LIMIT) return failure("There is no room for another note.")
    const note = textResource(
      { uri, name: `note ${title}`, title, description: "A note that was saved here.", mimeType: "text/plain" },
      String(input.text),
    )
    catalogue.resources.set(uri, note)
    announce(known ? { uri } : { list: "resources" })
    const { read, ...listed } = note
    return {
      content: [
        { type: "text", text: known ? "The note was replaced." : "The note was saved." },
        { type: "resource_link", ...listed },
      ],
    }
  },
}

/** Finds resources, and gives links to them and the best one itself (MCP tools, Resource Links and Embedded Resources). */
export const findDocument: Tool = {
  name: "find_document",
  title: "Find a document",
  description:
    "Looks for words in the texts of this server. Gives links to what it finds, and the first one as a whole.",
  inputSchema: {
    type: "object",
    properties: { words: { type: "string", title: "Words", minLength: 1, default: "server" } },
    additionalProperties: false,
  },
  annotations: {
    title: "Find a document",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  run({ words = "server" }, { catalogue }) {
    const sought = String(words).toLowerCase()
    const found = [...catalogue.resources.values()].filter(({ read }) => {
      const { text } = read()
      return typeof text === "string" && text.toLowerCase().includes(sought)
    })
    return {
      content: [
        { type: "text", text: found.length === 0 ? "Nothing was found." : `Found ${found.length}.` },
        ...found.map(({ read, ...listed }) => ({ type: "resource_link", ...listed })),
        ...found.slice(0, 1).map(({ read }) => ({ type: "resource", resource: read() })),
      ],
    }
  },
}

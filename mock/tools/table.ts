import { isObject } from "../json.ts"
import { accepted, form } from "./client-request.ts"
import { failure, structured, type Tool } from "./tool.ts"

const DETAILS = {
  date: { type: "string", title: "Date", description: "Day of the visit", format: "date" },
  guests: { type: "integer", title: "Guests", description: "How many will come", minimum: 1, maximum: 12, default: 2 },
  seating: {
    type: "string",
    title: "Seating",
    description: "Where you want to sit",
    enum: ["inside", "terrace", "window"],
    default: "inside",
  },
} as const

/** Asks for what the caller left out (MCP elicitation, Form Mode). */
export const bookTable: Tool = {
  name: "book_table",
  title: "Book a table",
  description: "Books a table in an (invented) restaurant. Asks you for the details that are missing.",
  inputSchema: {
    type: "object",
    properties: {
      restaurant: { type: "string", title: "Restaurant", description: "Name of the restaurant", minLength: 1 },
      ...DETAILS,
    },
    required: ["restaurant"],
    additionalProperties: false,
  },
  outputSchema: {
    type: "object",
    properties: { restaurant: { type: "string" }, ...DETAILS, confirmation: { type: "string" } },
    required: ["restaurant", "date", "guests", "seating", "confirmation"],
  },
  annotations: {
    title: "Book a table",
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  async run({ restaurant, ...given }, { ask, can }) {
    const open = Object.entries(DETAILS).filter(([name]) => !(name in given))
    const missing = form(`Some details of your table at ${String(restaurant)} are missing.`, Object.fromEntries(open))
    const book = (details: object) => {
      const booking = { restaurant, ...given, ...details }
      return structured({ ...booking, confirmation: confirmationOf(booking) })
    }
    if (open.length === 0) return book({})
    if (!can(missing)) return failure(`Please tell me as well: ${open.map(([name]) => name).join(", ")}.`)
    const { details } = await ask({ details: missing })
    const filled = accepted(details)
    return isObject(filled) ? book(filled) : failure("Nothing was booked.")
  },
}

/** The same for the same booking, so that a recording can be repeated. */
const confirmationOf = (booking: object): string => {
  const sum = [...JSON.stringify(booking)].reduce(
    (total, character) => (total * 31 + character.charCodeAt(0)) % 9000,
    7,
  )
  return `T-${1000 + sum}`
}

import { connectCalendar } from "./calendar.ts"
import { listFiles } from "./files.ts"
import { findDocument, saveNote } from "./notes.ts"
import { findShop, rearrangeTools } from "./rearrange.ts"
import { bookTable } from "./table.ts"
import { failure, structured, type Tool, text } from "./tool.ts"
import { planTrip } from "./trip.ts"
import { getWeather } from "./weather.ts"

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }

const object = (properties: Record<string, object>, required: readonly string[] = []) => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required } : {}),
  additionalProperties: false,
})

const publicInfo: Tool = {
  name: "public_info",
  title: "Public information",
  description: "Says what this server is. The only tool that works without signing in.",
  inputSchema: object({}),
  annotations: { title: "Public information", ...READ_ONLY },
  open: true,
  run: (_input, { principal }) =>
    text(
      `This is the mcp-dcr-tui mock server. Its other tools need an access token. ${
        principal ? `You are signed in as ${principal.sub}.` : "You are not signed in."
      }`,
    ),
}

const getUserProfile: Tool = {
  name: "get_user_profile",
  title: "Who am I",
  description: "Shows what the access token says about you and about the client you use.",
  inputSchema: object({}),
  outputSchema: {
    type: "object",
    properties: {
      sub: { type: "string" },
      name: { type: "string" },
      email: { type: "string" },
      client_id: { type: "string" },
      scope: { type: "string" },
    },
    required: ["sub", "client_id", "scope"],
  },
  annotations: { title: "Who am I", ...READ_ONLY },
  scopes: ["profile"],
  run: (_input, { principal }) => {
    const { sub, name, email, client_id, scope } = principal?.claims ?? {
      sub: "anonymous",
      client_id: "none",
      scope: "",
    }
    return structured({
      sub,
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
      client_id,
      scope,
    })
  },
}

const echo: Tool = {
  name: "echo",
  title: "Echo",
  description: "Gives the message back unchanged.",
  inputSchema: object({ message: { type: "string", title: "Message", description: "What to give back" } }, ["message"]),
  annotations: { title: "Echo", ...READ_ONLY },
  run: ({ message }) => text(String(message)),
}

const add: Tool = {
  name: "add",
  title: "Add two numbers",
  description: "Adds a and b and gives the sum as structured content.",
  inputSchema: object(
    { a: { type: "number", description: "First summand" }, b: { type: "number", description: "Second summand" } },
    ["a", "b"],
  ),
  outputSchema: { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] },
  annotations: { title: "Add two numbers", ...READ_ONLY },
  run({ a, b }) {
    const sum = Number(a) + Number(b)
    // JSON has no infinity; the output schema promises a number.
    return Number.isFinite(sum) ? structured({ sum }) : failure("The sum is too large.")
  },
}

const slow: Tool = {
  name: "slow",
  title: "Slow work",
  description: "Works in steps and reports progress after each, so that progress and cancelling can be watched.",
  inputSchema: object({
    steps: { type: "integer", minimum: 1, maximum: 100, default: 5, description: "How many steps" },
    delayMs: { type: "integer", minimum: 0, maximum: 60_000, default: 200, description: "Milliseconds per step" },
  }),
  annotations: { title: "Slow work", ...READ_ONLY },
  streams: true,
  async run({ steps = 5, delayMs = 200 }, { sleep, progress, log }) {
    const total = Number(steps)
    for (let step = 1; step <= total; step += 1) {
      await sleep(Number(delayMs))
      progress(step, total, `Step ${step} of ${total}`)
      log("info", `step ${step} done`)
    }
    return text(`Finished ${total} steps.`)
  },
}

const fail: Tool = {
  name: "fail",
  title: "Always fails",
  description: "Answers with a tool error, to show the difference between a failed tool and a failed request.",
  inputSchema: object({ reason: { type: "string", description: "Text of the error" } }),
  annotations: { title: "Always fails", ...READ_ONLY },
  run: ({ reason }) => failure(typeof reason === "string" ? reason : "This tool always fails."),
}

/** The tools a person wants to see, in this order. */
export const DEMO_TOOLS: readonly Tool[] = [
  getWeather,
  listFiles,
  getUserProfile,
  publicInfo,
  echo,
  add,
  slow,
  fail,
  bookTable,
  planTrip,
  connectCalendar,
  findDocument,
  saveNote,
  findShop,
  rearrangeTools,
]

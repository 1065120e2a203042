import { accepted, form } from "./client-request.ts"
import { failure, type Tool, text } from "./tool.ts"
import { cities, weatherOf } from "./weather.ts"

const GOALS = { warm: "Sun and warmth", cool: "Fresh air" } as const

/** Asks twice, and the second question depends on the first answer (MCP multi-round-trip requests). */
export const planTrip: Tool = {
  name: "plan_trip",
  title: "Plan a trip",
  description: "Plans an (invented) trip in two rounds of questions: first what you like, then where you want to go.",
  inputSchema: {
    type: "object",
    properties: { days: { type: "integer", title: "Days", minimum: 1, maximum: 30, default: 3 } },
    additionalProperties: false,
  },
  annotations: {
    title: "Plan a trip",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run({ days = 3 }, { ask }) {
    const { taste } = await ask({
      taste: form("What do you like?", {
        goal: {
          type: "string",
          title: "Goal",
          oneOf: Object.entries(GOALS).map(([name, title]) => ({ const: name, title })),
        },
      }),
    })
    const goal = accepted(taste)?.goal
    if (goal === undefined) return failure("No trip was planned.")
    const sorted = [...cities].sort((a, b) => degrees(a) - degrees(b))
    const { place } = await ask({
      place: form(
        "Where do you want to go?",
        {
          city: {
            type: "string",
            title: "City",
            enum: goal === "warm" ? sorted.slice(-4).reverse() : sorted.slice(0, 4),
          },
          pace: { type: "boolean", title: "Slowly", description: "One sight a day is enough", default: true },
        },
        ["city"],
      ),
    })
    const choice = accepted(place)
    if (choice === undefined) return failure("No trip was planned.")
    const sights = choice.pace === false ? Number(days) * 3 : Number(days)
    return text(
      `${Number(days)} days in ${String(choice.city)} at ${degrees(String(choice.city))} °C, ${sights} sights.`,
    )
  },
}

const degrees = (city: string): number => weatherOf(city, "celsius").temperature

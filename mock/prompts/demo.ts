import { readme } from "../resources/demo.ts"
import { cities } from "../tools/weather.ts"
import { type Prompt, says, shows } from "./prompt.ts"

const SEASONS = ["spring", "summer", "autumn", "winter"]

const packingList: Prompt = {
  name: "packing_list",
  title: "Packing list",
  description: "Asks for a packing list that fits the weather of a city.",
  arguments: [
    { name: "city", title: "City", description: "Where you go", required: true },
    { name: "season", title: "Season", description: "When you go" },
  ],
  complete: { city: () => cities, season: () => SEASONS },
  fill: ({ city = "", season }) => [
    says(`Look up the weather of ${city}${season === undefined ? "" : ` in ${season}`} with get_weather.`),
    { role: "assistant", content: { type: "text", text: "I have it. How long will you stay?" } },
    says("One weekend. Write a packing list, sorted by how easily I would forget each thing."),
  ],
}

const explainServer: Prompt = {
  name: "explain_server",
  title: "Explain this server",
  description: "Asks for a short explanation of this server's readme, which comes along.",
  fill: () => [shows({ type: "resource", resource: readme.read() }), says("Explain this in three sentences.")],
}

/** The prompts a person wants to see, in this order. */
export const DEMO_PROMPTS: readonly Prompt[] = [packingList, explainServer]

import { createHash } from "node:crypto"
import { structured, type Tool } from "./tool.ts"

const SKIES = ["clear", "partly cloudy", "overcast", "light rain", "thunderstorm", "fog", "snow"]

/** Suggested where a city is asked for. */
export const cities = ["Amsterdam", "Athens", "Berlin", "Lisbon", "London", "Oslo", "Paris", "Prague", "Rome", "Vienna"]

/** The weather of a city. */
export function weatherOf(city: string, units: unknown) {
  const [a = 0, b = 0, c = 0] = createHash("sha256").update(city.toLowerCase()).digest()
  const celsius = (a % 40) - 5
  return {
    city,
    temperature: units === "fahrenheit" ? Math.round(celsius * 1.8 + 32) : celsius,
    units,
    sky: SKIES[b % SKIES.length],
    humidity: 30 + (c % 70),
  }
}

/** Invented weather that depends on the city's name only, so that a recording can be repeated. */
export const getWeather: Tool = {
  name: "get_weather",
  title: "Weather",
  description: "Tells the (invented) weather of a city.",
  inputSchema: {
    type: "object",
    properties: {
      city: { type: "string", title: "City", description: "Name of a city", minLength: 1, maxLength: 100 },
      units: { type: "string", title: "Units", enum: ["celsius", "fahrenheit"], default: "celsius" },
    },
    required: ["city"],
    additionalProperties: false,
  },
  outputSchema: {
    type: "object",
    properties: {
      city: { type: "string" },
      temperature: { type: "number" },
      units: { type: "string", enum: ["celsius", "fahrenheit"] },
      sky: { type: "string" },
      humidity: { type: "integer", minimum: 0, maximum: 100 },
    },
    required: ["city", "temperature", "units", "sky", "humidity"],
  },
  annotations: {
    title: "Weather",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  run: ({ city, units = "celsius" }) => structured(weatherOf(String(city), units)),
}

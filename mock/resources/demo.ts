import { cities, weatherOf } from "../tools/weather.ts"
import { binaryResource, type McpResource, type McpResourceTemplate, textResource } from "./resource.ts"

const README = `# The practice server

Everything here is invented, and nothing can do harm.

- \`get_weather\` tells the weather, \`mock:///weather/{city}\` is the same as a resource.
- \`book_table\` asks for what you left out, \`plan_trip\` asks twice.
- \`save_note\` writes a resource, \`rearrange_tools\` changes the list of tools: subscribe first, and watch.
`

// A red pixel: the smallest picture that every viewer takes.
export const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="

/** The readme, which the finder and a prompt hand out as well. */
export const readme = textResource(
  {
    uri: "mock:///readme.md",
    name: "readme",
    title: "Read me",
    description: "What this server is for.",
    mimeType: "text/markdown",
    annotations: { audience: ["user", "assistant"], priority: 1 },
  },
  README,
)

/** The resources a person wants to see, in this order. */
export const DEMO_RESOURCES: readonly McpResource[] = [
  readme,
  binaryResource(
    {
      uri: "mock:///logo.png",
      name: "logo",
      title: "Logo",
      description: "The logo of this server: one red pixel.",
      mimeType: "image/png",
    },
    PIXEL,
  ),
]

/** The weather of any city, as a resource. */
export const DEMO_TEMPLATES: readonly McpResourceTemplate[] = [
  {
    uriTemplate: "mock:///weather/{city}",
    name: "weather",
    title: "Weather of a city",
    description: "The (invented) weather of a city.",
    mimeType: "application/json",
    read: (uri, { city = "" }) => ({
      uri,
      mimeType: "application/json",
      text: JSON.stringify(weatherOf(city, "celsius")),
    }),
    complete: { city: () => cities },
  },
]

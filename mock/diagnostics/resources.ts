import { PIXEL } from "../resources/demo.ts"
import { binaryResource, type McpResource, type McpResourceTemplate, textResource } from "../resources/resource.ts"

const described = (uri: string, mimeType: string) => {
  const name = uri.slice("test://".length)
  return { uri, name, title: name, description: "A resource for testing.", mimeType }
}

/** The suite's resources. */
export const RESOURCES: readonly McpResource[] = [
  textResource(described("test://static-text", "text/plain"), "This is the content of the static text resource."),
  binaryResource(described("test://static-binary", "image/png"), PIXEL),
  textResource(described("test://watched-resource", "text/plain"), "Watched resource content"),
]

/** The suite's template. */
export const TEMPLATES: readonly McpResourceTemplate[] = [
  {
    uriTemplate: "test://template/{id}/data",
    name: "template",
    title: "template",
    description: "A resource template for testing.",
    mimeType: "application/json",
    read: (uri, { id = "" }) => ({
      uri,
      mimeType: "application/json",
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    }),
  },
]

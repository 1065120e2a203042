import { DEMO_PROMPTS } from "./prompts/demo.ts"
import type { Prompt } from "./prompts/prompt.ts"
import { DEMO_RESOURCES, DEMO_TEMPLATES } from "./resources/demo.ts"
import { type McpResource, type McpResourceTemplate, variablesOf } from "./resources/resource.ts"
import { DEMO_TOOLS } from "./tools/demo.ts"
import type { Tool } from "./tools/tool.ts"

/** Things to offer, in the order in which they are listed. */
export interface Offer {
  readonly tools?: readonly Tool[]
  readonly resources?: readonly McpResource[]
  readonly templates?: readonly McpResourceTemplate[]
  readonly prompts?: readonly Prompt[]
}

/** Everything the MCP server offers at this moment. Tools may change it. */
export interface Catalogue {
  readonly tools: Map<string, Tool>
  readonly resources: Map<string, McpResource>
  readonly templates: ReadonlyMap<string, McpResourceTemplate>
  readonly prompts: Map<string, Prompt>
  /** What a URI leads to, listed by itself or covered by a template; undefined when it leads nowhere. */
  resource(uri: string): McpResource["read"] | undefined
  /** As it was in the beginning. */
  clear(): void
}

const DEMO: Offer = { tools: DEMO_TOOLS, resources: DEMO_RESOURCES, templates: DEMO_TEMPLATES, prompts: DEMO_PROMPTS }

/** The demo's offer, and more. */
export function createCatalogue(more: readonly Offer[]): Catalogue {
  const offers = [DEMO, ...more]
  const tools = new Map<string, Tool>()
  const resources = new Map<string, McpResource>()
  const prompts = new Map<string, Prompt>()
  const all = offers.flatMap((offer) => offer.templates ?? [])
  const templates = new Map(all.map((template) => [template.uriTemplate, template]))
  const fill = () => {
    for (const offer of offers) {
      for (const tool of offer.tools ?? []) tools.set(tool.name, tool)
      for (const resource of offer.resources ?? []) resources.set(resource.uri, resource)
      for (const prompt of offer.prompts ?? []) prompts.set(prompt.name, prompt)
    }
  }
  fill()
  return {
    tools,
    resources,
    templates,
    prompts,
    resource(uri) {
      const listed = resources.get(uri)
      if (listed) return listed.read
      for (const template of templates.values()) {
        const variables = variablesOf(template.uriTemplate, uri)
        const contents = variables && template.read(uri, variables)
        if (contents) return () => contents
      }
      return undefined
    },
    clear() {
      for (const list of [tools, resources, prompts]) list.clear()
      fill()
    },
  }
}

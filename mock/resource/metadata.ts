import { advertise } from "../authorization/metadata.ts"
import { bend } from "../behaviour.ts"
import type { Exchange } from "../http/exchange.ts"
import type { JsonObject } from "../json.ts"
import { RESOURCE_SCOPES } from "../scopes.ts"
import { RESOURCE_METADATA } from "../well-known.ts"
import type { World } from "../world.ts"

/** Protected resource metadata, RFC 9728 §2. */
export function resourceMetadata(world: World, exchange: Exchange): JsonObject {
  const document: JsonObject = {
    resource: world.resource,
    authorization_servers: world.authorities.map((authority) => authority.issuer),
    scopes_supported: RESOURCE_SCOPES,
    bearer_methods_supported: ["header"],
    resource_name: "mcp-dcr-tui mock",
    resource_documentation: `${world.origin}/`,
  }
  return bend(world.behaviours, "prm", advertise(document, world.settings.advertise.protectedResource), exchange)
}

/** Every path where the document is found (RFC 9728 §3.1). */
export function resourceMetadataPaths(world: World): readonly string[] {
  const path = { path: `${RESOURCE_METADATA}${world.settings.mcpPath}`, root: RESOURCE_METADATA } as const
  return [...new Set(world.settings.prmForms.map((form) => path[form]))]
}

/** The URL for the challenge; none when the document is nowhere. */
export const resourceMetadataUrl = (world: World): string | undefined => {
  const first = resourceMetadataPaths(world)[0]
  return first === undefined ? undefined : `${world.origin}${first}`
}

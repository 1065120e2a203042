import type { JsonObject } from "../json.ts"
import { cached } from "./caching.ts"
import type { MethodHandler } from "./call.ts"
import { CODES, RpcError } from "./message.ts"
import { listOf } from "./paging.ts"
import { type AnyRevision, isEarly, MODERN } from "./revisions.ts"

/** As it is listed; titles came with 2025-06-18. */
const listing = <Item extends { readonly title: string }>(
  { title, ...item }: Item,
  revision: AnyRevision,
): JsonObject => (isEarly(revision) ? item : { ...item, title })

/** `resources/list`. What `read` does is not for the list. */
export const listResources: MethodHandler = (call) =>
  listOf(call, "resources", [...call.world.catalogue.resources.values()], ({ read, ...resource }) =>
    listing(resource, call.revision),
  )

/** `resources/templates/list`. */
export const listTemplates: MethodHandler = (call) =>
  listOf(call, "resourceTemplates", [...call.world.catalogue.templates.values()], ({ read, complete, ...template }) =>
    listing(template, call.revision),
  )

/** `resources/read`. */
export const readResource: MethodHandler = ({ world, message, revision }) => {
  const { uri } = message.params
  if (typeof uri !== "string") throw new RpcError(CODES.invalidParams, "params.uri is missing")
  const read = world.catalogue.resource(uri)
  // MCP 2026-07-28 resources, Error Handling: -32602 now, -32002 before.
  const code = revision === MODERN ? CODES.invalidParams : CODES.resourceNotFound
  if (!read) throw new RpcError(code, "there is no such resource", 200, { uri })
  return { contents: [read()], ...cached(revision) }
}

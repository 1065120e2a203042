import { bend } from "../behaviour.ts"
import { json, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { BASE_SCOPE, RESOURCE_SCOPES } from "../scopes.ts"
import type { World } from "../world.ts"
import { resourceMetadataUrl } from "./metadata.ts"

type Parameters = readonly (readonly [string, string | undefined])[]

/** A refusal with a Bearer challenge (RFC 6750 §3, RFC 9728 §5.1). */
function challenge(world: World, exchange: Exchange, status: number, parameters: Parameters, text: string): Refusal {
  const all: Parameters = [...parameters, ["resource_metadata", resourceMetadataUrl(world)]]
  // RFC 9110 §11.2: each parameter once, quoted.
  const shown = all.flatMap(([name, value]) =>
    value === undefined ? [] : `${name}="${value.replace(/["\\]/g, "\\$&")}"`,
  )
  const headers = bend(world.behaviours, "challenge", [`Bearer ${shown.join(", ")}`], exchange)
  const error = parameters.find(([name]) => name === "error")?.[1]
  if (error !== undefined) exchange.event.error = error
  return new Refusal(
    json(
      status,
      { error: error ?? "unauthorized", error_description: text },
      headers.length > 0 ? { "www-authenticate": headers } : {},
    ),
  )
}

const initialScope = (world: World) => (world.settings.progressive ? BASE_SCOPE : RESOURCE_SCOPES.join(" "))

/** 401 for a request without a token: RFC 6750 §3.1 wants no error code then. */
export const tokenMissing = (world: World, exchange: Exchange): Refusal =>
  challenge(world, exchange, 401, [["scope", initialScope(world)]], "this server needs an access token")

/** 401 for a token that is not valid. Why is for the log only. */
export const tokenInvalid = (world: World, exchange: Exchange): Refusal =>
  challenge(
    world,
    exchange,
    401,
    [
      ["error", "invalid_token"],
      ["error_description", "the access token is not valid"],
      ["scope", initialScope(world)],
    ],
    "the access token is not valid",
  )

/** 403 with every scope that the operation needs, so that one step-up is enough. */
export const scopeMissing = (world: World, exchange: Exchange, needed: readonly string[]): Refusal =>
  challenge(
    world,
    exchange,
    403,
    [
      ["error", "insufficient_scope"],
      ["error_description", "the access token does not cover this operation"],
      ["scope", needed.join(" ")],
    ],
    "the access token does not cover this operation",
  )

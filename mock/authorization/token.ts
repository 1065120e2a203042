import { bend } from "../behaviour.ts"
import { type Answer, oauthError, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { type Parameters, readForm, single } from "../http/form.ts"
import type { World } from "../world.ts"
import type { Client } from "./client.ts"
import { authenticateClient } from "./client-authentication.ts"
import { clientCredentialsGrant } from "./client-credentials-grant.ts"
import { codeGrant } from "./code-grant.ts"
import { refreshGrant } from "./refresh-grant.ts"

type GrantHandler = (world: World, exchange: Exchange, client: Client, form: Parameters) => Answer

const GRANTS: Readonly<Record<string, GrantHandler>> = {
  authorization_code: codeGrant,
  refresh_token: refreshGrant,
  client_credentials: clientCredentialsGrant,
}

/** POST /token, RFC 6749 §3.2. */
export async function token(world: World, exchange: Exchange): Promise<Answer> {
  return bend(world.behaviours, "token", await answerOrRefusal(() => grant(world, exchange)), exchange)
}

async function grant(world: World, exchange: Exchange): Promise<Answer> {
  const form = single(exchange, await readForm(exchange), (error, text) => oauthError(400, error, text))
  const client = await authenticateClient(world, exchange, form)
  const type = form.get("grant_type")
  if (type === undefined) throw oauthError(400, "invalid_request", "grant_type is missing")
  const handler = Object.hasOwn(GRANTS, type) ? GRANTS[type] : undefined
  if (!handler) throw oauthError(400, "unsupported_grant_type", "this grant type is not supported")
  exchange.enforce(
    "grant-allowed",
    client.metadata.grant_types.includes(type),
    () => oauthError(400, "unauthorized_client", "the client is not registered for this grant type"),
    type,
  )
  return handler(world, exchange, client, form)
}

/** A refusal as an ordinary answer, so that a behaviour can bend errors as well. */
export async function answerOrRefusal(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    throw error
  }
}

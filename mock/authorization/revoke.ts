import { bend } from "../behaviour.ts"
import { type Answer, json, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { readForm, single } from "../http/form.ts"
import type { World } from "../world.ts"
import { authenticateClient } from "./client-authentication.ts"
import { answerOrRefusal } from "./token.ts"

/** POST /revoke, RFC 7009. The type hint is not needed: both stores are looked at. */
export async function revoke(world: World, exchange: Exchange): Promise<Answer> {
  return bend(world.behaviours, "revocation", await answerOrRefusal(() => end(world, exchange)), exchange)
}

async function end(world: World, exchange: Exchange): Promise<Answer> {
  const form = single(exchange, await readForm(exchange), (error, text) => oauthError(400, error, text))
  const client = await authenticateClient(world, exchange, form)
  const token = form.get("token")
  if (token === undefined) throw oauthError(400, "invalid_request", "token is missing")
  const refresh = world.grants.refresh.get(token)
  const access = world.grants.access.get(token)
  // RFC 7009 §2.1: somebody else's token is not revoked; §2.2: an unknown token is no error.
  if (refresh?.grant.clientId === client.id) refresh.grant.revoked = true
  if (access?.grant.clientId === client.id) access.revoked = true
  return json(200, {})
}

import type { Exchange } from "../http/exchange.ts"
import { readJwt, verifyJwt } from "../jose/jwt.ts"
import { findKey } from "../jose/keys.ts"
import { seconds, type World } from "../world.ts"
import type { Client } from "./client.ts"

const LONGEST = 300
const SKEW = 10

/** Whom an assertion speaks for, before anything is verified. */
export function assertionSubject(assertion: string): string | undefined {
  const subject = readJwt(assertion)?.claims.sub
  return typeof subject === "string" ? subject : undefined
}

/** What is wrong with a client assertion (RFC 7523 §3, RFC 7521 §5.2); `undefined` when it proves the client. */
export function assertionFault(
  world: World,
  exchange: Exchange,
  client: Client,
  assertion: string,
): string | undefined {
  const jwt = readJwt(assertion)
  const key = jwt ? findKey(client.metadata.jwks?.keys ?? [], jwt.header.kid) : undefined
  if (!jwt || !key || !verifyJwt(jwt, key)) return "the assertion's signature is not valid"
  const { iss, sub, aud, exp, iat, nbf, jti } = jwt.claims
  const now = seconds(world)
  if (iss !== client.id || sub !== client.id) return "iss and sub must be the client id"
  // The issuer and nothing else: an assertion for the token endpoint of one server could be replayed by another.
  const audience = aud === world.issuer || (Array.isArray(aud) && aud.length === 1 && aud[0] === world.issuer)
  if (!exchange.note("assertion-audience", audience, JSON.stringify(aud))) return "aud must be the issuer only"
  if (typeof exp !== "number" || now >= exp + SKEW) return "the assertion has expired"
  if (exp > now + LONGEST + SKEW) return "the assertion lives too long"
  if (typeof iat === "number" && iat > now + SKEW) return "the assertion is from the future"
  if (typeof nbf === "number" && nbf > now + SKEW) return "the assertion is not valid yet"
  if (typeof jti !== "string" || jti === "") return "jti is missing"
  return replayed(world, `${client.id} ${jti}`, exp + SKEW, now) ? "the assertion was used before" : undefined
}

function replayed(world: World, id: string, until: number, now: number): boolean {
  for (const [known, end] of world.assertions) if (end <= now) world.assertions.delete(known)
  if (world.assertions.has(id)) return true
  world.assertions.set(id, until)
  return false
}

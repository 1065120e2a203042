import * as Result from "effect/Result"
import type { Finding } from "../text/finding.ts"
import type { JsonObject } from "../text/json.ts"
import { secret } from "../text/secret.ts"
import { isAuthMethod, type TokenEndpointAuthMethod, usesSecret } from "./auth-method.ts"
import type { Client } from "./client-identity.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { isString, isStringList, jsonType } from "./json-document.ts"
import { type Raise, secretEnd, withoutNulls } from "./registration-answer.ts"
import { endpointFault } from "./server-metadata-document.ts"

/** A registration as the server holds it (RFC 7592 §3). */
export interface ManagedRegistration {
  /** The client with everything that came back; a rotated token or secret has replaced the old one. */
  readonly client: Client
  /** All client metadata that was returned, without anything secret or assigned: the base of an update. */
  readonly metadata: JsonObject
}

/** What the server assigns: never sent back in an update (RFC 7592 §2.2). */
export const assigned = [
  "registration_access_token",
  "registration_client_uri",
  "client_secret_expires_at",
  "client_id_issued_at",
]
const kept = new Set([...assigned, "client_secret"])

/** Some answers leave the pair out, or half of it: then the known half goes on. */
const managementOf = (document: JsonObject, client: Client, allowInsecure: boolean, raise: Raise): Partial<Client> => {
  const { registration_access_token: token, registration_client_uri: uri } = document
  const fault = isString(uri) ? endpointFault(uri, client.issuer, allowInsecure) : undefined
  if (fault !== undefined) raise("warning", `The new registration_client_uri must not be used: ${fault}`)
  if (!isString(token) || !isString(uri))
    raise(
      "warning",
      "The answer leaves out registration_access_token or registration_client_uri; the known one counts.",
    )
  return {
    ...(isString(uri) && fault === undefined ? { registrationClientUri: uri } : {}),
    ...(isString(token) && token !== "" ? { registrationAccessToken: secret("registration_access_token", token) } : {}),
  }
}

/** A secret that is not repeated stays what it was; its end is told on its own as well. */
const secretOf = (
  document: JsonObject,
  client: Client,
  method: TokenEndpointAuthMethod,
  raise: Raise,
): Pick<Client, "clientSecret" | "clientSecretExpiresAt"> => {
  if (!usesSecret(method)) return {}
  const { client_secret: plain, client_secret_expires_at: end } = document
  const clientSecret = isString(plain) && plain !== "" ? secret("client_secret", plain) : client.clientSecret
  const expires = secretEnd(end, raise) ?? client.clientSecretExpiresAt
  return {
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(expires === undefined ? {} : { clientSecretExpiresAt: expires }),
  }
}

/** Reads what a server says about a registration that is known here. Fails with `management_answer_invalid`. */
export const readManaged = (answer: {
  readonly document: JsonObject
  readonly client: Client
  readonly allowInsecure: boolean
  readonly exchange: number
  readonly url: string
}): Result.Result<ManagedRegistration & { readonly findings: ReadonlyArray<Finding> }, OAuthFailure> => {
  const { client, exchange, url } = answer
  const findings: Array<Finding> = []
  const raise: Raise = (severity, text) => findings.push({ severity, rule: "RFC 7592 §3", text, exchange })
  const document = withoutNulls(answer.document, raise)
  const { client_id: clientId, redirect_uris: redirects, grant_types: grants, scope } = document
  if (clientId !== client.clientId)
    return Result.fail(
      oauthFailure("management_answer_invalid", {
        exchange,
        url,
        expected: `client_id: ${client.clientId}`,
        received: isString(clientId) ? clientId.slice(0, 200) : jsonType(clientId),
      }),
    )
  const returned = document.token_endpoint_auth_method
  if (returned !== undefined && !isAuthMethod(returned))
    raise("warning", "token_endpoint_auth_method is none that this program knows; the known one counts.")
  const method = isAuthMethod(returned) ? returned : client.tokenEndpointAuthMethod
  const { clientSecret: _, clientSecretExpiresAt: __, ...rest } = client
  return Result.succeed({
    client: {
      ...rest,
      ...secretOf(document, client, method, raise),
      tokenEndpointAuthMethod: method,
      ...(isStringList(redirects) ? { redirectUris: redirects } : {}),
      ...(isStringList(grants) ? { grantTypes: grants } : {}),
      ...(isString(scope) && scope !== "" ? { scope } : {}),
      ...managementOf(document, client, answer.allowInsecure, raise),
    },
    metadata: Object.fromEntries(Object.entries(document).filter(([member]) => !kept.has(member))),
    findings,
  })
}

import * as Result from "effect/Result"
import type { Finding } from "../text/finding.ts"
import type { JsonObject } from "../text/json.ts"
import { secret } from "../text/secret.ts"
import { zoneOfUrl } from "../wire/address.ts"
import { chooseAuthMethod, isAuthMethod, type TokenEndpointAuthMethod, usesSecret } from "./auth-method.ts"
import { type Client, secretExpired } from "./client-identity.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { isString, isStringList, jsonType } from "./json-document.ts"
import type { RegistrationRequest } from "./registration-request.ts"
import { endpointFault } from "./server-metadata-document.ts"

/** A registration as the server answered it, with what it answers to. */
export interface RegistrationAnswer {
  readonly document: JsonObject
  readonly request: RegistrationRequest
  readonly issuer: string
  readonly authMethodsSupported?: ReadonlyArray<string> | undefined
  readonly allowInsecure: boolean
  readonly exchange: number
  readonly url: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface ReadRegistration {
  readonly client: Client
  readonly findings: ReadonlyArray<Finding>
}

const rule = "RFC 7591 §3.2.1"

/** Seconds since the epoch at the start of the year 3000: a larger number was meant in milliseconds. */
const year3000 = 32_503_680_000

export type Raise = (severity: Finding["severity"], text: string) => void

/** Some servers send null for what they do not have. */
export const withoutNulls = (document: JsonObject, raise: Raise): JsonObject => {
  const empty = Object.keys(document).filter((member) => document[member] === null)
  if (empty.length > 0) raise("warning", `Members that are null were read as absent: ${empty.join(", ")}.`)
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null))
}

/** The method that counts: the one returned, else the one asked for, else what fits a secret nobody asked for (CR-62). */
const methodOf = (
  returned: unknown,
  hasSecret: boolean,
  { request, authMethodsSupported: supported }: RegistrationAnswer,
): TokenEndpointAuthMethod | undefined => {
  if (returned !== undefined) return isAuthMethod(returned) ? returned : undefined
  const asked = request.token_endpoint_auth_method
  return hasSecret && asked === "none" ? chooseAuthMethod({ supported, hasSecret, hasKey: false }) : asked
}

/** The same redirect URI, or on this machine the same but for the port (RFC 8252 §7.3). */
const sameRedirect = (registered: string, ours: string): "same" | "port" | "other" => {
  if (registered === ours) return "same"
  if (!URL.canParse(registered) || !URL.canParse(ours)) return "other"
  const [one, other] = [new URL(registered), new URL(ours)]
  if (one.protocol !== "http:" || zoneOfUrl(one) !== "loopback") return "other"
  one.port = ""
  other.port = ""
  return one.href === other.href ? "port" : "other"
}

/** Seconds since the epoch, 0 for never; what is not a number at all is dropped. */
export const secretEnd = (value: unknown, raise: Raise): number | undefined => {
  if (value === undefined) return undefined
  const number = isString(value) && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) {
    raise("warning", `client_secret_expires_at is ${jsonType(value)} and no number of seconds; it was left aside.`)
    return undefined
  }
  if (isString(value)) raise("warning", "client_secret_expires_at is a string; it must be a number.")
  if (number <= year3000) return number
  raise("warning", `client_secret_expires_at is ${number}, beyond the year 3000; it was read as milliseconds.`)
  return Math.floor(number / 1000)
}

const managementOf = (document: JsonObject, answer: RegistrationAnswer, raise: Raise): Partial<Client> => {
  const { registration_client_uri: uri, registration_access_token: token } = document
  if (uri === undefined && token === undefined) return {}
  if (!isString(uri) || !isString(token) || token === "") {
    raise("warning", "Only one of registration_client_uri and registration_access_token came; it was left aside.")
    return {}
  }
  const fault = endpointFault(uri, answer.issuer, answer.allowInsecure)
  if (fault !== undefined) {
    raise("warning", `registration_client_uri must not be used: ${fault}`)
    return {}
  }
  return { registrationClientUri: uri, registrationAccessToken: secret("registration_access_token", token) }
}

/** What a list must contain for the flow to run at all (CR-62). */
const needed = [
  ["grant_types", "authorization_code"],
  ["response_types", "code"],
] as const

const echoed = ["redirect_uris", "grant_types", "response_types", "token_endpoint_auth_method"] as const

/**
 * Reads a successful answer into a client. What the server returned wins over what was asked for; members it left out
 * count as asked for. Fails with `registration_answer_invalid` or `registration_unusable` (CR-61, CR-62, CR-63).
 */
export const readRegistration = (answer: RegistrationAnswer): Result.Result<ReadRegistration, OAuthFailure> => {
  const { request, exchange, url, issuer, now } = answer
  const findings: Array<Finding> = []
  const raise: Raise = (severity, text) => findings.push({ severity, rule, text, exchange })
  const invalid = (expected: string, received: string) =>
    Result.fail(oauthFailure("registration_answer_invalid", { exchange, url, expected, received }))
  const unusable = (expected: string, received: string) =>
    Result.fail(oauthFailure("registration_unusable", { exchange, url, expected, received }))

  const document = withoutNulls(answer.document, raise)
  const { client_id: clientId, client_secret: plain, redirect_uris: redirects, grant_types: grants, scope } = document
  if (!isString(clientId) || clientId === "")
    return invalid("client_id: string", clientId === "" ? "an empty string" : jsonType(clientId))
  if (plain !== undefined && !isString(plain)) return invalid("client_secret: string", jsonType(plain))
  if (plain === "") raise("warning", "client_secret is an empty string and counts as none.")
  const clientSecret = plain === undefined || plain === "" ? undefined : secret("client_secret", plain)

  const returnedMethod = document.token_endpoint_auth_method
  const method = methodOf(returnedMethod, clientSecret !== undefined, answer)
  if (method === undefined || (method === "private_key_jwt" && request.token_endpoint_auth_method !== method))
    return unusable(`token_endpoint_auth_method: ${request.token_endpoint_auth_method}`, String(returnedMethod))
  if (usesSecret(method) && !clientSecret) return invalid(`client_secret, for ${method}`, "no client_secret")
  if (clientSecret && method === "none") raise("note", "The server gave a secret although none is used.")

  for (const [member, value] of needed) {
    const list = document[member]
    if (list === undefined) continue
    if (!isStringList(list)) return invalid(`${member}: list of strings`, jsonType(list))
    if (!list.includes(value)) return unusable(`${member} with ${value}`, `[${list.join(", ")}]`)
  }
  if (isStringList(grants) && !grants.includes("refresh_token"))
    raise("note", "The server left refresh_token out of grant_types: the session will end with its access token.")

  if (redirects !== undefined && !isStringList(redirects))
    return invalid("redirect_uris: list of strings", jsonType(redirects))
  const [ours] = request.redirect_uris
  const matches = redirects?.map((registered) => sameRedirect(registered, ours))
  if (matches && !matches.includes("same")) {
    if (!matches.includes("port")) return unusable(`redirect_uris with ${ours}`, `[${redirects?.join(", ") ?? ""}]`)
    raise("warning", `The redirect URI was registered with another port than ${ours}; RFC 8252 §7.3 lets it vary.`)
  }

  const omitted = echoed.filter((member) => document[member] === undefined)
  if (omitted.length > 0) raise("warning", `The answer leaves out ${omitted.join(", ")}; what was asked for counts.`)
  if (returnedMethod !== undefined && returnedMethod !== request.token_endpoint_auth_method)
    raise(
      "note",
      `The server chose ${method} where ${request.token_endpoint_auth_method} was asked for; its choice counts.`,
    )

  const expires = secretEnd(document.client_secret_expires_at, raise)
  if (clientSecret && expires === undefined) raise("warning", "client_secret came without client_secret_expires_at.")
  const client: Client = {
    source: "dcr",
    issuer,
    clientId,
    ...(clientSecret ? { clientSecret } : {}),
    ...(clientSecret && expires !== undefined ? { clientSecretExpiresAt: expires } : {}),
    tokenEndpointAuthMethod: method,
    redirectUris: redirects ?? request.redirect_uris,
    ...(isString(scope) && scope !== "" ? { scope } : {}),
    grantTypes: isStringList(grants) ? grants : request.grant_types,
    ...managementOf(document, answer, raise),
    registeredAt: now,
  }
  // A server that hands out the same dead client again would be asked for ever.
  if (usesSecret(method) && secretExpired(client, now))
    return unusable("a secret that is valid", `client_secret_expires_at: ${expires}`)
  return Result.succeed({ client, findings })
}

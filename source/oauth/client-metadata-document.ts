import type { Finding } from "../text/finding.ts"
import { isObject, type JsonObject } from "../text/json.ts"
import { zoneOfUrl } from "../wire/address.ts"
import { isString, isStringList, jsonType } from "./json-document.ts"

const urlRule = "OAuth Client ID Metadata Document, Client Identifier"
const documentRule = "OAuth Client ID Metadata Document, Client Information Discovery"

const finding =
  (severity: Finding["severity"], rule: string) =>
  (text: string): Finding => ({ severity, rule, text })

const urlError = finding("error", urlRule)
const urlWarning = finding("warning", urlRule)

/** The parts as written: a parsed URL has lost its dot segments and the difference between "no path" and "/". */
const written = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i

const isDotSegment = (segment: string): boolean => /^(\.|%2e){1,2}$/i.test(segment)

/** Rules for a URL that serves as client id (CR-68). An `error` among the findings means: not usable. */
export const checkClientIdUrl = (url: string): ReadonlyArray<Finding> => {
  const parts = written.exec(url)
  if (!parts || !URL.canParse(url) || /[\s\\]/.test(url)) return [urlError("The client id is not an absolute URL.")]
  const [, authority = "", path = "", query, fragment] = parts
  const parsed = new URL(url)
  const findings: Array<Finding> = []
  if (parsed.protocol === "http:" && zoneOfUrl(parsed) === "loopback")
    findings.push(urlWarning("The client id is an http URL on this machine, which only a development server accepts."))
  else if (parsed.protocol !== "https:") findings.push(urlError("The client id must be an https URL."))
  if (path === "" || path === "/") findings.push(urlError("The client id must have a path."))
  if (path.split("/").some(isDotSegment))
    findings.push(urlError("The client id must not have dot segments in its path."))
  if (fragment !== undefined) findings.push(urlError("The client id must not have a fragment."))
  if (authority.includes("@")) findings.push(urlError("The client id must not carry a user name or password."))
  if (query !== undefined) findings.push(urlWarning("The client id should not have a query."))
  return findings.length === 0
    ? [{ severity: "pass", rule: urlRule, text: "The address can serve as a client id." }]
    : findings
}

type Check = (document: JsonObject, url: string) => string | undefined

const sharedSecretMethods = new Set(["client_secret_basic", "client_secret_post", "client_secret_jwt"])
const privateKeyMembers = ["d", "p", "q", "dp", "dq", "qi", "k"]

const redirectFault = (uri: string): string | undefined => {
  if (!URL.canParse(uri)) return `The redirect URI ${uri} is not an absolute URL.`
  const parsed = new URL(uri)
  if (uri.includes("#")) return `The redirect URI ${uri} has a fragment.`
  if (["javascript:", "data:", "file:", "vbscript:"].includes(parsed.protocol))
    return `The redirect URI ${uri} has a scheme that must not be used.`
  if (parsed.protocol === "http:" && zoneOfUrl(parsed) !== "loopback")
    return `The redirect URI ${uri} is plain http on a host that is not this machine.`
  return uri.includes("*") ? `The redirect URI ${uri} has a wildcard; they are compared exactly.` : undefined
}

const keysOf = (document: JsonObject): ReadonlyArray<unknown> => {
  const { jwks } = document
  return isObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys : []
}

const missing = (document: JsonObject, member: string, needed: string): string | undefined => {
  const list = document[member]
  if (list === undefined) return undefined
  if (!isStringList(list)) return `${member} must be a list of strings; it is of type ${jsonType(list)}.`
  return list.includes(needed) ? undefined : `${member} does not contain ${needed}.`
}

const mustHold: ReadonlyArray<Check> = [
  ({ client_id }, url) => {
    if (!isString(client_id)) return `client_id must be a string; it is of type ${jsonType(client_id)}.`
    return client_id === url
      ? undefined
      : `client_id is ${client_id}, which is not the address of the document, ${url}.`
  },
  ({ client_name }) =>
    isString(client_name) && client_name.trim() !== "" ? undefined : "client_name must be a string that is not empty.",
  ({ redirect_uris }) => {
    if (!isStringList(redirect_uris) || redirect_uris.length === 0)
      return "redirect_uris must be a list of strings that is not empty."
    return redirect_uris.map(redirectFault).find((fault) => fault !== undefined)
  },
  ({ token_endpoint_auth_method: method }) => {
    if (method === undefined) return undefined
    if (!isString(method)) return `token_endpoint_auth_method must be a string; it is of type ${jsonType(method)}.`
    return sharedSecretMethods.has(method)
      ? `token_endpoint_auth_method is ${method}, but a public document can not hold a shared secret.`
      : undefined
  },
  ({ client_secret, client_secret_expires_at }) =>
    client_secret === undefined && client_secret_expires_at === undefined
      ? undefined
      : "client_secret and client_secret_expires_at must not be in the document.",
  (document) => {
    if (document.token_endpoint_auth_method !== "private_key_jwt") return undefined
    return keysOf(document).length > 0 || isString(document.jwks_uri)
      ? undefined
      : "private_key_jwt needs jwks with a key, or jwks_uri."
  },
  (document) =>
    keysOf(document).some((key) => isObject(key) && privateKeyMembers.some((member) => member in key))
      ? "jwks holds a private or symmetric key; only public keys may be published."
      : undefined,
  (document) => missing(document, "grant_types", "authorization_code"),
  (document) => missing(document, "response_types", "code"),
]

const shouldHold: ReadonlyArray<Check> = [
  ({ token_endpoint_auth_method: method }) =>
    method === undefined
      ? "token_endpoint_auth_method is missing and then means client_secret_basic; say none."
      : undefined,
  ({ grant_types }) =>
    isStringList(grant_types) && !grant_types.includes("refresh_token")
      ? "grant_types does not contain refresh_token, so every session ends with its access token."
      : undefined,
  (document) => {
    const empty = Object.entries(document).filter(([, value]) => value === null)
    return empty.length > 0
      ? `Leave members out instead of null: ${empty.map(([name]) => name).join(", ")}.`
      : undefined
  },
]

/** Checks a client metadata document that was found at `url` (CR-68). One finding per fault; a `pass` if there is none. */
export const lintClientMetadata = (document: unknown, url: string): ReadonlyArray<Finding> => {
  const findings = checkClientIdUrl(url).filter(({ severity }) => severity !== "pass")
  if (!isObject(document))
    return [...findings, finding("error", documentRule)(`The document is a JSON ${jsonType(document)}, not an object.`)]
  const apply = (checks: ReadonlyArray<Check>, severity: Finding["severity"]): ReadonlyArray<Finding> =>
    checks
      .map((check) => check(document, url))
      .filter((fault) => fault !== undefined)
      .map(finding(severity, documentRule))
  const all = [...findings, ...apply(mustHold, "error"), ...apply(shouldHold, "warning")]
  return all.length > 0
    ? all
    : [{ severity: "pass", rule: documentRule, text: "The client metadata document keeps the rules." }]
}

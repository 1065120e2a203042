import { registrationAuthMethod, type TokenEndpointAuthMethod } from "./auth-method.ts"

/** What identifies this program among others (RFC 7591 §2, `software_id`): one UUID for all versions. */
const softwareId = "5d1a6f3e-2c84-4b0e-9a57-8f3c1e7b6d20"
/** The version in package.json; a test holds them together. */
export const softwareVersion = "0.1.0"

/** Client metadata as sent to the registration endpoint (RFC 7591 §2; `application_type` is of OpenID Connect). */
export interface RegistrationRequest {
  readonly redirect_uris: readonly [string, ...ReadonlyArray<string>]
  readonly client_name: string
  readonly application_type: "native"
  readonly token_endpoint_auth_method: TokenEndpointAuthMethod
  readonly grant_types: ReadonlyArray<string>
  readonly response_types: ReadonlyArray<string>
  readonly software_id: string
  readonly software_version: string
  readonly scope?: string
}

export interface RegistrationWishes {
  readonly redirectUri: string
  /** `--client-name` */
  readonly clientName: string
  readonly scope?: string | undefined
  /** Left out: what suits the server best. */
  readonly authMethod?: TokenEndpointAuthMethod | undefined
  /** As the server's metadata lists them. */
  readonly tokenEndpointAuthMethodsSupported?: ReadonlyArray<string> | undefined
}

/**
 * The body of a registration (CR-58, CR-59). The method is always said, because silence means client_secret_basic; both
 * grant types are, because some servers insist; no member is ever null.
 */
export const registrationRequest = (wishes: RegistrationWishes): RegistrationRequest => ({
  redirect_uris: [wishes.redirectUri],
  client_name: wishes.clientName,
  application_type: "native",
  token_endpoint_auth_method: wishes.authMethod ?? registrationAuthMethod(wishes.tokenEndpointAuthMethodsSupported),
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  software_id: softwareId,
  software_version: softwareVersion,
  ...(wishes.scope === undefined || wishes.scope === "" ? {} : { scope: wishes.scope }),
})

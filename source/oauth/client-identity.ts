import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Secret } from "../text/secret.ts"
import { chooseAuthMethod, TokenEndpointAuthMethod } from "./auth-method.ts"
import { checkClientIdUrl } from "./client-metadata-document.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import type { ServerMetadata } from "./server-metadata.ts"
import { checkSigningAlg, SigningKey } from "./signing-key.ts"

/** Who we are to one authorization server. Belongs to its `issuer` and is never shown to another (CR-66). */
export const Client = Schema.Struct({
  source: Schema.Literals(["preregistered", "cimd", "dcr"]),
  issuer: Schema.String,
  clientId: Schema.String,
  clientSecret: Schema.optionalKey(Secret),
  /** Seconds since the epoch; 0 means never (RFC 7591 §3.2.1). */
  clientSecretExpiresAt: Schema.optionalKey(Schema.Finite),
  /** For private_key_jwt. It stays in the user's file and is never stored: who loads the client gives it back. */
  signingKey: Schema.optionalKey(SigningKey),
  tokenEndpointAuthMethod: TokenEndpointAuthMethod,
  /** Empty: not known, as for a client that was registered by hand. */
  redirectUris: Schema.Array(Schema.String),
  scope: Schema.optionalKey(Schema.String),
  grantTypes: Schema.optionalKey(Schema.Array(Schema.String)),
  /** RFC 7592; used as given. */
  registrationClientUri: Schema.optionalKey(Schema.String),
  registrationAccessToken: Schema.optionalKey(Secret),
  /** Milliseconds since the epoch. */
  registeredAt: Schema.optionalKey(Schema.Finite),
})
export type Client = typeof Client.Type

/** `--registration` */
export type RegistrationChoice = "auto" | "preregistered" | "cimd" | "dcr"

/** What the user said about a client registered by hand (`--client-id` and its companions). */
export interface Preregistered {
  readonly clientId: string
  readonly clientSecret?: Secret | undefined
  /** The issuer it was registered with, where known; then it is used with no other (CR-67). */
  readonly issuer?: string | undefined
  readonly tokenEndpointAuthMethod?: TokenEndpointAuthMethod | undefined
  /** `--private-key` and `--signing-alg` */
  readonly signingKey?: SigningKey | undefined
  readonly redirectUris?: ReadonlyArray<string> | undefined
}

export interface IdentityRequest {
  readonly registration: RegistrationChoice
  readonly preregistered?: Preregistered | undefined
  readonly stored?: Client | undefined
  /** `--client-metadata-url` */
  readonly clientMetadataUrl?: string | undefined
  readonly metadata: Pick<
    ServerMetadata,
    | "issuer"
    | "registrationEndpoint"
    | "clientIdMetadataDocumentSupported"
    | "tokenEndpointAuthMethodsSupported"
    | "tokenEndpointAuthSigningAlgValuesSupported"
  >
  /** Milliseconds since the epoch, to leave an expired secret aside (CR-63). */
  readonly now: number
}

export type WayName = "preregistered" | "stored" | "cimd" | "dcr"

/** A way that is open: with the client where nothing more has to be asked, else the endpoint to register at. */
export type IdentityWay =
  | { readonly way: "preregistered" | "stored" | "cimd"; readonly client: Client; readonly reason: string }
  | { readonly way: "dcr"; readonly registrationEndpoint: string; readonly reason: string }

export interface ClosedWay {
  readonly way: WayName
  readonly reason: string
}

export interface IdentityWays {
  readonly chosen: IdentityWay
  /** What else would do, in order of preference. */
  readonly others: ReadonlyArray<IdentityWay>
  readonly closed: ReadonlyArray<ClosedWay>
}

const closed = (way: WayName, reason: string): ClosedWay => ({ way, reason })

/** A secret that runs out within this time is not worth starting with (rulebook 1.14, clock skew). */
const skewMillis = 60_000

/** Whether the client's secret is past its end or about to be. */
export const secretExpired = (client: Pick<Client, "clientSecretExpiresAt">, now: number): boolean =>
  client.clientSecretExpiresAt !== undefined &&
  client.clientSecretExpiresAt !== 0 &&
  client.clientSecretExpiresAt * 1000 <= now + skewMillis

const preregisteredWay = ({ preregistered, metadata }: IdentityRequest): IdentityWay | ClosedWay => {
  if (!preregistered) return closed("preregistered", "no --client-id was given")
  const { clientId, clientSecret, signingKey, redirectUris = [] } = preregistered
  const tokenEndpointAuthMethod =
    preregistered.tokenEndpointAuthMethod ??
    chooseAuthMethod({
      supported: metadata.tokenEndpointAuthMethodsSupported,
      hasSecret: clientSecret !== undefined,
      hasKey: signingKey !== undefined,
    })
  return {
    way: "preregistered",
    reason: "a client id was given for this server",
    client: {
      source: "preregistered",
      issuer: metadata.issuer,
      clientId,
      ...(clientSecret ? { clientSecret } : {}),
      ...(signingKey ? { signingKey } : {}),
      tokenEndpointAuthMethod,
      redirectUris,
    },
  }
}

const storedWay = ({
  registration,
  stored,
  clientMetadataUrl,
  metadata,
  now,
}: IdentityRequest): IdentityWay | ClosedWay => {
  if (!stored) return closed("stored", "no client is stored for this issuer")
  if (stored.issuer !== metadata.issuer)
    return closed("stored", `the stored client belongs to ${stored.issuer} and is never shown to another issuer`)
  if (registration !== "auto" && stored.source !== registration)
    return closed(
      "stored",
      `the stored client is of the kind ${stored.source}, --registration ${registration} was given`,
    )
  if (stored.source === "cimd" && clientMetadataUrl !== undefined && stored.clientId !== clientMetadataUrl)
    return closed("stored", "the stored client is another metadata document than --client-metadata-url names")
  if (secretExpired(stored, now)) return closed("stored", "the secret of the stored client has expired")
  return { way: "stored", client: stored, reason: "a client is stored for this issuer" }
}

const cimdWay = ({ clientMetadataUrl, metadata }: IdentityRequest): IdentityWay | ClosedWay => {
  if (clientMetadataUrl === undefined) return closed("cimd", "no --client-metadata-url was given")
  const fault = checkClientIdUrl(clientMetadataUrl).find(({ severity }) => severity === "error")
  if (fault) return closed("cimd", fault.text)
  if (!metadata.clientIdMetadataDocumentSupported)
    return closed("cimd", "the authorization server does not announce client_id_metadata_document_supported")
  return {
    way: "cimd",
    reason: "the authorization server reads client metadata documents",
    client: {
      source: "cimd",
      issuer: metadata.issuer,
      clientId: clientMetadataUrl,
      tokenEndpointAuthMethod: "none",
      redirectUris: [],
    },
  }
}

const dcrWay = ({ metadata }: IdentityRequest): IdentityWay | ClosedWay =>
  metadata.registrationEndpoint === undefined
    ? closed("dcr", "the authorization server has no registration_endpoint")
    : {
        way: "dcr",
        registrationEndpoint: metadata.registrationEndpoint,
        reason: "the authorization server registers clients",
      }

const isOpen = (way: IdentityWay | ClosedWay): way is IdentityWay => "client" in way || "registrationEndpoint" in way

const ways = { preregistered: preregisteredWay, stored: storedWay, cimd: cimdWay, dcr: dcrWay }

/** Which ways each choice may take, in the order of MCP authorization, Client Registration Approaches (CR-57). */
const allowed: Readonly<Record<RegistrationChoice, ReadonlyArray<WayName>>> = {
  auto: ["preregistered", "stored", "cimd", "dcr"],
  preregistered: ["preregistered", "stored"],
  cimd: ["cimd"],
  dcr: ["stored", "dcr"],
}

/**
 * How to become a client of this server: the way to take, what else would do, and why the rest is closed. Fails with
 * `no_way_to_register`, `preregistered_issuer_mismatch` (CR-67), `client_id_url_invalid` or `signing_alg_unsupported`.
 */
export const identityWays = (request: IdentityRequest): Result.Result<IdentityWays, OAuthFailure> => {
  const { registration, preregistered, clientMetadataUrl, metadata } = request
  const order = allowed[registration]
  // Registering anew instead would hide that the user's credentials were meant for somebody else.
  if (
    order.includes("preregistered") &&
    preregistered?.issuer !== undefined &&
    preregistered.issuer !== metadata.issuer
  )
    return Result.fail(
      oauthFailure("preregistered_issuer_mismatch", { expected: preregistered.issuer, received: metadata.issuer }),
    )
  if (registration === "cimd" && clientMetadataUrl !== undefined) {
    const fault = checkClientIdUrl(clientMetadataUrl).find(({ severity }) => severity === "error")
    if (fault) return Result.fail(oauthFailure("client_id_url_invalid", { url: clientMetadataUrl, detail: fault.text }))
  }
  const results = order.map((name) => ways[name](request))
  const shut: Array<ClosedWay> = []
  const open: Array<IdentityWay> = []
  for (const result of results) {
    if (isOpen(result)) open.push(result)
    else shut.push(result)
  }
  const [chosen, ...others] = open
  if (!chosen)
    return Result.fail(
      oauthFailure("no_way_to_register", {
        url: metadata.issuer,
        detail: shut.map(({ way, reason }) => `${way}: ${reason}`).join("; "),
      }),
    )
  if ("client" in chosen && chosen.client.tokenEndpointAuthMethod === "private_key_jwt" && chosen.client.signingKey) {
    const checked = checkSigningAlg(chosen.client.signingKey, metadata)
    if (Result.isFailure(checked)) return Result.fail(checked.failure)
  }
  return Result.succeed({ chosen, others, closed: shut })
}

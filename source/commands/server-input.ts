import * as Option from "effect/Option"
import type { Target } from "../flow/target.ts"
import type { LogLevel } from "../mcp/log-level.ts"
import type { ProtocolVersion } from "../mcp/revisions.ts"

/** What effect/cli makes of {@link serverFlags}. */
export interface ServerInput {
  readonly url: Option.Option<string>
  readonly serverUrl: Option.Option<string>
  readonly stdio: Option.Option<string>
  readonly env: ReadonlyArray<string>
  readonly yes: boolean
  readonly protocolVersion: ProtocolVersion | "auto"
  readonly header: ReadonlyArray<string>
  readonly timeout: Option.Option<number>
  readonly logLevel: Option.Option<LogLevel>
  readonly caFile: Option.Option<string>
  readonly registration: Target["registration"]
  readonly clientId: Option.Option<string>
  readonly clientSecretFile: Option.Option<string>
  readonly clientMetadataUrl: Option.Option<string>
  readonly clientName: Option.Option<string>
  readonly redirectUri: Option.Option<string>
  readonly initialAccessTokenFile: Option.Option<string>
  readonly profile: Option.Option<string>
  readonly scope: Option.Option<string>
  readonly issuer: Option.Option<string>
  readonly acceptIssuer: Option.Option<string>
  readonly resource: Option.Option<string>
  readonly browser: Option.Option<Target["browser"]>
  readonly noInput: boolean
  readonly grant: Target["grant"]
  readonly privateKey: Option.Option<string>
  readonly signingAlg: Option.Option<string>
  readonly assertionAud: Option.Option<string>
  readonly assertionFile: Option.Option<string>
  readonly idpTokenEndpoint: Option.Option<string>
  readonly idpClientId: Option.Option<string>
  readonly idTokenFile: Option.Option<string>
  readonly dpop: boolean
  readonly elicit: Option.Option<string>
  readonly strict: boolean
  readonly legacyAuth: boolean
  readonly legacySse: boolean
  readonly allowInsecure: boolean
  readonly config: Option.Option<string>
  readonly store: Option.Option<string>
  readonly storeKeyFile: Option.Option<string>
  readonly keyring: boolean
  readonly noStore: boolean
  readonly journal: Option.Option<string>
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly noColor: boolean
  readonly ascii: boolean
}

/** What is meant when nothing is said. */
export const defaultInput: ServerInput = {
  url: Option.none(),
  serverUrl: Option.none(),
  stdio: Option.none(),
  env: [],
  yes: false,
  protocolVersion: "auto",
  header: [],
  timeout: Option.none(),
  logLevel: Option.none(),
  caFile: Option.none(),
  registration: "auto",
  clientId: Option.none(),
  clientSecretFile: Option.none(),
  clientMetadataUrl: Option.none(),
  clientName: Option.none(),
  redirectUri: Option.none(),
  initialAccessTokenFile: Option.none(),
  profile: Option.none(),
  scope: Option.none(),
  issuer: Option.none(),
  acceptIssuer: Option.none(),
  resource: Option.none(),
  browser: Option.none(),
  noInput: false,
  grant: "authorization_code",
  privateKey: Option.none(),
  signingAlg: Option.none(),
  assertionAud: Option.none(),
  assertionFile: Option.none(),
  idpTokenEndpoint: Option.none(),
  idpClientId: Option.none(),
  idTokenFile: Option.none(),
  dpop: false,
  elicit: Option.none(),
  strict: false,
  legacyAuth: false,
  legacySse: false,
  allowInsecure: false,
  config: Option.none(),
  store: Option.none(),
  storeKeyFile: Option.none(),
  keyring: false,
  noStore: false,
  journal: Option.none(),
  json: false,
  verbose: false,
  quiet: false,
  noColor: false,
  ascii: false,
}

import type * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import type { serverFlags } from "./flags.ts"

type Meant<Given> = Given extends Flag.Flag<infer Value> ? Value : never

/** What effect/cli makes of the URL and of {@link serverFlags}. */
export type ServerInput = { readonly url: Option.Option<string> } & {
  readonly [Name in keyof typeof serverFlags]: Meant<(typeof serverFlags)[Name]>
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

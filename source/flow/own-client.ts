import type { Client, Preregistered } from "../oauth/client-identity.ts"
import type { Target } from "./target.ts"

/** A client of the configuration file: for its issuer, and never offered to another (CR-66). */
export interface ConfiguredClient extends Preregistered {
  readonly issuer: string
  /** Why its secret or key cannot be had now; told when the client is needed. */
  readonly unusable?: string
}

/** The client that the user has for this issuer: the one of the command line, else the one of the configuration. */
export const ownClient = (
  { preregistered, configured = [] }: Target,
  issuer: string,
): Preregistered | ConfiguredClient | undefined =>
  preregistered ?? configured.find((candidate) => candidate.issuer === issuer)

/** The client with the key that signs for it, where the user has one: keys are never stored. */
export const withOwnKey = (client: Client, target: Target): Client => {
  const own = ownClient(target, client.issuer)
  return own?.signingKey === undefined || own.clientId !== client.clientId
    ? client
    : { ...client, signingKey: own.signingKey }
}

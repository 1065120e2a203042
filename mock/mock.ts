import type { Authority } from "./authorization/authority.ts"
import type { ClientMetadata } from "./authorization/client.ts"
import type { Behaviour } from "./behaviour.ts"
import type { EventLog } from "./log.ts"
import type { Change } from "./mcp/changes.ts"

/** A client as the mock knows it, without its secrets. */
export interface KnownClient {
  readonly client_id: string
  /** How it became known: by option, by registration, or by its own document. */
  readonly kind: "preregistered" | "registered" | "document"
  readonly metadata: ClientMetadata
}

/** What `issueToken` puts into a token. */
export interface TokenRequest {
  /** `sub` of the user, default the first one. */
  readonly user?: string
  /** Default: everything the MCP server knows. */
  readonly scope?: string
  /** Default `test-client`. */
  readonly clientId?: string
  /** Default: the MCP endpoint of this mock. */
  readonly resource?: string
}

/** A running mock server. Another mock can trust it: give it as one of `authorizationServers`. */
export interface Mock extends Authority, AsyncDisposable {
  /** The MCP endpoint, which is also the resource identifier. */
  readonly url: string
  readonly issuer: string
  /** Scheme, host and port. */
  readonly origin: string
  readonly port: number
  /** Every request so far, with the checks that were made on it. */
  readonly log: EventLog
  /** Bearer token of `/__mock`, when the `control` option is set. */
  readonly controlToken: string
  /** What is known of an active token, as introspection tells it; undefined for any other. */
  inspect: NonNullable<Authority["inspect"]>
  clients(): readonly KnownClient[]
  /** An access token without any sign-in, for tests of the MCP endpoint alone. */
  issueToken(request?: TokenRequest): string
  /** Ends a token's whole grant, as if the user had withdrawn consent. */
  revokeToken(token: string): void
  /** Forgets a client and everything it was granted, as servers do after a redeployment. */
  forgetClient(clientId: string): void
  /** Ends all MCP sessions. */
  dropSessions(): void
  /** Tells the clients that listen of a change, whether there was one or not. */
  announce(change: Change): void
  /** Ends all `subscriptions/listen` streams in the orderly way, with a result. */
  endSubscriptions(): void
  /** Signs with a new key from now on; `forget` also withdraws the old one. */
  rotateKeys(forget?: boolean): void
  /** Replaces the ways to misbehave. */
  behave(...behaviours: readonly Behaviour[]): void
  /** Replaces the issuers whose tokens are taken and which the resource metadata names. */
  trust(...authorities: readonly ("self" | Authority)[]): void
  /** Forgets everything but the keys: clients, grants, sessions, log. */
  reset(): void
  /** Stops at once: open requests and streams are cut. */
  close(): Promise<void>
}

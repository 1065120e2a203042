import type { ProtocolVersion } from "../mcp/revisions.ts"
import type { Secret } from "../text/secret.ts"

/** A client the user was given by the authorization server's operator. */
export interface Preregistered {
  readonly clientId: string
  readonly clientSecret?: Secret
}

/** What a run is about: the server, and the choices the user made on the command line or the screen. */
export interface Target {
  readonly serverUrl: string
  readonly protocolVersion: ProtocolVersion | "auto"
  readonly registration: "auto" | "preregistered" | "cimd" | "dcr"
  readonly preregistered?: Preregistered
  readonly clientMetadataUrl?: string
  readonly clientName: string
  /** `http://127.0.0.1:0/callback` means any free port. */
  readonly redirectUri?: string
  /** Replaces the scopes that the server asks for. */
  readonly scope?: string
  /** The issuer to use where the resource names several. */
  readonly issuer?: string
  /** How the user gets to the authorization page. */
  readonly browser: "system" | "print" | "follow"
  /** Whether anybody can answer: without it nothing is opened and nothing waits (exit 3). */
  readonly interactive: boolean
  readonly strict: boolean
  readonly legacyAuth: boolean
  readonly allowInsecure: boolean
}

/** What a run is about when the user says nothing but the URL. */
export const defaultTarget = (serverUrl: string): Target => ({
  serverUrl,
  protocolVersion: "auto",
  registration: "auto",
  clientName: "mcp-dcr-tui",
  browser: "system",
  interactive: true,
  strict: false,
  legacyAuth: false,
  allowInsecure: false,
})

import type { ProtocolVersion } from "../mcp/revisions.ts"
import type { StdioCommand } from "../mcp/stdio-command.ts"
import type { IdentityProvider } from "../oauth/id-jag.ts"
import type { SigningKey } from "../oauth/signing-key.ts"
import type { Secret } from "../text/secret.ts"
import { shellQuote } from "../text/shell.ts"
import type { ConfiguredClient } from "./own-client.ts"

/** A client the user was given by the authorization server's operator. */
export interface Preregistered {
  readonly clientId: string
  readonly clientSecret?: Secret
  /** For `private_key_jwt`. Never stored. */
  readonly signingKey?: SigningKey
}

/** How a token is obtained; all but the first without a user. */
export type GrantChoice = "authorization_code" | "client_credentials" | "jwt-bearer" | "id-jag"

/** How questions of a server are answered (elicitation): by the person, always yes with the defaults, never, or with this. */
export type ElicitChoice = "ask" | "accept" | "decline" | Readonly<Record<string, unknown>>

/** A program of this machine that is the server, over standard input and output. */
export interface LocalServer extends StdioCommand {
  /** What it may see of our environment beside what every program needs; credentials among it (CR-2). */
  readonly env: Readonly<Record<string, Secret>>
}

/** What a run is about: the server, and the choices the user made on the command line or the screen. */
export interface Target {
  /** Of a local server the name that stands for its address. */
  readonly serverUrl: string
  readonly stdio?: LocalServer
  readonly protocolVersion: ProtocolVersion | "auto"
  readonly registration: "auto" | "preregistered" | "cimd" | "dcr"
  readonly preregistered?: Preregistered
  /** Clients of the configuration file, each for one issuer. */
  readonly configured?: ReadonlyArray<ConfiguredClient>
  /** For servers that register only those who were given one (CR-73). */
  readonly initialAccessToken?: Secret
  readonly clientMetadataUrl?: string
  readonly clientName: string
  /** `http://127.0.0.1:0/callback` means any free port. */
  readonly redirectUri?: string
  /** Replaces the scopes that the server asks for. */
  readonly scope?: string
  readonly grant: GrantChoice
  /** For the grant `jwt-bearer`: signed by somebody else. */
  readonly assertion?: Secret
  /** For the grant `id-jag`: the enterprise's identity provider, and its ID token. */
  readonly identityProvider?: IdentityProvider
  readonly idToken?: Secret
  /** Bind tokens to a key of ours (RFC 9449). */
  readonly dpop: boolean
  readonly elicit: ElicitChoice
  /** The issuer to use where the resource names several. */
  readonly issuer?: string
  /** The other spelling, by a slash, that its metadata may have (rulebook X-1). */
  readonly acceptIssuer?: string
  /** Instead of the resource's own name: another one, or `omit` (rulebook X-4). */
  readonly resource?: string
  /** Whose account it is, where there are several at this server. */
  readonly profile?: string
  /** What a command that signs in by hand has to repeat of this one, word by word. */
  readonly signInWords?: ReadonlyArray<string>
  /** How the user gets to the authorization page. */
  readonly browser: "system" | "print" | "follow"
  /** Whether anybody can answer: without it nothing is opened and nothing waits (exit 3). */
  readonly interactive: boolean
  readonly strict: boolean
  readonly legacyAuth: boolean
  /** Speak the HTTP+SSE transport of 2024-11-05. */
  readonly legacySse: boolean
  readonly allowInsecure: boolean
}

/** What a run is about when the user says nothing but the URL. */
export const defaultTarget = (serverUrl: string): Target => ({
  serverUrl,
  protocolVersion: "auto",
  registration: "auto",
  clientName: "mcp-dcr-tui",
  grant: "authorization_code",
  dpop: false,
  elicit: "ask",
  browser: "system",
  interactive: true,
  strict: false,
  legacyAuth: false,
  legacySse: false,
  allowInsecure: false,
})

/** Whether a sign-in can come to its end: somebody may be asked, or redirects are followed and nobody needs to be. */
export const canSignIn = ({ interactive, browser }: Pick<Target, "interactive" | "browser">): boolean =>
  interactive || browser === "follow"

/** What the first message to the server asks: from 2026-07-28 on there is no handshake (MR-1, MR-4). */
export const firstMethod = ({ protocolVersion, legacySse }: Pick<Target, "protocolVersion" | "legacySse">): string =>
  !legacySse && (protocolVersion === "auto" || protocolVersion === "2026-07-28") ? "server/discover" : "initialize"

/** What to type to sign in by hand, so that this very run succeeds afterwards. */
export const signInCommand = ({
  serverUrl,
  profile,
  signInWords = [],
}: Pick<Target, "serverUrl" | "profile" | "signInWords">): string =>
  ["mcp-dcr-tui", "login", serverUrl, ...(profile === undefined ? [] : ["--profile", profile]), ...signInWords]
    .map(shellQuote)
    .join(" ")

import type { Authority } from "./authorization/authority.ts"
import type { Behaviour } from "./behaviour.ts"
import { type Clock, systemClock } from "./clock.ts"
import type { JsonObject } from "./json.ts"
import type { MockEvent } from "./log.ts"
import { REVISIONS, type Revision } from "./mcp/revisions.ts"
import { type Randomness, systemRandomness } from "./randomness.ts"
import type { Tool } from "./tools/tool.ts"
import { DEMO_USERS, type User } from "./users.ts"

/** A client that the server knows without registration. */
export interface PreregisteredClient {
  readonly client_id: string
  /** Needed for `client_secret_basic` and `client_secret_post`. */
  readonly client_secret?: string
  /** Default: `client_secret_basic` with a secret, `private_key_jwt` with keys, else `none`. */
  readonly token_endpoint_auth_method?: string
  readonly redirect_uris?: readonly string[]
  /** Default: `authorization_code` and `refresh_token`; list `client_credentials` to allow that grant. */
  readonly grant_types?: readonly string[]
  readonly client_name?: string
  readonly scope?: string
  /** Public keys for `private_key_jwt`. */
  readonly jwks?: { readonly keys: readonly JsonObject[] }
}

/** Where the authorization server metadata is served; `insert` and `append` differ only for an issuer with a path. */
export type MetadataForm = "oauth" | "oidc-insert" | "oidc-append"

/** How many requests per minute are answered before 429. */
export interface RateLimits {
  /** Registrations in all. Default 600. */
  readonly registration?: number
  /** Failed client authentications per client. Default 60. */
  readonly failedAuthentication?: number
  /** Everything together. Default: no limit. */
  readonly requests?: number
}

/** What `startMock` can be told; everything has a default that gives an honest, strict server. */
export interface MockOptions {
  /** TCP port, default 0: any free one. */
  readonly port?: number
  /** A loopback address, default `127.0.0.1`. Anything else is refused. */
  readonly host?: "127.0.0.1" | "localhost" | "::1"
  /** Path of the issuer, such as `/tenant1`. Default none. */
  readonly issuerPath?: string
  /** Path of the MCP endpoint, default `/mcp`. */
  readonly mcpPath?: string
  /** `strict` (default) fails a request on any deviation of the client; `observe` only logs what is not a security matter. */
  readonly mode?: "strict" | "observe"
  /** Serve the MCP endpoint without authorization. */
  readonly noAuth?: boolean
  /** Take the bare origin for a second name of the resource, as servers do that publish it. Default false. */
  readonly originResource?: boolean
  /** Skip login and consent: answer an authorization request at once, as this user (`true`: the first). */
  readonly autoApprove?: boolean | string
  readonly users?: readonly User[]
  /** Pre-registered clients. */
  readonly clients?: readonly PreregisteredClient[]
  /** `all` (default): the challenge asks for everything; `progressive`: only for the base scope, so step-up happens. */
  readonly scopes?: "all" | "progressive"
  /** Lifetime of access tokens in seconds, default 3600. */
  readonly tokenLifetime?: number
  /** `jwt` (default, RFC 9068) or `opaque`. */
  readonly tokenFormat?: "jwt" | "opaque"
  /** Lifetime of authorization codes in seconds, default 60. */
  readonly codeLifetime?: number
  /**
   * When a code that was used before ends the grant: only if the replay is right in every other respect (`oauth-2.1`,
   * default), or whenever the client sends it again (`rfc-6749`, as RFC 6749 §4.1.2 has it).
   */
  readonly codeReplay?: "oauth-2.1" | "rfc-6749"
  readonly refresh?: {
    /** A new refresh token with every use, default true. */
    readonly rotation?: boolean
    /** A token used again within this time after rotation is not taken for theft. Default 0. */
    readonly graceSeconds?: number
    /** Unused for so long: expired. Default 7 days. */
    readonly idleSeconds?: number
    /** Expired in any case after so long. Default 30 days. */
    readonly lifetimeSeconds?: number
  }
  readonly registration?: {
    /** Offer dynamic client registration, default true. */
    readonly enabled?: boolean
    /** RFC 7591 §3: this token must come with a registration. */
    readonly requireInitialAccessToken?: string
    /** `oidc`: enforce what OpenID Connect registration says about `web` and `native` redirects. Default `oauth`. */
    readonly profile?: "oauth" | "oidc"
    /** Register every client for this method, whatever it asked for, as RFC 7591 §3.2.1 allows. */
    readonly authMethod?: "none" | "client_secret_basic" | "client_secret_post"
    /** What counts where a registration leaves a member out, in place of the defaults of RFC 7591 §2. */
    readonly defaults?: Readonly<Record<string, unknown>>
    /** When RFC 7592 answers carry a new registration access token (and secret). Default `update`. */
    readonly rotation?: "never" | "update" | "always"
    /** Client secrets expire after so many seconds; 0 (default) is never. */
    readonly secretLifetime?: number
    /** Default 10000. */
    readonly maxClients?: number
  }
  /** Accept client ID metadata documents, default true. */
  readonly cimd?: boolean
  /** Revisions of MCP that are spoken, default all four. */
  readonly revisions?: readonly Revision[]
  /** `sse`: only the HTTP+SSE transport of 2024-11-05. Default `streamable`. */
  readonly transport?: "streamable" | "sse"
  /** In 2025-11-25: `refuse` a tool that needs a page visited first (error -32042), instead of asking for it. Default `ask`. */
  readonly pages?: "ask" | "refuse"
  /** How requests without progress are answered, default `json`. */
  readonly answers?: "json" | "sse"
  /** Before 2026-07-28: hand out session ids, default true. */
  readonly sessions?: boolean
  /** Before 2026-07-28: offer the stand-alone GET stream, default true (else 405). */
  readonly getStream?: boolean
  /** Tools per page of `tools/list`; 0 (default) is all at once. */
  readonly pageSize?: number
  /** Where authorization server metadata is found, default everywhere. */
  readonly metadataForms?: readonly MetadataForm[]
  /** Where protected resource metadata is found, default both. */
  readonly prmForms?: readonly ("path" | "root")[]
  /** Fields to set in the published documents; `undefined` removes a field. */
  readonly advertise?: {
    readonly authorizationServer?: Readonly<Record<string, unknown>>
    readonly protectedResource?: Readonly<Record<string, unknown>>
  }
  /** Names of the fault catalogue, such as `issuer-mismatch`; any number together. `mock --list` shows them. */
  readonly scenarios?: readonly string[]
  /** Ways to misbehave, applied in order, after those of the scenarios. */
  readonly behaviours?: readonly Behaviour[]
  /** Who issues the tokens this server takes; default `["self"]`. Without `self` the server has no endpoints of its own. */
  readonly authorizationServers?: readonly ("self" | Authority)[]
  /** Offer the tools, prompts and resources that the official conformance suite asks for. Default false. */
  readonly diagnostics?: boolean
  /** More tools beside the demo's. */
  readonly tools?: readonly Tool[]
  readonly rateLimits?: RateLimits
  /** More `Host` values (with port) that are let in, for a server behind a proxy. */
  readonly allowedHosts?: readonly string[]
  /** More `Origin` values that are let in; loopback origins always are. */
  readonly allowedOrigins?: readonly string[]
  /** Serve `/__mock` (log, reset), protected by `mock.controlToken`. */
  readonly control?: boolean
  /** Called for every request once it has been answered. Print it with `logLine`. */
  readonly onEvent?: (event: MockEvent) => void
  readonly clock?: Clock
  readonly random?: Randomness
}

const DAY = 24 * 60 * 60

/** The options with every default filled in. */
export type Settings = ReturnType<typeof settle>

const path = (text: string) => (text === "" || text === "/" ? "" : `/${text.replace(/^\/+|\/+$/g, "")}`)

/** Fills in the defaults and refuses what the mock will not do. */
export function settle(options: MockOptions) {
  const host = options.host ?? "127.0.0.1"
  if (!["127.0.0.1", "localhost", "::1"].includes(host)) {
    throw new RangeError(`the mock listens on a loopback address only, not on ${host}`)
  }
  const revisions = REVISIONS.filter((revision) => options.revisions?.includes(revision) ?? true)
  if (revisions.length === 0) throw new RangeError("the mock needs at least one protocol revision")
  return {
    port: options.port ?? 0,
    host,
    issuerPath: path(options.issuerPath ?? ""),
    mcpPath: path(options.mcpPath ?? "/mcp"),
    strict: options.mode !== "observe",
    noAuth: options.noAuth ?? false,
    originResource: options.originResource ?? false,
    autoApprove: options.autoApprove ?? false,
    users: options.users ?? DEMO_USERS,
    clients: options.clients ?? [],
    progressive: options.scopes === "progressive",
    tokenLifetime: options.tokenLifetime ?? 3600,
    tokenFormat: options.tokenFormat ?? "jwt",
    codeLifetime: options.codeLifetime ?? 60,
    codeReplay: options.codeReplay ?? "oauth-2.1",
    refresh: {
      rotation: options.refresh?.rotation ?? true,
      graceSeconds: options.refresh?.graceSeconds ?? 0,
      idleSeconds: options.refresh?.idleSeconds ?? 7 * DAY,
      lifetimeSeconds: options.refresh?.lifetimeSeconds ?? 30 * DAY,
    },
    registration: {
      enabled: options.registration?.enabled ?? true,
      initialAccessToken: options.registration?.requireInitialAccessToken,
      oidc: options.registration?.profile === "oidc",
      authMethod: options.registration?.authMethod,
      defaults: options.registration?.defaults ?? {},
      rotation: options.registration?.rotation ?? "update",
      secretLifetime: options.registration?.secretLifetime ?? 0,
      maxClients: options.registration?.maxClients ?? 10_000,
    },
    cimd: options.cimd ?? true,
    revisions,
    transport: options.transport ?? "streamable",
    pages: options.pages ?? "ask",
    answers: options.answers ?? "json",
    sessions: options.sessions ?? true,
    getStream: options.getStream ?? true,
    pageSize: options.pageSize ?? 0,
    metadataForms: options.metadataForms ?? (["oauth", "oidc-insert", "oidc-append"] as const),
    prmForms: options.prmForms ?? (["path", "root"] as const),
    advertise: {
      authorizationServer: options.advertise?.authorizationServer ?? {},
      protectedResource: options.advertise?.protectedResource ?? {},
    },
    behaviours: options.behaviours ?? [],
    authorizationServers: options.authorizationServers ?? (["self"] as const),
    diagnostics: options.diagnostics ?? false,
    tools: options.tools ?? [],
    rateLimits: {
      registration: options.rateLimits?.registration ?? 600,
      failedAuthentication: options.rateLimits?.failedAuthentication ?? 60,
      requests: options.rateLimits?.requests ?? Number.POSITIVE_INFINITY,
    },
    allowedHosts: options.allowedHosts ?? [],
    allowedOrigins: options.allowedOrigins ?? [],
    control: options.control ?? false,
    onEvent: options.onEvent,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandomness,
  }
}

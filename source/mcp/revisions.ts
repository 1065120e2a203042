import * as Schema from "effect/Schema"

/** The revisions of MCP that this program speaks, newest first. */
export const ProtocolVersion = Schema.Literals(["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
export type ProtocolVersion = typeof ProtocolVersion.Type

/** `modern`: every request stands alone. `legacy`: a session is opened with `initialize`. */
export const Era = Schema.Literals(["modern", "legacy"])
export type Era = typeof Era.Type

export interface Revision {
  readonly era: Era
  /** Whether `MCP-Protocol-Version` is sent, after `initialize` where there is one (MR-30, MR-36). */
  readonly versionHeader: boolean
  /** Whether `Mcp-Method`, `Mcp-Name` and `Mcp-Param-*` are sent (MR-36, MR-38). */
  readonly metadataHeaders: boolean
  /** Whether `_meta` of each request says version, client and its capabilities (MR-3). */
  readonly requestMeta: boolean
  /** Whether a received JSON array is a batch or an error (MR-15). */
  readonly batches: boolean
  /** Whether the server may assign a session id (MR-27, MR-41). */
  readonly sessions: boolean
  /** Whether the server may send requests of its own on a stream (MR-16). */
  readonly serverRequests: boolean
  /** Whether a stream that ended after an event id is taken up again with GET (MR-32, MR-41). */
  readonly resumable: boolean
  /** What may be asked of the user: nothing, forms, or forms and addresses to visit (MR-50, MR-51). */
  readonly elicitation: "none" | "form" | "modes"
  /** Whether error -32042 names addresses to visit before the request is repeated (MR-52). */
  readonly urlElicitationError: boolean
  /** Whether giving up needs `notifications/cancelled`; else closing the stream is the cancel (MR-33, MR-42). */
  readonly cancelByNotification: boolean
}

/** What 2025-03-26 and its predecessor do not have of the later ones. */
const early = { versionHeader: false, elicitation: "none", urlElicitationError: false } as const

const legacy: Revision = {
  era: "legacy",
  versionHeader: true,
  metadataHeaders: false,
  requestMeta: false,
  batches: false,
  sessions: true,
  serverRequests: true,
  cancelByNotification: true,
  resumable: true,
  elicitation: "modes",
  urlElicitationError: true,
}

/** What differs between the revisions, one row each. */
export const revisions: Readonly<Record<ProtocolVersion, Revision>> = {
  "2026-07-28": {
    era: "modern",
    versionHeader: true,
    metadataHeaders: true,
    requestMeta: true,
    batches: false,
    sessions: false,
    serverRequests: false,
    cancelByNotification: false,
    resumable: false,
    elicitation: "modes",
    urlElicitationError: false,
  },
  "2025-11-25": legacy,
  "2025-06-18": { ...legacy, elicitation: "form", urlElicitationError: false },
  "2025-03-26": { ...legacy, ...early, batches: true },
  // Spoken where a server knows nothing later; never offered first.
  "2024-11-05": { ...legacy, ...early },
}

export const protocolVersions: ReadonlyArray<ProtocolVersion> = ProtocolVersion.literals

export const isProtocolVersion: (value: unknown) => value is ProtocolVersion = Schema.is(ProtocolVersion)

/** Newest revision of all, and newest one that is opened with `initialize`. */
export const latest: ProtocolVersion = "2026-07-28"
export const latestLegacy: ProtocolVersion = "2025-11-25"

/** The newest revision of one era that the peer names too, or `undefined`. */
export const mutualVersion = (named: ReadonlyArray<unknown>, era: Era): ProtocolVersion | undefined =>
  protocolVersions.find((version) => revisions[version].era === era && named.includes(version))

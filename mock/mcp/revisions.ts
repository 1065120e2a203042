/** Every protocol revision with Streamable HTTP that the server can speak, newest first. */
export const REVISIONS = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"] as const

/** A protocol revision with Streamable HTTP. */
export type Revision = (typeof REVISIONS)[number]

/** The revision without handshake; all others begin with `initialize`. */
export const MODERN: Revision = "2026-07-28"

/** The first revision. It has no Streamable HTTP, so it is spoken over HTTP+SSE only. */
export const FIRST = "2024-11-05"

/** What a call can be answered under. */
export type AnyRevision = Revision | typeof FIRST

/** Whether the text names a revision with Streamable HTTP. */
export const isRevision = (text: unknown): text is Revision => REVISIONS.some((revision) => revision === text)

/** Whether titles, output schemas, structured content, links and the version header are yet to come (2025-06-18). */
export const isEarly = (revision: AnyRevision): boolean => revision === "2025-03-26" || revision === FIRST

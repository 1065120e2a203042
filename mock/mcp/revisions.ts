/** Every protocol revision the server can speak, newest first. */
export const REVISIONS = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"] as const

/** A protocol revision. */
export type Revision = (typeof REVISIONS)[number]

/** The revision without handshake; all others begin with `initialize`. */
export const MODERN: Revision = "2026-07-28"

/** Whether the text names a revision this server knows. */
export const isRevision = (text: unknown): text is Revision => REVISIONS.some((revision) => revision === text)

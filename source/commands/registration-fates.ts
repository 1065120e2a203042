import type { EndedRegistration } from "../flow/registrations.ts"
import { revocationNote } from "../flow/revocation-note.ts"
import type { ClientDeletion } from "../oauth/client-management.ts"
import { type Line, line } from "./print.ts"

/** What became of a registration at the server, for people. */
const fates: Readonly<Record<ClientDeletion["outcome"], string>> = {
  deleted: "is deleted at the server and here",
  gone: "did not exist at the server any more; deleted here",
  unsupported: "is deleted here; the server offers no way to delete it there",
  alive: "is deleted here, but the server said no and still has it",
  unknown: "is deleted here; whether the server still has it is not known",
}

/** What became of a client and of the tokens that were given to it. */
export const fateLines = ({ clientId, outcome, detail, tokens }: EndedRegistration): ReadonlyArray<Line> => [
  ...tokens.map(({ serverUrl, profile, outcomes }) =>
    line(
      `Tokens for ${serverUrl}${profile === undefined ? "" : ` (profile ${profile})`}: ${revocationNote(outcomes)}`,
      undefined,
      2,
    ),
  ),
  line(`Client ${clientId} ${fates[outcome]}${detail === undefined ? "" : ` (${detail})`}`, undefined, 2),
]

/** The same for programs. */
export const fateDocument = ({ tokens, forgotten: _, ...ended }: EndedRegistration): object => ({
  ...ended,
  tokens: tokens.flatMap(({ serverUrl, profile, outcomes }) =>
    outcomes.map((outcome) => ({ serverUrl, profile: profile ?? null, ...outcome })),
  ),
})

import type { Revocation } from "../oauth/revocation.ts"

/** What became of a token at the server, for people. */
const fates: Readonly<Record<Revocation["outcome"], string>> = {
  revoked: "is revoked",
  alive: "is not revoked",
  unsupported: "cannot be revoked there and ends when it expires",
  unknown: "may still be good: the server did not say",
}

const names: Readonly<Record<Revocation["token"], string>> = {
  access_token: "the access token",
  refresh_token: "the refresh token",
}

/** What became of each token at the server, in one line. */
export const fatesOf = (outcomes: ReadonlyArray<Revocation>): string =>
  outcomes.map(({ token, outcome }) => `${names[token]} ${fates[outcome]}`).join("; ")

/** One line on what became of the tokens of a grant that was ended. */
export const revocationNote = (outcomes: ReadonlyArray<Revocation>): string =>
  outcomes.every(({ outcome }) => outcome === "revoked")
    ? "revoked at the server and deleted here"
    : `deleted here; ${fatesOf(outcomes)}`

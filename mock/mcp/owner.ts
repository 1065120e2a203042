import type { Principal } from "../resource/access.ts"

/** Whose session or state it would be. The client belongs to it: two clients of one user do not share sessions. */
export const ownerOf = (principal: Principal | undefined): string =>
  principal ? JSON.stringify([principal.claims.iss, principal.sub, principal.clientId]) : "anonymous"

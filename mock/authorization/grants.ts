import { digest } from "../randomness.ts"
import type { User } from "../users.ts"

/** What a user (or a client for itself) agreed to. All tokens that come from it live and die with it. */
export interface Grant {
  readonly id: string
  readonly clientId: string
  readonly user?: User
  readonly scope: readonly string[]
  readonly resource: string
  readonly createdAt: number
  revoked: boolean
}

/** An authorization code with everything it is bound to. */
export interface Code {
  readonly clientId: string
  readonly user: User
  readonly redirectUri: string
  readonly challenge: string
  readonly scope: readonly string[]
  readonly resource: string
  readonly expiresAt: number
  /** The grant it was redeemed for. */
  grant?: Grant
}

/** An access token that was issued. */
export interface AccessToken {
  readonly grant: Grant
  readonly claims: Readonly<Record<string, unknown>>
  readonly expiresAt: number
  revoked: boolean
}

/** A refresh token; after rotation it is kept, so that its reuse can be noticed. */
export interface RefreshToken {
  readonly grant: Grant
  readonly idleUntil: number
  rotatedAt?: number
}

interface Kept<Value> {
  get(secret: string): Value | undefined
  add(secret: string, value: Value): void
  clear(): void
}

/** Looked up by digest: the store never holds what it handed out. The oldest entries go when it is full. */
function kept<Value>(limit = 50_000): Kept<Value> {
  const values = new Map<string, Value>()
  return {
    get: (secret) => values.get(digest(secret)),
    add(secret, value) {
      values.set(digest(secret), value)
      const oldest = values.size > limit ? values.keys().next() : undefined
      if (oldest?.value !== undefined) values.delete(oldest.value)
    },
    clear: () => values.clear(),
  }
}

/** Everything the authorization server handed out. */
export interface GrantStore {
  readonly codes: Kept<Code>
  readonly access: Kept<AccessToken>
  readonly refresh: Kept<RefreshToken>
  add(grant: Grant): void
  revokeClient(clientId: string): void
  clear(): void
}

/** An empty store. */
export function createGrantStore(): GrantStore {
  const codes = kept<Code>()
  const access = kept<AccessToken>()
  const refresh = kept<RefreshToken>()
  let grants: Grant[] = []
  return {
    codes,
    access,
    refresh,
    add(grant) {
      grants.push(grant)
      if (grants.length > 50_000) grants = grants.slice(-25_000)
    },
    revokeClient(clientId) {
      for (const grant of grants) if (grant.clientId === clientId) grant.revoked = true
    },
    clear() {
      grants = []
      for (const store of [codes, access, refresh]) store.clear()
    },
  }
}

import { digest, sameText } from "../randomness.ts"

/** What a client says about itself, after checking (RFC 7591 §2). Only members that are kept. */
export interface ClientMetadata {
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method: string
  readonly grant_types: readonly string[]
  readonly response_types: readonly string[]
  readonly client_name?: string
  readonly scope?: string
  readonly application_type?: string
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  readonly [other: string]: unknown
}

/** A client as the authorization server knows it. Secrets are kept as digests only. */
export interface Client {
  readonly id: string
  readonly kind: "preregistered" | "registered" | "document"
  metadata: ClientMetadata
  readonly issuedAt: number
  secret?: string
  /** Milliseconds; 0 is never. */
  secretExpiresAt: number
  /** RFC 7592. */
  managementToken?: string
}

/** The clients of one authorization server. */
export interface ClientStore {
  get(id: string): Client | undefined
  add(client: Client): void
  remove(id: string): void
  all(): readonly Client[]
  clear(): void
}

/** An empty store. */
export function createClientStore(): ClientStore {
  const clients = new Map<string, Client>()
  return {
    get: (id) => clients.get(id),
    add: (client) => void clients.set(client.id, client),
    remove: (id) => void clients.delete(id),
    all: () => [...clients.values()],
    clear: () => clients.clear(),
  }
}

/** Whether a presented secret is the one whose digest was kept. */
export const secretMatches = (kept: string | undefined, presented: string): boolean =>
  kept !== undefined && sameText(kept, digest(presented))

/** Whether the client has to prove who it is. */
export const isConfidential = (client: Client): boolean => client.metadata.token_endpoint_auth_method !== "none"

/** Whether the method works with a secret that both sides know. */
export const usesSecret = (method: string): boolean => method.startsWith("client_secret_")

import { mkdtempSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import * as Effect from "effect/Effect"
import type { Finding } from "../../source/text/finding.ts"
import { Findings } from "../../source/text/finding.ts"
import { secret } from "../../source/text/secret.ts"
import type { Entry, StoredGrant } from "../../source/vault/record.ts"
import { Vault } from "../../source/vault/vault.ts"

export const issuer = "https://as.example"
export const serverUrl = "https://mcp.example/mcp"
export const key = { issuer, resource: serverUrl }

export const grant = (name = "1"): StoredGrant => ({
  issuer,
  clientId: "client-1",
  resource: serverUrl,
  accessToken: secret("access_token", `canary-access-${name}`),
  tokenType: "Bearer",
  refreshToken: secret("refresh_token", `canary-refresh-${name}`),
  scope: "tools:read",
  scopeKnown: true,
  obtainedAt: 1_000,
  expiresAt: 3_601_000,
})

export const entry = (changes: Partial<Entry> = {}): Entry => ({
  ...key,
  serverUrl,
  tokenEndpoint: "https://as.example/token",
  client: {
    source: "dcr",
    issuer,
    clientId: "client-1",
    clientSecret: secret("client_secret", "canary-secret"),
    clientSecretExpiresAt: 0,
    tokenEndpointAuthMethod: "client_secret_basic",
    redirectUris: ["http://127.0.0.1:4000/callback"],
    registrationClientUri: "https://as.example/register/client-1",
    registrationAccessToken: secret("registration_access_token", "canary-registration"),
  },
  grant: grant(),
  ...changes,
})

/** A directory that is gone when the test ends. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(path.join(os.tmpdir(), "vault-test-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true })),
)

/** Runs against a store, as a process of its own would: nothing is kept between two calls but the files. */
export const withStore = <A, E, R>(
  directory: string,
  findings: Array<Finding>,
  effect: Effect.Effect<A, E, R | Vault | Findings>,
): Effect.Effect<A, E, Exclude<Exclude<R, Vault>, Findings>> =>
  effect.pipe(
    Effect.provide(Vault.layer({ directory })),
    Effect.provideService(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
  )

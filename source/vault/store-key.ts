import fs from "node:fs"
import * as Effect from "effect/Effect"
import { reveal, type Secret, secret } from "../text/secret.ts"
import { type VaultFailure, vaultFailure } from "./failure.ts"
import { keyFromKeyring } from "./keyring.ts"
import { detailOf } from "./trust.ts"

/** Where the key that encrypts the store comes from: never from an argument, which every process list shows. */
export type StoreKey =
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "environment"; readonly value: Secret }
  | { readonly from: "keyring" }

/** Characters. A key is random; what is shorter is a password, and could be guessed. */
const shortest = 16

const label = "store_key"
const variable = "MCP_DCR_TUI_STORE_KEY"

/** What flags and environment say; a flag wins. Nothing: the files are not encrypted. */
export const storeKeyOf = (
  flags: { readonly file?: string | undefined; readonly keyring?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>> = process.env,
): StoreKey | undefined => {
  if (flags.file !== undefined) return { from: "file", path: flags.file }
  if (flags.keyring === true) return { from: "keyring" }
  const value = env[variable]
  return value === undefined || value === "" ? undefined : { from: "environment", value: secret(label, value) }
}

const checked = (key: Secret, where: string): Effect.Effect<Secret, VaultFailure> => {
  const value = (reveal(key) ?? "").trim()
  return value.length < shortest || /[\r\n]/.test(value)
    ? Effect.fail(vaultFailure("key_unusable", where, { detail: `${value.length} characters` }))
    : Effect.succeed(secret(label, value))
}

const ownUser = process.geteuid?.()

/** A link is followed, as container platforms mount secrets through links; what counts is whom the file is open to. */
const readKeyFile = (path: string): Effect.Effect<Secret, VaultFailure> =>
  Effect.try({
    try: () => {
      const stats = fs.statSync(path)
      const mode = (stats.mode & 0o777).toString(8)
      if (ownUser !== undefined && (stats.mode & 0o077) !== 0) return { detail: `mode 0${mode}` }
      if (ownUser !== undefined && stats.uid !== ownUser && stats.uid !== 0)
        return { detail: `owned by user ${stats.uid}` }
      return { key: secret(label, fs.readFileSync(path, "utf8")) }
    },
    catch: (error) => vaultFailure("key_unusable", path, { detail: detailOf(error) }),
  }).pipe(
    Effect.flatMap(({ key, detail }) =>
      key === undefined ? Effect.fail(vaultFailure("key_unusable", path, { detail })) : checked(key, path),
    ),
  )

/** The key itself. Fails with `key_unusable`, `keyring_unavailable`, `key_missing`. */
export const loadKey = (source: StoreKey, directory: string): Effect.Effect<Secret, VaultFailure> => {
  switch (source.from) {
    case "file":
      return readKeyFile(source.path)
    case "environment":
      return checked(source.value, variable)
    case "keyring":
      return keyFromKeyring(directory)
  }
}

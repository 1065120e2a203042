import { isUtf8 } from "node:buffer"
import fs from "node:fs"
import path from "node:path"
import type { Options } from "conf"
import { reveal, type Secret } from "../text/secret.ts"

/**
 * Encryption at rest, by conf: AES-256-GCM under a key that PBKDF2 derives from the user's. It protects a copy of the files,
 * as in a backup, a synchronised folder or a stolen disk, from whoever does not have the key. It does not protect
 * from a program that runs as the same user: that one can read the key where this one does.
 */
export const sealedWith = (key: Secret | undefined): Pick<Options<never>, "encryptionKey" | "encryptionAlgorithm"> => {
  const value = key && reveal(key)
  return value === undefined ? {} : { encryptionKey: value, encryptionAlgorithm: "aes-256-gcm" }
}

/** Bytes: initialization vector, separator, authentication tag. */
const smallest = 16 + 1 + 16

/** Whether these bytes are conf's encrypted form: a colon after 16 random bytes, and never text. */
export const isSealed = (bytes: Uint8Array): boolean => bytes.length >= smallest && bytes[16] === 0x3a && !isUtf8(bytes)

/**
 * The name, without extension, of a small file under the same key. It tells a wrong key from a changed record, and keeps one
 * store from being written with two keys, or with none by mistake.
 */
export const keyCheck = "key-check"

/** What stands in it. */
export const keyCheckText = { purpose: "Opens with the key of this store." }

/** Whether a store was once written with a key. */
export const isSealedStore = (directory: string): boolean => fs.existsSync(path.join(directory, `${keyCheck}.json`))

import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { Entropy, randomText } from "../text/entropy.ts"
import { reveal, type Secret, secret } from "../text/secret.ts"
import { vaultFailure } from "./failure.ts"
import { isSealedStore } from "./sealing.ts"

/**
 * The system's own store for secrets, through the tool that it comes with. It keeps the one key that the files are encrypted
 * with. Secrets go through standard input and output, never through arguments, which every process list shows.
 */
interface Call {
  readonly program: string
  readonly arguments: ReadonlyArray<string>
  readonly input?: string
}

interface Keyring {
  readonly find: (account: string) => Call
  readonly save: (account: string, value: string) => Call
  readonly remove: (account: string) => Call
}

const service = "mcp-dcr-tui"

// Accounts and values are made of letters, digits, `-` and `_` alone, so that nothing needs to be quoted.
const keyrings: { readonly [platform: string]: Keyring } = {
  darwin: {
    find: (account) => ({
      program: "security",
      arguments: ["find-generic-password", "-a", account, "-s", service, "-w"],
    }),
    // Its interactive mode reads whole commands from standard input.
    save: (account, value) => ({
      program: "security",
      arguments: ["-i"],
      input: `add-generic-password -U -a ${account} -s ${service} -w ${value}\n`,
    }),
    remove: (account) => ({
      program: "security",
      arguments: ["delete-generic-password", "-a", account, "-s", service],
    }),
  },
  linux: {
    find: (account) => ({ program: "secret-tool", arguments: ["lookup", "service", service, "account", account] }),
    save: (account, value) => ({
      program: "secret-tool",
      arguments: ["store", `--label=${service}`, "service", service, "account", account],
      input: value,
    }),
    remove: (account) => ({ program: "secret-tool", arguments: ["clear", "service", service, "account", account] }),
  },
}

/** What a tool wrote, or nothing when it is not installed or said no. Long enough for a person to unlock the keyring. */
const run = ({ program, arguments: args, input = "" }: Call): Effect.Effect<string | undefined> =>
  Effect.callback<string | undefined>((resume) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] })
    let out = ""
    child.once("error", () => resume(Effect.succeed(undefined)))
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
    })
    // A tool that ends without reading is told by its exit code.
    child.stdin.once("error", () => undefined)
    child.once("close", (code) => resume(Effect.succeed(code === 0 ? out.trim() : undefined)))
    child.stdin.end(input)
    return Effect.sync(() => void child.kill())
  }).pipe(Effect.timeoutOrElse({ duration: "1 minute", orElse: () => Effect.succeed(undefined) }))

/** Whether it really keeps things: an installed tool says little, where no keyring runs behind it. */
const probe = Effect.fnUntraced(function* (keyring: Keyring) {
  const trial = yield* randomText(16)
  const account = `probe-${yield* randomText(8)}`
  const saved = yield* run(keyring.save(account, trial))
  const found = saved === undefined ? undefined : yield* run(keyring.find(account))
  yield* run(keyring.remove(account))
  return found === trial && ((yield* run(keyring.find(account))) ?? "") === ""
})

/** The key of this store out of the keyring; made there when neither has one yet. */
export const keyFromKeyring = (directory: string, platform: string = process.platform) =>
  Effect.gen(function* () {
    const keyring = keyrings[platform]
    if (keyring === undefined) return yield* vaultFailure("keyring_unavailable", platform)
    const account = `store-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`
    const { program } = keyring.find(account)
    const found = yield* run(keyring.find(account))
    if (found !== undefined && found !== "") return secret("store_key", found)
    if (!(yield* probe(keyring))) return yield* vaultFailure("keyring_unavailable", program)
    // The store has a key, and it is not here: a new one would open nothing.
    if (isSealedStore(directory)) return yield* vaultFailure("key_missing", directory, { detail: `not in ${program}` })
    const key: Secret = secret("store_key", yield* randomText(32))
    const value = reveal(key) ?? ""
    yield* run(keyring.save(account, value))
    const kept = yield* run(keyring.find(account))
    // Another process may have been faster: what the keyring holds is what counts.
    if (kept === undefined || kept === "") return yield* vaultFailure("keyring_unavailable", program)
    return secret("store_key", kept)
  }).pipe(Effect.provide(Entropy.layer))

import * as Effect from "effect/Effect"
import { formatExpiry } from "../text/duration.ts"
import type { Choice, KnownServer } from "../tui/app/main.tsx"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import type { OpenInput } from "./open.ts"
import { line, makePrinter } from "./print.ts"
import { profileOf } from "./profile.ts"
import { vaultLayer } from "./vault-layer.ts"
import { version } from "./version.ts"

const sources = { dcr: "DCR", cimd: "CIMD", preregistered: "pre-registered" } as const

const known = (record: StoredRecord, now: number): KnownServer => ({
  serverUrl: record.serverUrl,
  ...(record.profile === undefined ? {} : { profile: record.profile }),
  issuer: record.issuer,
  source: sources[record.client.source],
  tokenState:
    record.grant === undefined
      ? "no token"
      : record.grant.expiresAt === undefined
        ? "token"
        : record.grant.expiresAt <= now
          ? "token expired"
          : `token ${formatExpiry(record.grant.expiresAt - now)}`,
  lastUsed: record.lastUsedAt,
})

/** Everything that talks to a server comes with the first server: the first frame does not wait for it. */
const connect = async (input: OpenInput, choice: Choice) => {
  const { mockHandle, urlHandle } = await import("./flow-handle.ts")
  return choice.kind === "mock" ? mockHandle(input) : urlHandle(input, choice.url, choice.profile)
}

/** The screen, from its first frame to the summary that stays in the terminal. */
export const screen = Effect.fn("commands.screen")(function* (input: OpenInput, url: string | undefined) {
  const records = yield* Vault.use((vault) => vault.list).pipe(
    Effect.provide(vaultLayer(input)),
    // A store that cannot be read is said when it is used; the screen opens all the same.
    Effect.orElseSucceed(() => []),
  )
  // Whoever names an account means this one; who names none may choose.
  const profile = yield* profileOf(input.profile)
  const shown = profile === undefined ? records : records.filter((record) => record.profile === profile)
  const { runScreen } = yield* Effect.promise(() => import("../tui/app/main.tsx"))
  const startsOnMock = input.mock || (input.learn === true && url === undefined)
  const end = yield* Effect.promise(() =>
    runScreen({
      version,
      start: { servers: shown.map((record) => known(record, Date.now())), mock: true },
      ...(url === undefined ? (startsOnMock ? { open: { mock: true } } : {}) : { open: { serverUrl: url } }),
      learn: input.learn === true,
      connect: (choice: Choice) => connect(input, choice),
      ascii: input.ascii,
      noColor: input.noColor || (process.env.NO_COLOR ?? "") !== "",
      reducedMotion: input.reducedMotion,
    }),
  )
  const printer = makePrinter({ color: false, ascii: input.ascii })
  printer.out(end.summary.map((text) => line(text)))
  return end.reason === "interrupted" ? 130 : end.exit
})

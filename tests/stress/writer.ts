import * as Effect from "effect/Effect"
import { Findings } from "../../source/text/finding.ts"
import { Vault } from "../../source/vault/vault.ts"
import { entry, grant, key } from "../vault/records.ts"

// Renews one record as fast as it can, through the product's own path, until it is killed. argv: the store.

const [directory = ""] = process.argv.slice(2)
let count = 0

const forEver = Effect.gen(function* () {
  const vault = yield* Vault
  if ((yield* vault.find(key)) === undefined) yield* vault.save(entry())
  process.send?.("writing")
  for (;;) {
    count += 1
    const renewed = yield* vault.renewGrant({
      key,
      refresh: () => Effect.succeed(grant(`${process.pid}-${count}`)),
      settled: () => true,
    })
    // Told after it is stored and before it is used: what was told must be there whenever the process ends.
    if (renewed.by === "us") process.send?.(count)
    yield* Effect.sleep(0)
  }
})

await Effect.runPromise(
  forEver.pipe(
    Effect.provide(Vault.layer({ directory })),
    Effect.provideService(Findings, { raise: () => Effect.void }),
  ),
)

import * as Effect from "effect/Effect"
import { fileNameOf } from "./directory.ts"
import { vaultFailure } from "./failure.ts"
import { type StoredRecord, unfitness } from "./record.ts"
import type { Shelf } from "./shelf.ts"

/** Records that live as long as this process. */
export const memoryShelf = (): Shelf => {
  const records = new Map<string, StoredRecord>()
  return {
    all: Effect.sync(() => [...records.values()]),
    change: (key, decide) =>
      Effect.suspend(() => {
        const name = fileNameOf(key)
        const change = decide(records.get(name))
        if (change.act === "write") {
          const unfit = unfitness(change.record)
          if (unfit !== undefined) return Effect.fail(vaultFailure(unfit, "memory", { expected: key.issuer }))
          records.set(name, change.record)
        }
        if (change.act === "remove") records.delete(name)
        return Effect.succeed(change.result)
      }),
  }
}

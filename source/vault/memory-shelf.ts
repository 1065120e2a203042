import * as Effect from "effect/Effect"
import { fileNameOf } from "./directory.ts"
import type { StoredRecord } from "./record.ts"
import type { Shelf } from "./shelf.ts"

/** Records that live as long as this process. */
export const memoryShelf = (): Shelf => {
  const records = new Map<string, StoredRecord>()
  return {
    all: Effect.sync(() => [...records.values()]),
    change: (key, decide) =>
      Effect.sync(() => {
        const name = fileNameOf(key)
        const change = decide(records.get(name))
        if (change.act === "write") records.set(name, change.record)
        if (change.act === "remove") records.delete(name)
        return change.result
      }),
  }
}

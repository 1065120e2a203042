import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { fileNameOf } from "./directory.ts"
import { vaultFailure } from "./failure.ts"
import { noNotes } from "./in-flight.ts"
import { type StoredRecord, unfitness } from "./record.ts"
import type { Shelf } from "./shelf.ts"

/** Records that live as long as this process. */
export const memoryShelf = (): Shelf => {
  const records = new Map<string, StoredRecord>()
  const queues = new Map<string, Semaphore.Semaphore>()
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
    exclusively: (key, _, use) => (effect) =>
      Effect.suspend(() => {
        const name = `${fileNameOf(key)} ${use}`
        const queue = queues.get(name) ?? Semaphore.makeUnsafe(1)
        queues.set(name, queue)
        return Semaphore.withPermits(queue, 1)(effect)
      }),
    notes: noNotes,
  }
}

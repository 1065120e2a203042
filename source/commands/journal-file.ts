import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Event } from "../flow/event.ts"
import { type UsageFailure, usageFailure } from "./failure.ts"

const decodeEvent = Schema.decodeUnknownResult(Schema.fromJsonString(Event))

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

export interface SavedJournal {
  readonly events: ReadonlyArray<Event>
  /** The run was killed while it wrote its last line, which is left out. */
  readonly cut: boolean
}

const eventsIn = (file: string, text: string): Result.Result<SavedJournal, UsageFailure> => {
  const lines = text.split("\n")
  // Every event ends its line: what comes after the last line end was not written to its end.
  const rest = lines.pop() ?? ""
  const cut = rest !== "" && !isJson(rest)
  if (rest !== "" && !cut) lines.push(rest)
  const events: Array<Event> = []
  for (const [index, line] of lines.entries()) {
    const event = decodeEvent(line)
    if (Result.isFailure(event))
      return Result.fail(
        usageFailure("journal_invalid", {
          received: `${file}, line ${index + 1}`,
          detail: event.failure.message.replace(/\s+/g, " ").slice(0, 300),
        }),
      )
    events.push(event.success)
  }
  return events[0]?._tag === "RunStarted"
    ? Result.succeed({ events, cut })
    : Result.fail(
        usageFailure("journal_invalid", {
          received: file,
          expected: "a first line with the event RunStarted",
          ...(events[0] === undefined ? { detail: "the file holds no event" } : { detail: `it is ${events[0]._tag}` }),
        }),
      )
}

/** A journal that `--journal` has saved. Fails with `file_unreadable` or `journal_invalid`, which names the line. */
export const readJournal = Effect.fn("commands.readJournal")(function* (file: string) {
  const text = yield* Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (error) =>
      usageFailure("file_unreadable", { received: file, detail: error instanceof Error ? error.message : "" }),
  })
  return yield* Effect.fromResult(eventsIn(file, text))
})

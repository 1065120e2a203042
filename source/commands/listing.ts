import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import type { FlowState } from "../flow/state.ts"
import { excerpt } from "../text/excerpt.ts"
import { type Line, line } from "./print.ts"
import { endOf, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"
import { longestDescription } from "./tools.ts"

/** Pages are followed as often as any honest list has them (rulebook 1.14). */
const mostPages = 1000

interface Listing {
  readonly method: string
  /** Member of the answer that holds the items. */
  readonly member: string
  readonly none: string
}

const listings = {
  resources: { method: "resources/list", member: "resources", none: "The server offers no resources." },
  prompts: { method: "prompts/list", member: "prompts", none: "The server offers no prompts." },
} as const satisfies Record<string, Listing>

const text = (item: object, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const value: unknown = Reflect.get(item, name)
    if (typeof value === "string" && value !== "") return value
  }
  return undefined
}

const itemLines = (item: object): ReadonlyArray<Line> => {
  const name = text(item, "uri", "name") ?? "?"
  const title = text(item, "title", "name")
  const description = text(item, "description")
  return [
    line(title === undefined || title === name ? name : `${name}  ${title}`),
    ...(description === undefined ? [] : [line(`    ${excerpt(description, longestDescription)}`, "dim")]),
  ]
}

const pageOf = (state: FlowState, member: string): ReadonlyArray<object> => {
  const items: unknown = state.facts.answer?.result[member]
  return Array.isArray(items) ? items.filter((item) => typeof item === "object" && item !== null) : []
}

const list = ({ method, member, none }: Listing) =>
  Effect.fn("commands.listing")(function* (input: ServerInput) {
    const settings = yield* settingsOf(input)
    const { output } = settings
    return yield* withRun(settings, { goal: "call" }, (run) =>
      Effect.gen(function* () {
        const flow = yield* Flow
        const items: Array<object> = []
        const seen = new Set<string>()
        for (let cursor: string | undefined; seen.size < mostPages; ) {
          const state = yield* flow.request(method, cursor === undefined ? {} : { cursor })
          const code = endOf(run, state, "call", output)
          if (code !== 0) return code
          items.push(...pageOf(state, member))
          const next: unknown = state.facts.answer?.result.nextCursor
          // An empty text is a cursor like any other; one that comes back is a list without an end (MR-57).
          if (typeof next !== "string" || seen.has(next)) break
          seen.add(next)
          cursor = next
        }
        if (output.json) run.printer.json({ serverUrl: settings.target.serverUrl, [member]: items })
        else run.printer.out(items.length === 0 ? [line(none)] : items.flatMap(itemLines))
        return 0
      }),
    )
  })

/** `resources URL` */
export const resources = list(listings.resources)
/** `prompts URL` */
export const prompts = list(listings.prompts)

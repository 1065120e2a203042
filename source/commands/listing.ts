import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import type { OfferName } from "../mcp/offers.ts"
import { excerpt } from "../text/excerpt.ts"
import { type Line, line } from "./print.ts"
import { endOf, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"
import { longestDescription } from "./tools.ts"

interface Item {
  readonly title?: string
  readonly name?: string
  readonly description?: string
}

/** The address or the name by which it is asked for, what it is called, and what it is for. */
const itemLines = (key: string, { name, title = name, description }: Item): ReadonlyArray<Line> => [
  line(title === undefined || title === "" || title === key ? key : `${key}  ${title}`),
  ...(description === undefined ? [] : [line(`    ${excerpt(description, longestDescription)}`, "dim")]),
]

/** One or more lists of a server, each to its end. */
const list = (names: ReadonlyArray<OfferName>, none: string) =>
  Effect.fn("commands.listing")(function* (input: ServerInput) {
    const settings = yield* settingsOf(input)
    const { output, target } = settings
    return yield* withRun(settings, { goal: "call" }, (run) =>
      Effect.gen(function* () {
        const flow = yield* Flow
        const journal = yield* Journal
        for (const name of names) {
          const code = endOf(run, yield* flow.list(name), "call", output)
          if (code !== 0) return code
        }
        const { resources = [], templates = [], prompts = [] } = journal.state().facts
        const lists = { resources, templates, prompts }
        if (output.json)
          run.printer.json({
            serverUrl: target.serverUrl,
            ...Object.fromEntries(names.map((name) => [name, lists[name]])),
          })
        else {
          const lines = [
            ...resources.flatMap((item) => itemLines(item.uri, item)),
            ...templates.flatMap((item) => itemLines(item.uriTemplate, item)),
            ...prompts.flatMap((item) => itemLines(item.name, item)),
          ]
          run.printer.out(lines.length === 0 ? [line(none)] : lines)
        }
        return 0
      }),
    )
  })

/** `resources URL`: what can be read, and the templates of addresses. */
export const resources = list(["resources", "templates"], "The server offers no resources.")
/** `prompts URL` */
export const prompts = list(["prompts"], "The server offers no prompts.")

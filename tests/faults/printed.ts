import { resultLines } from "../../source/commands/call.ts"
import { errorDocument } from "../../source/commands/error-frame.ts"
import { makePrinter } from "../../source/commands/print.ts"
import { transcriptLines } from "../../source/commands/transcript.ts"
import { asides } from "../../source/flow/asides/index.ts"
import type { Event } from "../../source/flow/event.ts"
import { initialState, transition } from "../../source/flow/state.ts"
import { steps } from "../../source/flow/steps/index.ts"
import type { Outcome } from "./room.ts"

/** Everything that moves a cursor, starts a sequence, turns text round or hides it. Line feeds end lines. */
const harmful = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\u061c\ufeff]/u

/** What was written to the two streams meanwhile. */
const captured = (print: () => void): string => {
  const { stdout, stderr } = process
  const said: Array<string> = []
  const [out, err] = [stdout.write, stderr.write]
  const take = (text: string | Uint8Array) => said.push(String(text)) > 0
  Object.assign(stdout, { write: take })
  Object.assign(stderr, { write: take })
  try {
    print()
  } finally {
    Object.assign(stdout, { write: out })
    Object.assign(stderr, { write: err })
  }
  return said.join("")
}

/** The run as the plain commands print it, at its most talkative, and as `--json` does. */
export const printed = ({ events, problem, state }: Outcome): string =>
  captured(() => {
    const printer = makePrinter({ color: false, ascii: false })
    let folded = initialState
    for (const event of JSON.parse(events) as ReadonlyArray<Event>) {
      folded = transition(folded, event)
      printer.err(transcriptLines(event, folded, { steps, asides, detail: "bodies" }))
    }
    printer.out(resultLines(state))
    printer.json({ tools: state.facts.tools, result: state.facts.result, problem })
    if (problem !== undefined) printer.json(errorDocument(problem))
  })

/** The places where something harmful would have reached the terminal. */
export const unprintable = (seen: Outcome): ReadonlyArray<string> => {
  const text = printed(seen)
  const at = text.search(harmful)
  return at < 0 ? [] : [JSON.stringify(text.slice(Math.max(0, at - 40), at + 40))]
}

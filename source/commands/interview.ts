import * as Result from "effect/Result"
import type { FlowState } from "../flow/state.ts"
import { contentFaults } from "../mcp/elicitation-content.ts"
import { parseField } from "../mcp/field-value.ts"
import { type Field, schemaForm } from "../mcp/schema-form.ts"
import { assemble } from "../mcp/tool-arguments.ts"
import { type Line, line } from "./print.ts"

export type Question = Extract<NonNullable<FlowState["wait"]>, { readonly kind: "question" }>

/** What the person has decided in the end. */
export interface Reply {
  readonly action: "accept" | "decline"
  readonly content?: Readonly<Record<string, unknown>>
}

/** What to print next, and the answer if this was the last word. */
export interface Turn {
  readonly lines: ReadonlyArray<Line>
  readonly reply?: Reply
}

/** A question put line by line: `first` opens it, `next` takes each line that is typed. */
export interface Interview {
  readonly first: Turn
  readonly next: (typed: string) => Turn
}

const declined: Turn = { lines: [], reply: { action: "decline" } }

const kinds: Readonly<Record<Field["kind"], string>> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "yes or no",
  const: "fixed",
  enum: "one of",
  "enum-array": "any of, separated by commas",
  array: "separated by commas",
  object: "JSON",
  json: "JSON",
}

const shown = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

const wanted = (field: Field): string => {
  const choices = "choices" in field ? ` ${field.choices.map(({ label }) => label).join(" | ")}` : ""
  return [`${kinds[field.kind]}${choices}`, ...field.hints, field.required ? "required" : "optional"].join(", ")
}

/** Who asks, by its address and by the name it claims, and its own words. */
const opening = ({ serverUrl, serverName, during, message }: Question): ReadonlyArray<Line> => [
  line(""),
  line(`? The server asks you something, during ${during}`, "title", 2),
  line(`  server   ${serverUrl}`, undefined, 11),
  ...(serverName === undefined ? [] : [line(`  calls itself ${serverName}`, "dim", 4)]),
  line(""),
  ...message.split("\n").map((text) => line(`  ${text}`)),
  line(""),
]

const formInterview = (question: Question & { readonly mode: "form" }): Interview => {
  const { schema, secretLooking } = question
  const { fields } = schemaForm(schema)
  const { required: _, ...optional } = schema
  const texts = new Map<string, string>()
  let at = 0

  const prompt = (): ReadonlyArray<Line> => {
    const field = fields[at]
    if (field === undefined) return review()
    return [
      ...(secretLooking.includes(field.name)
        ? [line("  ! This looks like a secret. A server must not ask for one here: it is safer to decline.", "warn", 4)]
        : []),
      line(`  ${field.label} (${wanted(field)})${field.preset === undefined ? "" : ` [${shown(field.preset.value)}]`}`),
      ...(field.description === undefined ? [] : [line(`    ${field.description}`, "dim")]),
    ]
  }

  const values = () => assemble(fields, texts)
  const review = (): ReadonlyArray<Line> => {
    const content = Result.getOrElse(values(), () => ({}))
    return [
      line(""),
      ...Object.entries(content).map(([name, value]) => line(`  ${name} = ${shown(value)}`)),
      line(`  Send this to ${question.serverUrl}? Enter sends it, e edits it, ! declines.`, "title", 4),
    ]
  }

  /** Why a text cannot be the value of the field. */
  const fault = (field: Field, text: string): string | undefined => {
    if (text === "") return field.required && field.preset === undefined ? "is required" : undefined
    const value = parseField(field, text)
    if (Result.isFailure(value)) return value.failure
    return contentFaults(optional, { [field.name]: value.success })[0]?.message
  }

  const next = (typed: string): Turn => {
    const text = typed.trim()
    if (text === "!") return declined
    const field = fields[at]
    if (field === undefined) {
      if (text === "e") {
        at = 0
        return { lines: prompt() }
      }
      const content = values()
      return text === "" && Result.isSuccess(content)
        ? { lines: [], reply: { action: "accept", content: content.success } }
        : { lines: review() }
    }
    // On the way through once more, what was typed before stands where nothing new is typed.
    const kept = text === "" ? (texts.get(field.path) ?? "") : text
    const why = fault(field, kept)
    if (why !== undefined) return { lines: [line(`  ✗ ${field.label} ${why}`, "bad"), ...prompt()] }
    if (kept !== "") texts.set(field.path, kept)
    else if (field.preset !== undefined) texts.set(field.path, shown(field.preset.value))
    at += 1
    return { lines: prompt() }
  }

  const first = [
    ...opening(question),
    line("  Enter takes the value in brackets, ! declines, Ctrl-C cancels the run.", "dim"),
    ...prompt(),
  ]
  return { first: { lines: first }, next }
}

const addressLines = ({ url, host, punycode }: Question & { readonly mode: "url" }): ReadonlyArray<Line> => [
  line(`  It wants you to visit a page of ${host}:`),
  // At the margin and in one piece, as it would be opened.
  line(url, "title"),
  ...(punycode ? [line("  ! The host holds encoded characters that can look like others.", "warn", 4)] : []),
]

const visitWords = {
  opened: "Your browser was asked to open it.",
  failed: "No browser could be opened: open the address yourself.",
  "not-asked": "Open the address in a browser.",
} as const

const pageInterview = (question: Question & { readonly mode: "url" }): Interview => {
  const { opened, accepting, detail } = question
  if (opened === undefined)
    return {
      first: {
        lines: [
          ...opening(question),
          ...addressLines(question),
          line("  Nothing was opened yet. What you do there is between you and that page."),
          line("  Open it? [y/N]", "title"),
        ],
      },
      next: (typed) => (/^\s*y(es)?\s*$/i.test(typed) ? { lines: [], reply: { action: "accept" } } : declined),
    }
  return {
    first: {
      lines: [
        line(`  ${visitWords[opened]} ${detail ?? ""}`.trimEnd(), opened === "failed" ? "warn" : "plain"),
        ...(opened === "opened" ? [] : [line(question.url, "title")]),
        line(`  Press Enter when you ${accepting === "repeat" ? "are done there" : "have opened it"}; ! declines.`),
      ],
    },
    next: (typed) => (/^\s*(y(es)?)?\s*$/i.test(typed) ? { lines: [], reply: { action: "accept" } } : declined),
  }
}

/** How a question is put to a person who reads and types lines (MR-49, MR-51). */
export const interview = (question: Question): Interview =>
  question.mode === "form" ? formInterview(question) : pageInterview(question)

import * as Result from "effect/Result"
import type { Scene } from "../app/scene.ts"
import { addressRows } from "../screens/flow/browser-wait.ts"
import { fieldRows } from "../screens/tools/form-rows.ts"
import { clean, wrap } from "../ui/cells.ts"
import { blank, type Row, row, span } from "../ui/row.ts"
import { asTool, contentOf, editingIn, type FormQuestion, type Question, uiOf, untilAsked } from "./model.ts"

const wrapped = (text: string, cells: number, tone: "plain" | "warn" | "dim" = "plain"): ReadonlyArray<Row> =>
  text.split("\n").flatMap((part) => wrap(clean(part, 20_000), cells).map((line) => row(span(line, tone))))

/** Who asks: the address is a fact, the name a claim. */
export const headRows = (scene: Scene, question: Question, cells: number): ReadonlyArray<Row> => [
  row(span(question.serverUrl, "strong")),
  row(
    span(
      question.serverName === undefined
        ? `asks during ${question.during}`
        : `calls itself ${clean(question.serverName)} ${scene.theme.glyphs.bullet} asks during ${question.during}`,
      "dim",
    ),
  ),
  ...(question.mode === "url" ? [row("wants you to visit a page of ", span(question.host, "accent"))] : []),
  ...(question.mode === "url" && question.punycode
    ? wrapped("The host holds encoded characters that can look like others.", cells, "warn")
    : []),
  ...(question.mode === "form" && question.secretLooking.length > 0
    ? wrapped(
        `! It seems to ask for a secret (${question.secretLooking.join(", ")}). A server must not do that here: decline.`,
        cells,
        "warn",
      )
    : []),
]

const visits = {
  opened: "Your browser was asked to open it.",
  failed: "No browser could be opened: open the address yourself.",
  "not-asked": "Open the address in a browser.",
} as const

const pageRows = (question: Question & { readonly mode: "url" }, cells: number): ReadonlyArray<Row> => [
  ...addressRows(question.url, cells),
  blank,
  ...wrapped(
    question.opened === undefined
      ? "Nothing was opened yet. What you do there is between you and that page."
      : `${visits[question.opened]} ${question.detail ?? ""}`.trimEnd(),
    cells,
    question.opened === "failed" ? "warn" : "dim",
  ),
]

/** The server's words and what it wants; `cursor` is the row that has to be seen. */
export const bodyRows = (
  scene: Scene,
  question: Question,
  cells: number,
): { readonly rows: ReadonlyArray<Row>; readonly cursor: number } => {
  const message = [...wrapped(question.message, cells), blank]
  if (question.mode === "url") return { rows: [...message, ...pageRows(question, cells)], cursor: 0 }
  const { row: at, problems } = uiOf(scene, question)
  const form = fieldRows(scene, asTool(question), cells, { at, problems })
  return { rows: [...message, ...form.rows], cursor: at === 0 ? 0 : message.length + form.cursor }
}

const formWords = (scene: Scene, question: FormQuestion): Row =>
  Result.isSuccess(contentOf(scene, question))
    ? row(span(`complete ${scene.theme.glyphs.done}`, "good"))
    : row(span("not complete yet", "warn"))

const yes = (question: Question): string =>
  question.mode === "form"
    ? "Send"
    : question.opened === undefined
      ? "Open it"
      : question.accepting === "repeat"
        ? "I am done there"
        : "I have opened it"

/** The three answers, and whether the form could be sent as it is. */
export const footRows = (scene: Scene, question: Question): ReadonlyArray<Row> => {
  const typing = editingIn(scene) !== undefined
  if (untilAsked(question, scene.now) > 0) return [blank, row(span("It takes an answer in a moment.", "dim"))]
  return [
    blank,
    typing
      ? row(span("Enter", "key"), " next field   ", span("Esc", "key"), " leaves the field; then y, n or Esc answer")
      : {
          left: [
            span(`[ ${yes(question)} ]`, "strong"),
            span(" y", "key"),
            span("    Decline "),
            span("n", "key"),
            span("    Cancel "),
            span("Esc", "key"),
          ],
          ...(question.mode === "form" ? { right: formWords(scene, question).left } : {}),
        },
  ]
}

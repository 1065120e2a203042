import * as Result from "effect/Result"
import type { Control } from "../app/control.ts"
import type { Scene } from "../app/scene.ts"
import { always, type Binding } from "../keys/binding.ts"
import { choiceBindings } from "../screens/pane-bindings.ts"
import { goThroughChoices, openForTyping } from "../screens/tools/filling.ts"
import { choiceTexts, formOf } from "../screens/tools/model.ts"
import { clamp } from "../ui/window.ts"
import {
  asTool,
  contentOf,
  currentField,
  currentRow,
  type FormQuestion,
  questionOf,
  uiOf,
  untilAsked,
} from "./model.ts"
import { arrangeQuestion } from "./view.tsx"

const formIn = (scene: Scene): FormQuestion | undefined => {
  const question = questionOf(scene)
  return question?.mode === "form" ? question : undefined
}

const hasFields = (scene: Scene): boolean => {
  const form = formIn(scene)
  return form !== undefined && formOf(asTool(form)).rows.length > 0
}

const scrolls = (scene: Scene): boolean => {
  const question = questionOf(scene)
  return question !== undefined && arrangeQuestion(scene, question).last > 0
}

/** Puts the cursor on a row; a field for text is open for typing at once. */
const goTo = (control: Control, form: FormQuestion, wanted: number, typing = true) => {
  const tool = asTool(form)
  const { rows } = formOf(tool)
  const row = clamp(wanted, 0, Math.max(0, rows.length - 1))
  const { problems } = uiOf(control.scene(), form)
  control.dispatch({ type: "endEdit" })
  control.dispatch({ type: "question", ui: { of: form.question, row, problems } })
  if (typing) openForTyping(control, tool, rows[row]?.field)
}

const step =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    const form = formIn(scene)
    if (form !== undefined) goTo(control, form, uiOf(scene, form).row + by)
  }

const scroll =
  (by: 1 | -1, page: boolean): Binding["run"] =>
  (control, scene) => {
    const question = questionOf(scene)
    if (question === undefined) return
    const { top, last, room } = arrangeQuestion(scene, question)
    const to = clamp(top + by * (page ? Math.max(1, room - 1) : 1), 0, last)
    control.dispatch({ type: "question", ui: { ...uiOf(scene, question), scroll: to } })
  }

const choose =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    const form = formIn(scene)
    const field = form && currentRow(scene, form)?.field
    if (form !== undefined && field !== undefined) goThroughChoices(control, scene, asTool(form), field, by)
  }

const hasChoices = (scene: Scene): boolean => {
  const form = formIn(scene)
  const field = form && currentRow(scene, form)?.field
  return field !== undefined && choiceTexts(field).length > 0
}

const answer =
  (action: "accept" | "decline" | "cancel"): Binding["run"] =>
  (control, scene) => {
    const question = questionOf(scene)
    if (question === undefined) return
    if (untilAsked(question, control.now()) > 0) return control.say("This has just come up. Read it, then press again.")
    if (action !== "accept" || question.mode === "url")
      return control.intend({ _tag: "Answer", question: question.question, action })
    const content = contentOf(scene, question)
    if (Result.isSuccess(content))
      return control.intend({ _tag: "Answer", question: question.question, action, content: content.success })
    const problems = content.failure
    const bad = formOf(asTool(question)).rows.findIndex(({ field }) => problems[field.path] !== undefined)
    const row = Math.max(0, bad)
    control.dispatch({ type: "question", ui: { of: question.question, row, problems } })
    goTo(control, question, row)
  }

/** Keys of a question of the server. */
export const questionBindings: ReadonlyArray<Binding> = [
  {
    id: "question.fill",
    keys: ["Enter"],
    title: "fill in this field, or go on to the next",
    short: "fill in",
    group: "pane",
    when: hasFields,
    run: (control, scene) => {
      const form = formIn(scene)
      if (form === undefined) return
      goTo(control, form, uiOf(scene, form).row + (hasChoices(scene) ? 1 : 0))
    },
  },
  {
    id: "question.accept",
    keys: ["y"],
    title: "yes: send the form, or open the page",
    short: "yes",
    group: "pane",
    when: always,
    run: answer("accept"),
  },
  {
    id: "question.decline",
    keys: ["n"],
    title: "no: tell the server that you decline",
    short: "decline",
    group: "pane",
    when: always,
    run: answer("decline"),
  },
  {
    id: "question.cancel",
    keys: ["Esc"],
    title: "close the question without a choice",
    short: "cancel",
    group: "pane",
    when: always,
    run: answer("cancel"),
  },
  ...choiceBindings("question", "field", hasChoices, choose),
  {
    id: "question.clear",
    keys: ["d"],
    title: "clear this field: it is left out",
    group: "pane",
    when: hasFields,
    run: (control, scene) => {
      const form = formIn(scene)
      const name = form && currentField(scene, form)
      if (name !== undefined) control.dispatch({ type: "setField", field: name, text: "" })
    },
  },
  {
    id: "question.print",
    keys: ["u"],
    title: "print the address alone, to select it whole",
    short: "print address",
    group: "pane",
    when: (scene) => questionOf(scene)?.mode === "url",
    run: (control, scene) => {
      const question = questionOf(scene)
      if (question?.mode === "url") control.printAlone(question.url)
    },
  },
  {
    id: "question.down",
    keys: ["j", "Down", "Tab"],
    title: "next field",
    group: "move",
    when: hasFields,
    run: step(1),
  },
  {
    id: "question.up",
    keys: ["k", "Up", "S-Tab"],
    title: "field before",
    group: "move",
    when: hasFields,
    run: step(-1),
  },
  {
    id: "question.scrollDown",
    keys: ["j", "Down"],
    title: "down",
    group: "move",
    when: scrolls,
    run: scroll(1, false),
  },
  { id: "question.scrollUp", keys: ["k", "Up"], title: "up", group: "move", when: scrolls, run: scroll(-1, false) },
  { id: "question.pageDown", keys: ["PgDn"], title: "a page down", group: "move", when: scrolls, run: scroll(1, true) },
  { id: "question.pageUp", keys: ["PgUp"], title: "a page up", group: "move", when: scrolls, run: scroll(-1, true) },
]

/** While an answer is typed. */
export const answerFieldBindings: ReadonlyArray<Binding> = [
  {
    id: "answer.next",
    keys: ["Enter"],
    title: "next field; after the last one the answer can be sent",
    short: "next",
    group: "pane",
    when: always,
    run: (control, scene) => {
      const form = formIn(scene)
      if (form === undefined) return
      const { row } = uiOf(scene, form)
      const isLast = row >= formOf(asTool(form)).rows.length - 1
      goTo(control, form, row + 1, !isLast)
    },
  },
  {
    id: "answer.leave",
    keys: ["Esc"],
    title: "leave the field",
    short: "leave",
    group: "pane",
    when: always,
    run: (control) => control.dispatch({ type: "endEdit" }),
  },
  { id: "answer.down", keys: ["Tab", "Down"], title: "next field", group: "move", when: always, run: step(1) },
  { id: "answer.up", keys: ["S-Tab", "Up"], title: "field before", group: "move", when: always, run: step(-1) },
]

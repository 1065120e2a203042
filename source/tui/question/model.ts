import * as Result from "effect/Result"
import type { FlowState } from "../../flow/state.ts"
import { contentFaults } from "../../mcp/elicitation-content.ts"
import type { Tool } from "../../mcp/tools.ts"
import type { QuestionUi, Scene } from "../app/scene.ts"
import { argumentField, argumentsOf, type FormRow, formOf } from "../screens/tools/model.ts"
import { clamp } from "../ui/window.ts"

export type Question = Extract<NonNullable<FlowState["wait"]>, { readonly kind: "question" }>
export type FormQuestion = Question & { readonly mode: "form" }

/** What the server asks at this moment. */
export const questionOf = ({ flow }: Scene): Question | undefined =>
  flow?.state.wait?.kind === "question" ? flow.state.wait : undefined

/** Whether a question lies over the screen. Something that the person opened before lies over the question. */
export const isAsked = (scene: Scene): boolean => questionOf(scene) !== undefined && scene.ui.layers.length === 0

/** Milliseconds in which a key was still on its way to something else. */
const tooSoon = 600

/** Milliseconds until the question takes an answer; a key pressed before was meant for what it covers. */
export const untilAsked = ({ since }: Question, now: number): number => Math.max(0, since + tooSoon - now)

/** Names no tool: the fields of a question are never those of a call. */
const mark = "\u0000question "

const forms = new WeakMap<object, Tool>()

/** The form of a question, in the shape in which the rows of a tool's form are drawn and read. */
export const asTool = ({ question, schema }: FormQuestion): Tool => {
  const known = forms.get(schema)
  if (known !== undefined) return known
  const tool: Tool = { name: `${mark}${question}`, inputSchema: schema }
  forms.set(schema, tool)
  return tool
}

/** The text field that is typed in. One of something that lies beneath a question, or of a question that is over, is not. */
export const editingIn = (scene: Scene): string | undefined => {
  const { editing } = scene.ui
  const own = `argument:${mark}`
  if (!isAsked(scene)) return editing?.startsWith(own) === true ? undefined : editing
  return editing?.startsWith(`${own}${questionOf(scene)?.question}:`) === true ? editing : undefined
}

/** What the screen remembers of this question, and of no other. */
export const uiOf = (scene: Scene, { question }: Question): QuestionUi =>
  scene.ui.question?.of === question ? scene.ui.question : { of: question, row: 0, problems: {} }

/** The row of the form that has the cursor. */
export const currentRow = (scene: Scene, question: FormQuestion): FormRow | undefined => {
  const { rows } = formOf(asTool(question))
  return rows[clamp(uiOf(scene, question).row, 0, rows.length - 1)]
}

/** Name of the text field behind the row with the cursor. */
export const currentField = (scene: Scene, question: FormQuestion): string | undefined => {
  const current = currentRow(scene, question)
  return current === undefined ? undefined : argumentField(asTool(question), current.field)
}

/** The values as they would be sent, or what is wrong with them by the JSON pointer of their field (MR-49). */
export const contentOf = (
  scene: Scene,
  question: FormQuestion,
): Result.Result<Readonly<Record<string, unknown>>, Readonly<Record<string, string>>> => {
  const content = argumentsOf(scene, asTool(question))
  const faults = Result.isFailure(content) ? content.failure : contentFaults(question.schema, content.success)
  return faults.length === 0 && Result.isSuccess(content)
    ? Result.succeed(content.success)
    : Result.fail(Object.fromEntries(faults.map(({ path, message }) => [path, message])))
}

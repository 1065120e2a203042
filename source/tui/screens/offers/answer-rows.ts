import type { FactOf } from "../../../flow/facts.ts"
import { type ContentFile, filesIn } from "../../../mcp/content-files.ts"
import { isObject } from "../../../mcp/json-rpc.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { jsonLines } from "../../ui/json.ts"
import { once } from "../../ui/once.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { contentRows, folded } from "../content-rows.ts"
import { findingRows } from "../flow/sections.ts"
import { problemRows, requestOf } from "../problem-rows.ts"
import { outcomeWords, runningRows } from "../tools/result-rows.ts"

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** What a request was about, in few words. */
const wordsOf = ({ method, params, list }: FactOf<"request">): string =>
  `${method} ${list === undefined ? (params?.uri ?? params?.name ?? "") : ""}`.trimEnd()

/** The contents of a resource, as the blocks that results embed. */
const resourceBlocks = (answer: FactOf<"answer">): ReadonlyArray<unknown> =>
  listOf(answer.result.contents).map((resource) => ({ type: "resource", resource }))

const messages = (
  answer: FactOf<"answer">,
): ReadonlyArray<{ readonly role: string; readonly blocks: ReadonlyArray<unknown> }> =>
  listOf(answer.result.messages).map((message) => {
    const { role, content } = isObject(message) ? message : {}
    return { role: typeof role === "string" ? role : "?", blocks: Array.isArray(content) ? content : [content] }
  })

const separated = (parts: ReadonlyArray<ReadonlyArray<Row>>): ReadonlyArray<Row> =>
  parts.flatMap((rows, index) => (index === 0 ? rows : [blank, ...rows]))

/** What of an answer can be read; another method's is shown as JSON. */
const readers: Readonly<Record<string, (answer: FactOf<"answer">, cells: number) => ReadonlyArray<Row>>> = {
  // They stand below the argument that they were asked for.
  "completion/complete": () => [],
  "resources/read": (answer, cells) => separated(resourceBlocks(answer).map((block) => contentRows(block, cells))),
  "prompts/get": (answer, cells) => [
    ...(typeof answer.result.description === "string" ? [...folded([answer.result.description], cells), blank] : []),
    ...separated(
      messages(answer).map(({ role, blocks }) => [
        row(span(role, "strong")),
        ...blocks.flatMap((block) => contentRows(block, cells)),
      ]),
    ),
  ],
}

const bodyRows = once((answer: FactOf<"answer">, detail: string): ReadonlyArray<Row> => {
  const [cells = "", method = ""] = detail.split(" ")
  const read = Object.hasOwn(readers, method) ? readers[method] : undefined
  return read?.(answer, Number(cells)) ?? folded(jsonLines(answer.result, Number(cells)), Number(cells))
})

/** What became of the last request that was no call: running, failed, or its answer. */
export const answerRows = (scene: Scene, flow: FlowScene, cells: number, room: number): ReadonlyArray<Row> => {
  const { state } = flow
  const { request, answer } = state.facts
  const { call } = state.steps
  const { glyphs } = scene.theme
  if (request === undefined) return [row(span("Nothing was read yet.", "dim"))]
  if (state.running !== undefined) return runningRows(scene, flow, wordsOf(request))
  if (call.status === "failed" && call.problem !== undefined)
    return problemRows({
      problem: call.problem,
      cells,
      theme: scene.theme,
      title: wordsOf(request),
      request: requestOf(state, call.problem, scene.theme),
      room,
    })
  if (answer === undefined)
    return [row(span(call.startedAt === undefined ? "Nothing was read yet." : "Cancelled.", "dim"))]
  const findings = findingRows(call.findings, cells, scene.theme)
  return [
    row(span(`${glyphs.done} `, "good"), outcomeWords(state, wordsOf(request), answer.exchange, scene)),
    ...findings,
    ...(request.list === undefined ? [blank, ...bodyRows(answer, `${cells} ${request.method}`)] : []),
  ]
}

const files = once((answer: FactOf<"answer">, request: FactOf<"request">): ReadonlyArray<ContentFile> => {
  if (request.method === "resources/read") return filesIn(listOf(answer.result.contents), String(request.params?.uri))
  return request.method === "prompts/get"
    ? messages(answer).flatMap(({ blocks }) => filesIn(blocks, String(request.params?.name)))
    : []
})

/** What of the answer can be saved. */
export const savable = ({ flow }: Scene): ReadonlyArray<ContentFile> => {
  const { request, answer } = flow?.state.facts ?? {}
  return request === undefined || answer === undefined ? [] : files(answer, request)
}

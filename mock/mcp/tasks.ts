import { isObject, type JsonObject } from "../json.ts"
import { opaque } from "../randomness.ts"
import { answers, type ClientAnswers, type ClientRequest } from "../tools/client-request.ts"
import type { Tool, ToolContext, ToolResult } from "../tools/tool.ts"
import type { World } from "../world.ts"
import type { Call, MethodHandler } from "./call.ts"
import type { Ask } from "./client-input.ts"
import { CODES, RpcError } from "./message.ts"
import { ownerOf } from "./owner.ts"

/** The extension of 2026-07-28 with which a call may be answered by a task (SEP-2663). */
export const TASKS = "io.modelcontextprotocol/tasks"

const TTL = 10 * 60_000
const POLL = 500
const KEPT = 1000

interface Waiting {
  readonly request: ClientRequest
  readonly answer: (response: JsonObject) => void
}

/** A call that goes on after its first answer. */
export interface Task {
  readonly id: string
  readonly owner: string
  readonly createdAt: number
  updatedAt: number
  status: "working" | "input_required" | "completed" | "failed" | "cancelled"
  /** What came of it, when it is over. */
  outcome: JsonObject
  /** What the client is asked, by key. */
  readonly waiting: Map<string, Waiting>
  readonly abort: AbortController
}

const time = (millis: number): string => new Date(millis).toISOString()

/** What is told of a task in any case. */
const envelope = ({ id, status, createdAt, updatedAt }: Task): JsonObject => ({
  taskId: id,
  status,
  createdAt: time(createdAt),
  lastUpdatedAt: time(updatedAt),
  ttlMs: TTL,
  pollIntervalMs: POLL,
})

/** Whether the client said, with this very request, that it can deal with tasks. */
const takesTasks = ({ capabilities }: Call): boolean =>
  isObject(capabilities.extensions) && isObject(capabilities.extensions[TASKS])

const needed = () =>
  new RpcError(CODES.missingCapability, `the client did not declare ${TASKS}`, 400, {
    requiredCapabilities: { extensions: { [TASKS]: {} } },
  })

const isOver = ({ status }: Task): boolean => !["working", "input_required"].includes(status)

function enter({ clock }: World, task: Task, status: Task["status"], outcome: JsonObject = {}): void {
  if (isOver(task)) return
  task.status = status
  task.outcome = outcome
  task.updatedAt = clock.now()
}

/** Asks by waiting in the task; the client sees the questions with `tasks/get` and answers with `tasks/update`. */
const askIn =
  (world: World, task: Task): Ask =>
  async (requests) => {
    const entries = Object.entries<ClientRequest>(requests)
    const found = await Promise.all(
      entries.map(
        ([name, request]) =>
          new Promise<readonly [string, JsonObject]>((resolve, reject) => {
            task.abort.signal.addEventListener("abort", () => reject(task.abort.signal.reason), { once: true })
            task.waiting.set(name, { request, answer: (response) => resolve([name, response]) })
            enter(world, task, "input_required")
          }),
      ),
    )
    return Object.fromEntries(found) as ClientAnswers<keyof typeof requests & string>
  }

/** Begins a task and gives the answer that says so. It can be asked for from that moment on. */
export function beginTask(call: Call, tool: Tool, input: JsonObject, context: ToolContext): JsonObject {
  const { world } = call
  const now = world.clock.now()
  const abort = new AbortController()
  const task: Task = {
    id: opaque(world.random),
    owner: ownerOf(call.principal),
    createdAt: now,
    updatedAt: now,
    status: "working",
    outcome: {},
    waiting: new Map(),
    abort,
  }
  for (const [id, { createdAt }] of world.tasks)
    if (createdAt + TTL < now || world.tasks.size >= KEPT) world.tasks.delete(id)
  world.tasks.set(task.id, task)
  const signal = AbortSignal.any([abort.signal, world.closing])
  const run = async (): Promise<ToolResult> =>
    tool.run(input, {
      ...context,
      signal,
      sleep: (milliseconds) => world.clock.sleep(milliseconds, signal),
      ask: askIn(world, task),
      progress() {},
      log() {},
      hangUp() {},
    })
  run().then(
    (result) => enter(world, task, "completed", { result: { ...result } }),
    (error: unknown) => {
      const { code, message } = error instanceof RpcError ? error : new RpcError(CODES.internal, "internal error")
      enter(world, task, "failed", { error: { code, message } })
    },
  )
  return { resultType: "task", ...envelope(task) }
}

/** Whether the call becomes a task: the server decides, and only for clients that can deal with one. */
export function becomesTask(call: Call, tool: Tool): boolean {
  if (tool.task === undefined) return false
  if (takesTasks(call)) return true
  if (tool.task === "required") throw needed()
  return false
}

/** The task that a request names: its own client's, or none. */
function taskOf(call: Call): Task {
  if (!takesTasks(call)) throw needed()
  const { taskId } = call.message.params
  const task = typeof taskId === "string" ? call.world.tasks.get(taskId) : undefined
  if (!task || task.owner !== ownerOf(call.principal)) throw new RpcError(CODES.invalidParams, "there is no such task")
  return task
}

const getTask: MethodHandler = (call) => {
  const task = taskOf(call)
  const open = [...task.waiting].map(([name, { request }]) => [name, request])
  return {
    ...envelope(task),
    ...task.outcome,
    ...(task.status === "input_required" ? { inputRequests: Object.fromEntries(open) } : {}),
  }
}

const updateTask: MethodHandler = (call) => {
  const task = taskOf(call)
  const { inputResponses } = call.message.params
  if (!isObject(inputResponses)) throw new RpcError(CODES.invalidParams, "params.inputResponses must be an object")
  for (const [name, response] of Object.entries(inputResponses)) {
    const asked = task.waiting.get(name)
    if (!asked || !answers(asked.request, response)) continue
    task.waiting.delete(name)
    if (task.waiting.size === 0) enter(call.world, task, "working")
    asked.answer(response)
  }
  return {}
}

const cancelTask: MethodHandler = (call) => {
  const task = taskOf(call)
  enter(call.world, task, "cancelled")
  task.abort.abort()
  return {}
}

/** What a client can do with a task. */
export const TASK_METHODS: Readonly<Record<string, MethodHandler>> = {
  "tasks/get": getTask,
  "tasks/update": updateTask,
  "tasks/cancel": cancelTask,
}

/** The extension is there when there is a tool that needs it. */
export const offersTasks = ({ catalogue }: World): boolean =>
  [...catalogue.tools.values()].some(({ task }) => task !== undefined)

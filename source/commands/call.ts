import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Flow } from "../flow/flow.ts"
import { type SavedFile, saveFiles } from "../flow/save-files.ts"
import type { FlowState } from "../flow/state.ts"
import { type ContentView, describeContent } from "../mcp/content.ts"
import { filesIn } from "../mcp/content-files.ts"
import { typedArguments } from "../mcp/tool-arguments.ts"
import type { Tool } from "../mcp/tools.ts"
import { formatBytes } from "../text/duration.ts"
import { errorDocument, errorFrame } from "./error-frame.ts"
import { usageFailure } from "./failure.ts"
import { type Line, line } from "./print.ts"
import { endOf, withReached } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

export interface CallInput extends Omit<ServerInput, "url"> {
  readonly words: ReadonlyArray<string>
  readonly args: Option.Option<string>
  readonly save: Option.Option<string>
}

const JsonObject = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

/** `--args JSON`, `--args -` (standard input), `--args @file`. */
const readArguments = Effect.fnUntraced(function* (given: string) {
  const source = yield* Effect.tryPromise({
    try: () =>
      given === "-"
        ? text(process.stdin)
        : given.startsWith("@")
          ? readFile(given.slice(1), "utf8")
          : Promise.resolve(given),
    catch: (error) =>
      usageFailure("file_unreadable", {
        received: `--args ${given}`,
        detail: error instanceof Error ? error.message : "",
      }),
  })
  const decoded = Schema.decodeUnknownResult(JsonObject)(source)
  return Result.isSuccess(decoded)
    ? decoded.success
    : yield* usageFailure("arguments_invalid", {
        expected: "one JSON object",
        detail: decoded.failure.message.replace(/\s+/g, " "),
      })
})

/** What each kind of content is on a plain terminal: text as it is, everything else named with its size. */
const contentText = (view: ContentView, saved?: SavedFile): string => {
  const kept = saved === undefined ? "" : `, saved as ${saved.path}`
  switch (view.kind) {
    case "text":
      return view.text
    case "image":
    case "audio":
      return `[${view.kind} ${view.mediaType}, ${formatBytes(view.bytes)}${kept}]`
    case "resource-link":
      return `[link ${view.name ?? ""} ${view.uri}]`
    case "resource":
      return view.text === undefined || saved !== undefined
        ? `[resource ${view.uri}, ${formatBytes(saved?.bytes ?? view.bytes ?? 0)}${kept}]`
        : view.text
    case "unknown":
      return view.json
  }
}

/** Content as text: what a person reads; `structuredContent` where that is all there is. */
export const resultLines = (state: FlowState, saved: ReadonlyArray<SavedFile> = []): ReadonlyArray<Line> => {
  const { result } = state.facts
  if (result === undefined) return []
  const content = result.content.flatMap((block, index) =>
    contentText(
      describeContent(block),
      saved.find((file) => file.index === index),
    ).split("\n"),
  )
  const structured =
    result.structuredContent === undefined ? [] : JSON.stringify(result.structuredContent, undefined, 2).split("\n")
  return (content.length === 0 ? structured : content).map((each) => line(each))
}

/** The schema for what is typed beside `--args`: what is given there is not required again. */
const withoutGiven = (schema: Tool["inputSchema"], given: Readonly<Record<string, unknown>>): object => ({
  ...schema,
  ...(Array.isArray(schema.required)
    ? { required: schema.required.filter((name) => !Object.hasOwn(given, String(name))) }
    : {}),
})

/** `call URL TOOL [name=value …]`: one tool call; exit 1 when the tool says no. */
export const call = Effect.fn("commands.call")(function* (input: CallInput) {
  const named = Option.isSome(input.serverUrl) || Option.isSome(input.stdio)
  const url = named ? Option.getOrUndefined(input.serverUrl) : input.words[0]
  const [name, ...pairs] = named ? input.words : input.words.slice(1)
  const settings = yield* settingsOf({ ...input, url: Option.fromNullishOr(url), serverUrl: Option.none() })
  if (name === undefined) return yield* usageFailure("tool_missing")
  const given = Option.isSome(input.args) ? yield* readArguments(input.args.value) : {}
  const { output } = settings

  // Arguments from standard input end with it: nobody can be asked there any more (MR-11).
  const reads = Option.contains(input.args, "-") ? "requests" : "pastes"

  return yield* withReached(settings, { goal: "call", reach: "tools", reads }, (run, listed) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const tool = listed.facts.tools?.find((candidate) => candidate.name === name)
      const typed = typedArguments(withoutGiven(tool?.inputSchema ?? {}, given), pairs)
      if (Result.isFailure(typed)) {
        const failure = usageFailure("arguments_invalid", {
          received: pairs.join(" "),
          detail: typed.failure.map((issue) => `${issue.path.replace(/^\//, "")}: ${issue.message}`).join("; "),
        })
        if (output.json) run.printer.json(errorDocument(failure, "call"))
        run.printer.err(errorFrame(failure))
        return failure.exit
      }
      const state = yield* flow.call(name, { ...given, ...typed.success })
      const ended = endOf(run, state, "call", output)
      const { result } = state.facts
      if (ended !== 0 || result === undefined) return ended
      const saved = Option.isSome(input.save)
        ? yield* saveFiles(input.save.value, filesIn(result.content, name))
        : undefined
      if (output.json)
        run.printer.json({
          serverUrl: state.serverUrl,
          tool: name,
          isError: result.isError,
          result: result.raw,
          ...(saved === undefined ? {} : { saved }),
        })
      else run.printer.out(resultLines(state, saved))
      return result.isError ? 1 : 0
    }),
  )
})

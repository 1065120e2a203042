import { formatMillis } from "../text/duration.ts"
import { sanitize } from "../text/sanitize.ts"
import type { Body, RequestRecord, ResponseRecord } from "../wire/exchange.ts"
import type { SavedExchange, SavedRun, SavedStep } from "./saved-run.ts"
import { titleOf } from "./titles.ts"

/** Text of a server as text: no markup, no image that is loaded, no HTML. */
const plain = (text: string): string =>
  sanitize(text, { lines: "one" }).replace(/[\\`*_{}[\]<>#|&!~$@]/g, (character) => `\\${character}`)

/** The longest row of backticks decides how many enclose it (CommonMark §4.5, §6.1). */
const ticks = (text: string, least: number): string =>
  "`".repeat(Math.max(least, 1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))))

const code = (text: string): string => {
  const clean = sanitize(text, { lines: "one" })
  const fence = ticks(clean, 1)
  const inner = /^`|`$/.test(clean) ? ` ${clean} ` : clean
  // A cell of a table ends at a bar, within code as well.
  return clean === "" ? "(empty)" : fence + inner.replaceAll("|", "\\|") + fence
}

const block = (text: string, language: string): ReadonlyArray<string> => {
  const clean = sanitize(text, { lines: "many" })
  const fence = ticks(clean, 3)
  return [fence + language, clean, fence]
}

const printed = (body: Body): string => {
  try {
    return JSON.stringify(JSON.parse(body.text), undefined, 2)
  } catch {
    return body.text
  }
}

const languageOf = ({ mediaType }: Body): string => (/\bjson$/.test(mediaType) ? "json" : "")

const recordBlocks = (first: string, record: RequestRecord | ResponseRecord): ReadonlyArray<string> => {
  const { body } = record
  const head = [first, ...record.headers.map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, " ")}`)]
  return [
    ...block(head.join("\n"), "http"),
    ...(body === undefined || body.text === "" ? [] : ["", ...block(printed(body), languageOf(body))]),
    ...(body?.truncated === true ? ["", "(cut off when it was recorded)"] : []),
  ]
}

const outcomeOf = ({ response }: SavedExchange): string =>
  response === undefined
    ? "no answer yet"
    : `${response.status ?? response.failure?.code ?? "?"}, ${formatMillis(response.timings.total)}`

const exchangeLines = (exchange: SavedExchange): ReadonlyArray<string> => {
  const { request, response, step, findings } = exchange
  const label = request.label === undefined ? "" : ` ${plain(request.label)}`
  return [
    `### #${request.exchange} ${plain(request.method)} ${code(request.url)}${label}`,
    "",
    `${step === undefined ? request.leg : titleOf(step)}: ${plain(outcomeOf(exchange))}`,
    "",
    ...recordBlocks(`${request.method} ${request.url}`, request),
    "",
    ...(response === undefined ? [] : recordBlocks(`HTTP ${response.status ?? "?"}`, response)),
    ...(response?.failure === undefined ? [] : ["", `No complete answer: ${plain(response.failure.detail)}`]),
    "",
    ...findings.flatMap(({ severity, rule, text }) => [`- ${severity}: ${plain(text)} (${plain(rule)})`]),
    ...(findings.length === 0 ? [] : [""]),
  ]
}

const stepRow = ({ step, outcome, note, startedAt, endedAt }: SavedStep): string => {
  const took = startedAt === undefined ? "" : formatMillis(endedAt - startedAt)
  return `| ${titleOf(step)} | ${outcome} | ${took} | ${plain(note ?? "")} |`
}

const evidence = ["url", "expected", "received", "detail"] as const

/** What happened, why, what to do, evidence. */
const failureLines = ({ step, problem }: SavedStep): ReadonlyArray<string> =>
  problem === undefined
    ? []
    : [
        `### ${titleOf(step)}: ${plain(problem.what)}`,
        "",
        plain(problem.why),
        "",
        "What to do:",
        "",
        ...problem.remedy.map((remedy) => `- ${plain(remedy)}`),
        "",
        "Evidence:",
        "",
        ...evidence.flatMap((name) => (problem[name] === undefined ? [] : [`- ${name}: ${code(problem[name])}`])),
        ...(problem.exchange === undefined ? [] : [`- exchange: #${problem.exchange}`]),
        `- rule: ${plain(problem.rule)}`,
        `- code: ${code(problem.code)}`,
        "",
      ]

const part = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ...(lines.at(-1) === "" ? [] : [""])]

/** The run as a report: steps, failures, findings that are not good news, exchanges. */
export const toMarkdown = (run: SavedRun): string => {
  const { state, steps, findings, exchanges } = run
  const bad = findings.filter(({ severity }) => severity === "warning" || severity === "error")
  const held = findings.filter(({ severity }) => severity === "pass").length
  return [
    `# A run against ${code(state.serverUrl)}`,
    "",
    `${new Date(state.startedAt).toISOString()}, mcp-dcr-tui ${plain(run.version)}, ${exchanges.length} exchanges, ${held} checks held. Secrets were replaced by their names, lengths and fingerprints when they were recorded.${run.holdsSecrets === true ? " **Those that the store still held were put back: keep this to yourself.**" : ""}`,
    "",
    ...part("Steps", ["| step | outcome | time | note |", "|---|---|---|---|", ...steps.map(stepRow)]),
    ...part("Failures", steps.flatMap(failureLines)),
    ...part(
      "Findings",
      bad.map(
        ({ severity, step, rule, text, exchange }) =>
          `- ${severity}${step === undefined ? "" : `, ${titleOf(step)}`}: ${plain(text)} (${plain(rule)}${exchange === undefined ? "" : `, #${exchange}`})`,
      ),
    ),
    ...part("Exchanges", exchanges.flatMap(exchangeLines)),
  ].join("\n")
}

import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { exported, type Format } from "../../source/export/formats.ts"
import type { Event } from "../../source/flow/event.ts"
import { secret } from "../../source/text/secret.ts"
import { requestRecord, responseRecord } from "../flow/events.ts"
import { harSchema } from "./har-schema.ts"

const formats: ReadonlyArray<Format> = ["har", "curl", "markdown", "mermaid", "jsonl"]

/** What could act on a terminal; line ends and tabs are layout. */
const unsafe = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u202e\u2028\ufeff\u{e0041}]/u

/** A run in which every text that a server controls is `text`. */
const hostileRun = (text: string): ReadonlyArray<Event> => [
  { _tag: "RunStarted", at: 0, serverUrl: "https://mcp.example/mcp", version: "1" },
  { _tag: "StepStarted", at: 1, step: "probe" },
  {
    _tag: "RequestSent",
    at: 2,
    request: {
      ...requestRecord(1, text),
      label: text,
      url: `https://mcp.example/${text}`,
      headers: [["x-tool", text]],
    },
  },
  {
    _tag: "ExchangeFinished",
    at: 3,
    response: { ...responseRecord(1, text), headers: [["x-note", text]], failure: { code: "cut", detail: text } },
  },
  { _tag: "FindingRaised", at: 4, finding: { severity: "error", rule: "RFC 9110", text, exchange: 1 } },
  {
    _tag: "StepEnded",
    at: 5,
    step: "probe",
    outcome: "failed",
    note: text,
    problem: { code: "x", what: text, why: text, remedy: [text], rule: "r", exit: 5, url: text, detail: text },
  },
]

const nasty: ReadonlyArray<string> = [
  "\u001b[2J\u001b]52;c;x\u0007",
  "a\nrm -rf /\nb",
  "\r\n# x",
  "'; echo pwned; '",
  "$(echo pwned)`echo pwned`",
  "\u202eabc\u200b\u2028\u2029\ufeff\u{e0041}",
  "```\n# heading\n![x](http://evil.example/x.png)\n<script>alert(1)</script>",
  "; participant Evil\nEvil->>You: hello %% #quot; end",
  "| a | b |",
  "\ud800",
  "~~~",
]

const texts: ReadonlyArray<string> = [...nasty, ...Array.from({ length: 100 }, (_, seed) => sample(seed))]

function sample(seed: number): string {
  // Each of the nasty ones beside and inside other characters.
  const odd = nasty[seed % nasty.length] ?? ""
  const place = seed % (odd.length + 1)
  return `${odd.slice(0, place)}${String.fromCodePoint((seed * 7919) % 0xd7ff)}${odd.slice(place)}`
}

const validHar = new Ajv().compile(harSchema)

describe("whatever a server says", () => {
  it.each(formats)("%s is safe on a terminal", (format) => {
    for (const text of texts) {
      const out = exported(hostileRun(text), format)
      expect(unsafe.exec(out)?.[0], `${JSON.stringify(text)} in:\n${JSON.stringify(out)}`).toBeUndefined()
    }
  })

  it("har and jsonl stay JSON of their form", () => {
    for (const text of texts) {
      const har: unknown = JSON.parse(exported(hostileRun(text), "har"))
      expect(validHar(har) ? [] : validHar.errors, JSON.stringify(text)).toEqual([])
      const lines = exported(hostileRun(text), "jsonl").trimEnd().split("\n")
      expect(lines.map((line) => JSON.parse(line).type)).toEqual(["run", "exchange", "step"])
    }
  })

  it("har says what the network panel of Chromium cannot guess: who asked, how much came, why nothing did", () => {
    const har: unknown = JSON.parse(exported(hostileRun("x"), "har"))
    expect(har).toMatchObject({
      log: { entries: [{ _resourceType: "fetch", response: { _transferSize: expect.any(Number), _error: "cut: x" } }] },
    })
  })

  it("curl has no line that a server wrote outside of a quoted word or a comment", () => {
    for (const text of texts) {
      const script = exported(hostileRun(text.replaceAll("\n", " ")), "curl")
      for (const line of script.split("\n"))
        expect(line, JSON.stringify(text)).toMatch(/^(?:#.*|curl .*| {2}--[a-z-]+(?: .*)?|\w+='' # .*|)$/s)
    }
  })

  it("mermaid has only participants, notes and messages", () => {
    for (const text of texts)
      for (const line of exported(hostileRun(text), "mermaid").trimEnd().split("\n").slice(1))
        expect(line).toMatch(
          /^ {2}(?:participant \w+ as [\w ()-]+|Note over [\w,]+: [^;<>%]*(?:#\d+;[^;<>%]*)*|\w+-[->x]+\w+: [^;<>%]*(?:#\d+;[^;<>%]*)*)$/,
        )
  })

  it("markdown loads no image, holds no HTML and ends every block that it begins", () => {
    for (const text of texts) {
      const outside: Array<string> = []
      let fence: string | undefined
      for (const line of exported(hostileRun(text), "markdown").split("\n")) {
        const [, ticks] = /^(`{3,})\w*$/.exec(line) ?? []
        if (fence === undefined && ticks !== undefined) fence = ticks
        else if (line === fence) fence = undefined
        else if (fence === undefined) outside.push(line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, ""))
      }
      expect(fence).toBeUndefined()
      expect(outside.join("\n")).not.toMatch(/(?<!\\)[<!]/)
    }
  })
})

describe("a secret of the journal", () => {
  it("is a variable of the curl script, the same in all requests, and its placeholder elsewhere", () => {
    const token = secret("access_token", "canary-canary-canary")
    const shown = `<${token.label} ${token.length} chars sha256:${token.fingerprint}>`
    const request = (exchange: number): Event => ({
      _tag: "RequestSent",
      at: exchange,
      request: { ...requestRecord(exchange), headers: [["authorization", `Bearer ${shown}`]] },
    })
    const events: ReadonlyArray<Event> = [
      { _tag: "RunStarted", at: 0, serverUrl: "https://mcp.example/mcp", version: "1" },
      request(1),
      request(2),
    ]
    for (const format of formats) expect(exported(events, format)).not.toContain("canary")
    const script = exported(events, "curl")
    expect(script.match(/^ACCESS_TOKEN='' # 20 characters/gm)).toHaveLength(1)
    expect(script.match(/"authorization: Bearer \$ACCESS_TOKEN"/g)).toHaveLength(2)
    expect(exported(events, "markdown")).toContain(shown)
  })
})

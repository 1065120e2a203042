import { assert, describe, it } from "@effect/vitest"
import * as EffectSse from "effect/encoding/Sse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { makeSseParser, type SseEvent } from "../../source/mcp/sse.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Parse {
  readonly events: ReadonlyArray<SseEvent>
  readonly lastEventId: string
  readonly retry: number | undefined
}

const parse = (chunks: ReadonlyArray<Uint8Array>): Parse => {
  const parser = makeSseParser()
  const events = chunks.flatMap((chunk) => Result.getOrThrow(parser.feed(chunk)))
  return { events, lastEventId: parser.lastEventId(), retry: parser.retryMillis() }
}

const oneByOne = (text: string): ReadonlyArray<Uint8Array> => Array.from(bytes(text), (byte) => Uint8Array.of(byte))
const message = (data: string): SseEvent => ({ type: "message", data })

/** Rule, stream, events, last event id, retry. */
const corpus: ReadonlyArray<readonly [string, string, ReadonlyArray<SseEvent>, string?, number?]> = [
  ["LF ends lines", "data: a\n\n", [message("a")]],
  ["CRLF ends lines", "data: a\r\n\r\ndata: b\r\n\r\n", [message("a"), message("b")]],
  ["CR ends lines", "data: a\r\rdata: b\r\r", [message("a"), message("b")]],
  ["line ends may be mixed", "data: a\r\n\ndata: b\n\rdata: c\r\n\r\n", [message("a"), message("b"), message("c")]],
  ["a byte order mark is dropped once", "\uFEFFdata: a\n\n", [message("a")]],
  ["a second byte order mark makes an unknown field", "\uFEFF\uFEFFdata: a\n\n", []],
  ["comments are ignored", ": keep-alive\n\ndata: a\n: between\n\n", [message("a")]],
  ["one leading space is removed", "data:  a\n\ndata:b\n\n", [message(" a"), message("b")]],
  ["lines of data are joined with LF", "data: a\ndata\ndata: b\n\n", [message("a\n\nb")]],
  ["unknown fields are ignored", "foo: x\nDATA: y\ndata: a\n\n", [message("a")]],
  ["an event may have a type", "event: ping\ndata: a\n\ndata: b\n\n", [{ type: "ping", data: "a" }, message("b")]],
  ["an empty type is message", "event:\ndata: a\n\n", [message("a")]],
  ["ids persist", "id: 7\ndata: a\n\ndata: b\n\n", [message("a"), message("b")], "7"],
  ["an id with NUL is ignored", "id: 7\n\nid: a\0b\ndata: a\n\n", [message("a")], "7"],
  ["an empty id clears it", "id: 7\n\nid\n\n", [], ""],
  ["the id of a block without data counts (MR-24)", "id: 7\nretry: 500\n\n", [], "7", 500],
  ["a priming event has empty data (MR-24)", "id: 7\ndata: \n\n", [message("")], "7"],
  ["retry takes digits only", "retry: 5x\nretry: -1\nretry: 1e3\n\n", [], ""],
  ["an unfinished event is dropped", "data: a\n\nid: 9\ndata: b\n", [message("a")], ""],
  ["characters may span chunks", "data: héllo 🌍 世界\n\n", [message("héllo 🌍 世界")]],
  ["a colon in the value stays", 'data: {"a":1}\n\n', [message('{"a":1}')]],
]

describe("server-sent events", () => {
  for (const [rule, text, events, lastEventId = "", retry] of corpus) {
    it(`MR-23 ${rule}`, () => {
      const expected = { events, lastEventId, retry }
      assert.deepStrictEqual(parse([bytes(text)]), expected)
      assert.deepStrictEqual(parse(oneByOne(text)), expected)
    })
  }

  it("MR-23 invalid UTF-8 becomes replacement characters", () => {
    const stream = Uint8Array.of(...bytes("data: "), 0xff, ...bytes("\n\n"))
    assert.deepStrictEqual(parse([stream]).events, [message("\uFFFD")])
  })

  it("rulebook 1.14: an endless line, and an endless event, fail instead of filling the memory", () => {
    for (const endless of ["data: aaaaaaaa", "data: a\n"]) {
      const parser = makeSseParser(100)
      const fed = Array.from({ length: 200 }, () => parser.feed(bytes(endless)))
      assert.isTrue(fed.some(Result.isFailure))
    }
  })

  const lines = Schema.Array(
    Schema.Literals([
      "data: x",
      "data:",
      "data:  é🌍",
      "event: t",
      "id: 1",
      "id",
      ": c",
      "retry: 10",
      "",
      "",
      "x",
      "\uFEFF",
    ]),
  )
  const ends = Schema.Literals(["\n", "\r", "\r\n"])

  it.prop(
    "MR-23 any chunking gives the same events, and the same as Effect's own parser",
    [lines, ends, Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })))],
    ([all, end, sizes]) => {
      const stream = bytes(all.map((line) => line + end).join(""))
      const chunks: Array<Uint8Array> = []
      for (let from = 0, turn = 0; from < stream.length; turn++) {
        const size = sizes[turn % Math.max(1, sizes.length)] ?? 4
        chunks.push(stream.slice(from, from + size))
        from += size
      }
      const whole = parse([stream])
      assert.deepStrictEqual(parse(chunks), whole)
      const oracle: Array<SseEvent> = []
      const parser = EffectSse.makeParser((event) => {
        if (event._tag === "Event") oracle.push({ type: event.event, data: event.data })
      })
      parser.feed(new TextDecoder("utf-8", { ignoreBOM: true }).decode(stream))
      assert.deepStrictEqual(whole.events, oracle)
    },
  )
})

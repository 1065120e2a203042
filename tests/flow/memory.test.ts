import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../source/flow/event.ts"
import { eventRing, makeEventList, resultRing } from "../../source/flow/memory.ts"
import { bodyRing, initialState, transition } from "../../source/flow/state.ts"
import { requestRecord, responseRecord } from "./events.ts"

const sent = (exchange: number): Event => ({ _tag: "RequestSent", at: 1, request: requestRecord(exchange, "question") })
const finished = (exchange: number): Event => ({
  _tag: "ExchangeFinished",
  at: 1,
  response: responseRecord(exchange, "answer"),
})
const result = (exchange: number): Event => ({
  _tag: "FactLearned",
  at: 1,
  fact: {
    name: "result",
    value: { content: [{ type: "text", text: "x".repeat(100) }], isError: false, raw: { large: true }, exchange },
  },
})

describe("the list of events", () => {
  it("stops growing, and keeps the newest", () => {
    const list = makeEventList()
    for (let exchange = 1; exchange <= 2 * eventRing; exchange++) {
      list.push(sent(exchange))
      list.push(finished(exchange))
      list.push(result(exchange))
      assert.isAtMost(list.all().length, eventRing)
    }
    const last = list.all().at(-1)
    assert.deepStrictEqual(last, result(2 * eventRing))
    const whole = (holds: (event: Event) => boolean) => list.all().filter(holds).length
    assert.strictEqual(
      whole((event) => event._tag === "RequestSent" && event.request.body?.text !== "") +
        whole((event) => event._tag === "ExchangeFinished" && event.response.body?.text !== ""),
      2 * bodyRing,
    )
    assert.strictEqual(
      whole(
        (event) => event._tag === "FactLearned" && event.fact.name === "result" && event.fact.value.content.length > 0,
      ),
      resultRing,
    )
    // What is thinned says so, and how much there was.
    const old = list.all().find((event) => event._tag === "ExchangeFinished")
    assert.deepStrictEqual(old?._tag === "ExchangeFinished" && old.response.body, {
      text: "",
      mediaType: "application/json",
      bytes: 6,
      truncated: true,
    })
  })

  it("gives the same state as long as nothing has left it", () => {
    const list = makeEventList()
    let state = initialState
    for (let exchange = 1; exchange <= 3 * bodyRing; exchange++)
      for (const event of [sent(exchange), finished(exchange)]) {
        list.push(event)
        state = transition(state, event)
      }
    assert.deepStrictEqual(list.all().reduce(transition, initialState), state)
  })
})

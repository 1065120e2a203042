import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Event } from "../../source/flow/event.ts"
import { bodyRing, exchangeRing, type FlowState, initialState, transition } from "../../source/flow/state.ts"
import { mainSteps } from "../../source/flow/step-id.ts"
import { likelyEvents, requestRecord, responseRecord, someFacts } from "./events.ts"
import { illegalities } from "./legality.ts"

const fold = (events: ReadonlyArray<Event>): FlowState => events.reduce(transition, initialState)

/** Every state on the way is legal, not only the last. */
const legalThroughout = (events: ReadonlyArray<Event>): void => {
  let state = initialState
  for (const event of events) {
    state = transition(state, event)
    assert.deepStrictEqual(illegalities(state), [], `after ${JSON.stringify(event)}`)
  }
}

const throughJson = (events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  const encode = Schema.encodeSync(Event)
  const decode = Schema.decodeUnknownSync(Event)
  return events.map((event) => decode(JSON.parse(JSON.stringify(encode(event)))))
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe("the fold", () => {
  it.prop(
    "stays legal whatever events come",
    { events: Schema.Array(Event) },
    ({ events }) => legalThroughout(events),
    {
      arbitrary: { runs: 300 },
    },
  )

  it.prop("stays legal when events nearly fit", { events: likelyEvents }, ({ events }) => legalThroughout(events), {
    arbitrary: { runs: 500, size: 120 },
  })

  it.prop(
    "gives the same state from a saved journal",
    { events: Schema.Array(Event) },
    // Both as JSON, which knows no -0.
    ({ events }) => assert.deepStrictEqual(asJson(fold(throughJson(events))), asJson(fold(events))),
    { arbitrary: { runs: 300 } },
  )

  it.prop(
    "gives the same state from a saved journal whose events nearly fit",
    { events: likelyEvents },
    ({ events }) => assert.deepStrictEqual(fold(throughJson(events)), fold(events)),
    { arbitrary: { runs: 200, size: 80 } },
  )

  it.prop("never changes what it was given", { events: likelyEvents }, ({ events }) => {
    let state = initialState
    for (const event of events) {
      const before = JSON.stringify(state)
      const next = transition(state, event)
      assert.strictEqual(JSON.stringify(state), before)
      state = next
    }
  })

  it("learns every fact in its place, and drops it with its step", () => {
    const events: Array<Event> = []
    for (const [index, step] of mainSteps.entries()) {
      events.push({ _tag: "StepStarted", at: 1, step })
      for (const fact of someFacts.slice(index, step === "call" ? undefined : index + 1))
        events.push({ _tag: "FactLearned", at: 2, fact })
      events.push({ _tag: "StepEnded", at: 3, step, outcome: "done" })
    }
    const done = fold(events)
    assert.deepStrictEqual(
      Object.keys(done.facts),
      someFacts.map(({ name }) => name),
    )
    const back = transition(done, { _tag: "Reset", at: 4, step: "authorize", reason: "back" })
    assert.deepStrictEqual(Object.keys(back.facts), ["probe", "resource", "server", "identity"])
    assert.strictEqual(back.unproven, undefined)
    const walk = transition(done, { _tag: "Reset", at: 4, step: "resource", through: "token", reason: "step-up" })
    assert.deepStrictEqual(Object.keys(walk.facts), ["probe", "session", "tools", "call", "result"])
  })

  it("lets a failed step learn nothing, and keeps the call that was chosen", () => {
    const state = fold([
      ...mainSteps.slice(0, 9).flatMap(
        (step): ReadonlyArray<Event> => [
          { _tag: "StepStarted", at: 1, step },
          { _tag: "StepEnded", at: 1, step, outcome: "done" },
        ],
      ),
      { _tag: "FactLearned", at: 1, fact: someFacts[9] ?? someFacts[0] },
      { _tag: "StepStarted", at: 1, step: "call" },
      { _tag: "FactLearned", at: 1, fact: someFacts[10] ?? someFacts[0] },
      { _tag: "StepEnded", at: 1, step: "call", outcome: "cancelled" },
    ])
    assert.deepStrictEqual(Object.keys(state.facts), ["call"])
  })
})

describe("the ring of exchanges", () => {
  const many = (count: number): FlowState => {
    let state = initialState
    for (let exchange = 1; exchange <= count; exchange++) {
      state = transition(state, { _tag: "RequestSent", at: 1, request: requestRecord(exchange, "question") })
      state = transition(state, { _tag: "ExchangeFinished", at: 1, response: responseRecord(exchange, "answer") })
    }
    return state
  }

  it("keeps the newest, and the bodies of the newest of these", () => {
    const state = many(exchangeRing + 10)
    assert.deepStrictEqual(illegalities(state), [])
    assert.strictEqual(state.exchanges.length, exchangeRing)
    assert.strictEqual(state.exchangeCount, exchangeRing + 10)
    assert.strictEqual(state.exchanges[0]?.request.exchange, 11)
    const old = state.exchanges[exchangeRing - bodyRing - 1]
    assert.deepStrictEqual([old?.request.body?.truncated, old?.response?.body?.bytes], [true, 6])
    assert.strictEqual(state.exchanges[exchangeRing - bodyRing]?.response?.body?.text, "answer")
  })

  it("leaves the body of a late answer aside when its request has become old", () => {
    let state = many(bodyRing + 5)
    state = transition(state, { _tag: "RequestSent", at: 1, request: requestRecord(9000, "q") })
    for (let exchange = 0; exchange < bodyRing; exchange++)
      state = transition(state, { _tag: "RequestSent", at: 1, request: requestRecord(10_000 + exchange) })
    state = transition(state, { _tag: "ExchangeFinished", at: 1, response: responseRecord(9000, "late") })
    assert.deepStrictEqual(illegalities(state), [])
    assert.strictEqual(state.exchanges.find(({ request }) => request.exchange === 9000)?.response?.status, 200)
  })
})

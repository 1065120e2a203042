import { describe, expect, it } from "vitest"
import { type Action, initialUi, reduce } from "../../source/tui/app/reduce.ts"

const given = (...actions: ReadonlyArray<Action>) => actions.reduce(reduce, initialUi(false))

describe("the screen's own state", () => {
  it("types into the field that is open, and nowhere else", () => {
    const insert = { type: "edited", change: { edit: "insert", text: "abc" } } as const
    expect(given(insert)).toEqual(initialUi(false))
    expect(given({ type: "edit", field: "logFilter" }, insert).fields.logFilter).toEqual({ text: "abc", caret: 3 })
    expect(given({ type: "edit", field: "url" }, insert).fields.url?.text).toBe("https://abc")
  })

  it("keeps what was typed when a field is opened again, unless a text is given", () => {
    const typed: ReadonlyArray<Action> = [
      { type: "edit", field: "x" },
      { type: "edited", change: { edit: "insert", text: "1" } },
      { type: "endEdit" },
      { type: "edit", field: "x" },
    ]
    expect(given(...typed).fields.x?.text).toBe("1")
    expect(given(...typed, { type: "edit", field: "x", text: "" }).fields.x?.text).toBe("")
  })

  it("hides secrets when the screen changes or the exchange is closed", () => {
    const shown: Action = { type: "reveal", until: 5 }
    expect(given(shown).revealUntil).toBe(5)
    expect(given(shown, { type: "goto", screen: "flow" }).revealUntil).toBeUndefined()
    expect(given(shown, { type: "closeExchange" }).revealUntil).toBeUndefined()
    expect(given(shown, { type: "hide" }).revealUntil).toBeUndefined()
  })

  it("peels layers one at a time", () => {
    const help: Action = { type: "push", layer: { kind: "help", cursor: 0 } }
    const two = given(help, { type: "push", layer: { kind: "confirm", ask: "quit" } })
    expect(two.layers).toHaveLength(2)
    expect(reduce(two, { type: "pop" }).layers).toEqual([{ kind: "help", cursor: 0 }])
  })

  it("forgets the run before when another one is opened, but not the wish to be taught", () => {
    const before = given(
      { type: "flow", change: { explain: true, step: "token", scroll: { of: "token", top: 9 } } },
      { type: "log", change: { open: 3, cursor: 3 } },
      { type: "tools", change: { tool: "echo" } },
      { type: "opened" },
    )
    expect(before.screen).toBe("flow")
    expect(before.flow).toEqual({ explain: true, scroll: { of: "", top: 0 } })
    expect(before.log.open).toBeUndefined()
    expect(before.tools.tool).toBeUndefined()
  })

  it("gives up a choice to follow again", () => {
    const chosen = given(
      { type: "flow", change: { step: "token", scroll: { of: "token", top: 4 }, logBack: 2 } },
      { type: "log", change: { cursor: 3 } },
    )
    expect(reduce(chosen, { type: "follow", what: "step" }).flow).toEqual({
      explain: false,
      scroll: { of: "", top: 0 },
      logBack: 2,
    })
    expect(reduce(chosen, { type: "follow", what: "flowLog" }).flow.logBack).toBeUndefined()
    expect(reduce(chosen, { type: "follow", what: "log" }).log.cursor).toBeUndefined()
  })
})

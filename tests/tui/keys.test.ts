import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { Event, Wait } from "../../source/flow/event.ts"
import { initialUi } from "../../source/tui/app/reduce.ts"
import type { Scene, Ui } from "../../source/tui/app/scene.ts"
import { keyContexts, keysMarkdown } from "../../source/tui/keys/docs.ts"
import { footerHints, helpHint } from "../../source/tui/keys/footer.ts"
import { helpEntries } from "../../source/tui/keys/help.ts"
import { bindingFor, reachable } from "../../source/tui/keys/match.ts"
import { makeTheme } from "../../source/tui/theme/themes.ts"
import { fittingHints } from "../../source/tui/ui/key-hints.ts"
import { calling, failed, fold, offered, start, through, waiting } from "./journal.ts"
import { fakeFlow } from "./session.ts"

const scene = (events: Parameters<typeof fold>[0], change: Partial<Ui> = {}): Scene => {
  const { handle } = fakeFlow(events)
  return {
    ui: { ...initialUi(false), screen: "flow", ...change },
    columns: 80,
    rows: 24,
    now: start,
    version: "1.0.0",
    theme: makeTheme({ ascii: false, colour: true }),
    still: true,
    servers: [],
    mock: true,
    faults: [],
    ...(events.length === 0
      ? {}
      : {
          flow: {
            state: fold(events),
            steps: handle.steps,
            target: handle.target,
            expose: handle.expose,
            autoApproves: false,
          },
        }),
  }
}

const { focus } = initialUi(false)
const exchange = { log: { ...initialUi(false).log, open: 5 } }

const asked = {
  kind: "question",
  question: 1,
  serverUrl: "s",
  during: "tools/call",
  message: "m",
  exchange: 1,
} as const
const form: Wait = {
  ...asked,
  mode: "form",
  schema: { type: "object", properties: { name: { type: "string" } } },
  secretLooking: [],
}
const page: Wait = { ...asked, mode: "url", url: "https://h/", host: "h", punycode: false, accepting: "consent" }
const asking = (wait: Wait): Event => ({ _tag: "Waiting", at: start, step: "call", wait })

/** Every kind of moment that a person can be in. */
const moments: Readonly<Record<string, Scene>> = {
  start: scene([], { screen: "start" }),
  "start, typing": scene([], { screen: "start", editing: "url" }),
  "flow, ready": scene(through("server")),
  "flow, waiting": scene(waiting()),
  "flow, typing the callback": scene(waiting(), { editing: "callback" }),
  "flow, failed": scene(failed()),
  "flow, running": scene(calling()),
  "flow, done": scene(through("call")),
  "flow, log": scene(through("call"), { focus: { ...focus, flow: "log" } }),
  "flow, steps": scene(through("call"), {
    focus: { ...focus, flow: "steps" },
    flow: { step: "token", scroll: { of: "", top: 0 }, explain: true },
  }),
  log: scene(through("call"), { screen: "log" }),
  "log, filtering": scene(through("call"), { screen: "log", editing: "logFilter" }),
  exchange: scene(through("call"), { screen: "log", ...exchange }),
  tools: scene(through("call"), { screen: "tools" }),
  "tools, form": scene(through("call"), { screen: "tools", focus: { ...focus, tools: "form" } }),
  "tools, typing": scene(through("call"), {
    screen: "tools",
    focus: { ...focus, tools: "form" },
    editing: "argument:search_docs:/query",
  }),
  "tools, running": scene(calling(), { screen: "tools", focus: { ...focus, tools: "result" } }),
  "offers, unlisted": scene(through("tools"), { screen: "offers" }),
  offers: scene(offered(), { screen: "offers" }),
  "offers, typing": scene(offered(), {
    screen: "offers",
    focus: { ...focus, offers: "form" },
    offers: { ...initialUi(false).offers, entry: "prompts packing_list" },
    editing: "argument:\u0000offer prompts packing_list:/city",
  }),
  help: scene(through("server"), { layers: [{ kind: "help", cursor: 0 }] }),
  faults: scene([], { screen: "start", layers: [{ kind: "faults", cursor: 0 }] }),
  "faults, filtering": scene([], { screen: "start", layers: [{ kind: "faults", cursor: 0 }], editing: "faults" }),
  "help, filtering": scene(through("server"), { layers: [{ kind: "help", cursor: 0 }], editing: "help" }),
  "asked for values": scene([...calling(), asking(form)]),
  "asked, typing": scene([...calling(), asking(form)], { editing: "argument:\u0000question 1:/name" }),
  "asked to open a page": scene([...calling(), asking(page)]),
  "asked while typing for a tool": scene([...calling(), asking(form)], {
    screen: "tools",
    editing: "argument:search_docs:/query",
  }),
  "quit?": scene(calling(), { layers: [{ kind: "confirm", ask: "quit" }] }),
}

describe.each(Object.entries(moments))("%s", (_, now) => {
  it("hints only at keys that do what the hint says", () => {
    for (const { key, label } of footerHints(now)) {
      const found = bindingFor(now, key)
      expect(found?.short ?? found?.title, `${key} ${label}`).toBe(label)
    }
  })

  it.each([80, 100, 120])("has room for the most useful hints at %i columns", (columns) => {
    const hints = footerHints(now)
    const fitting = fittingHints(hints, helpHint, columns)
    expect(fitting.length).toBeGreaterThanOrEqual(Math.min(hints.length, 3))
  })

  it("lists in the help what can be done, with titles that fit", () => {
    for (const { binding } of helpEntries(now)) {
      expect(binding.when(now)).toBe(true)
      expect(binding.title.length, binding.title).toBeLessThanOrEqual(54)
      expect(binding.keys.join(" ").length, binding.id).toBeLessThanOrEqual(12)
    }
  })

  it("has a way out", () => {
    expect(reachable(now).some(({ keys }) => keys.includes("Esc"))).toBe(true)
  })
})

describe("the registry", () => {
  const all = keyContexts.flatMap(({ bindings }) => bindings)

  it("has one id per binding", () => {
    const ids = all.map(({ id }) => id)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  it("uses no key that terminals or tapes cannot tell apart", () => {
    const wrong = /^(?:F\d+|Ctrl\+[HIJM[QSZB]|Alt\+.+)$/
    for (const { keys, id } of all) for (const key of keys) expect(key, id).not.toMatch(wrong)
  })

  it("has Home and End only beside another key", () => {
    for (const { keys, id } of all)
      expect(keys.every((key) => key === "Home" || key === "End") && !id.startsWith("field."), id).toBe(false)
  })

  it("keeps the keys for copying where they are", () => {
    for (const context of ["Flow", "Log"]) {
      const { bindings = [] } = keyContexts.find(({ title }) => title === context) ?? {}
      expect(bindings.find(({ keys }) => keys.includes("Y"))?.title).toContain("curl")
      expect(bindings.find(({ keys }) => keys.includes("y"))?.title).toContain("copy")
    }
  })

  it("is what docs/keys.md says", () => {
    expect(readFileSync(new URL("../../docs/keys.md", import.meta.url), "utf8")).toBe(keysMarkdown())
  })
})

it("takes every printable key for text while a field is open", () => {
  const typing = moments["start, typing"]
  for (const key of ["q", "?", "j", "1", "Space", "/"]) expect(typing && bindingFor(typing, key)).toBeUndefined()
})

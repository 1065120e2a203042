import { existsSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { usageTexts } from "../../source/commands/failure.ts"
import { flowTexts } from "../../source/flow/failure.ts"
import { mcpTexts } from "../../source/mcp/failure.ts"
import { oauthTexts } from "../../source/oauth/failure.ts"
import { discoveryTexts } from "../../source/oauth/failure-discovery.ts"
import { grantTexts } from "../../source/oauth/failure-grant.ts"
import { identityTexts } from "../../source/oauth/failure-identity.ts"
import type { ProblemText } from "../../source/text/problem.ts"
import { vaultTexts } from "../../source/vault/failure.ts"
import { wireTexts } from "../../source/wire/failure.ts"
import { commandNames, flagNames, unknownWords } from "../command-line.ts"
import { at, nodes, root, sources } from "./sources.ts"

const tables: Readonly<Record<string, Readonly<Record<string, ProblemText>>>> = {
  commands: usageTexts,
  flow: flowTexts,
  mcp: mcpTexts,
  oauth: oauthTexts,
  vault: vaultTexts,
  wire: wireTexts,
}

const rows = Object.entries(tables).flatMap(([room, table]) =>
  Object.entries(table).map(([code, row]) => ({ name: `${room} ${code}`, code, ...row })),
)

describe("the texts of failures", () => {
  it.each(rows)("$name says what happened, why, what to do, and by which rule", ({ code, ...row }) => {
    expect(code).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(row.what).toMatch(/^[\w`-].*[.?]$/)
    expect(row.why).toMatch(/^[\w`-].*\.$/)
    expect(row.rule).not.toBe("")
    expect(row.remedy.length).toBeGreaterThan(0)
    for (const each of row.remedy) expect(each.trim().length).toBeGreaterThan(3)
    expect([0, 1, 2, 3, 4, 5, 6, 130]).toContain(row.exit)
    // Short enough for the error frame at 80 columns.
    expect(row.what.length).toBeLessThanOrEqual(140)
    for (const each of [row.why, ...row.remedy]) expect(each.length).toBeLessThanOrEqual(200)
  })

  it("have a code that means one thing, whichever room it comes from", () => {
    const codes = rows.map(({ code }) => code)
    // A 403 is the same refusal, whether a step or a single message meets it.
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual(["forbidden"])
  })

  it("loses no row where oauth joins its tables", () => {
    const parts = [discoveryTexts, identityTexts, grantTexts].map((table) => Object.keys(table).length)
    expect(Object.keys(oauthTexts)).toHaveLength(parts.reduce((sum, part) => sum + part, 0))
  })

  it("points at documents that exist", () => {
    const named = rows.flatMap(({ name, what, why, remedy, rule }) =>
      [...[what, why, ...remedy, rule].join("\n").matchAll(/\bdocs\/[\w-]+\.md\b/g)].map(([file]) => ({ name, file })),
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(({ file }) => !existsSync(path.join(root, file)))).toEqual([])
  })
})

describe("what the program says about its own command line", () => {
  it("knows the flags and commands it is checked against", () => {
    expect([...commandNames()]).toEqual(expect.arrayContaining(["open", "demo", "login", "tools", "call", "mock"]))
    expect([...flagNames()]).toEqual(expect.arrayContaining(["browser", "args", "no-input", "json", "mock"]))
    expect(unknownWords("use --no-such-flag with mcp-dcr-tui nonsense URL")).toHaveLength(2)
  })

  it("names no flag and no command that does not exist, in any text of source/", () => {
    // Flags of curl and of secret-tool, and custom properties of a style sheet.
    const others = ["source/text/curl.ts", "source/vault/keyring.ts", "source/oauth/callback-page.ts"]
    const files = sources("source").filter((file) => !others.includes(file.path))
    const invented = files.flatMap((file) =>
      nodes(file).flatMap((node) => {
        const text = node.type === "TemplateElement" ? (node.value as { readonly cooked: string }).cooked : node.value
        if ((node.type !== "Literal" && node.type !== "TemplateElement") || typeof text !== "string") return []
        return unknownWords(text).map((word) => `${at(file, node.start)} ${word}`)
      }),
    )
    expect(invented).toEqual([])
  })
})

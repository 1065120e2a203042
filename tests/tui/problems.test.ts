import { describe, expect, it } from "vitest"
import { usageTexts } from "../../source/commands/failure.ts"
import { flowTexts } from "../../source/flow/failure.ts"
import { mcpTexts } from "../../source/mcp/failure.ts"
import { oauthTexts } from "../../source/oauth/failure.ts"
import { problemRows } from "../../source/tui/screens/problem-rows.ts"
import { makeTheme } from "../../source/tui/theme/themes.ts"
import { draw } from "../../source/tui/ui/row.ts"
import { vaultTexts } from "../../source/vault/failure.ts"
import { wireTexts } from "../../source/wire/failure.ts"

const texts = Object.entries({
  ...usageTexts,
  ...flowTexts,
  ...mcpTexts,
  ...oauthTexts,
  ...vaultTexts,
  ...wireTexts,
})

/** What a detail pane shows at 80 x 24 while a step has failed. */
const [cells, room] = [76, 18]
const theme = makeTheme({ ascii: false, colour: false })
const plain = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "")

describe("a failed step at 80 x 24", () => {
  it.each(texts)("tells without scrolling which request, what came back, which rule, what to do: %s", (code, text) => {
    const problem = {
      ...text,
      code,
      exchange: 123,
      url: "https://authorization.example.com/realms/acme/protocol/openid-connect/token",
      expected: "200 with a JSON object that holds an access token",
      received: "status 500, text/html; charset=utf-8",
      detail: `a page that says nothing of use ${"and goes on and on ".repeat(20)}`,
    }
    const shown = problemRows({
      problem,
      cells,
      theme,
      title: "Step 10 failed",
      request: `POST ${problem.url} → 500`,
      keys: [
        ["r", "Retry this step"],
        ["b", "Back to step 9"],
      ],
      room,
    })
      .slice(0, room)
      .map((row) => plain(draw(row, cells, theme)).trimEnd())
    const words = shown.join(" ").replace(/\s+/g, " ")
    expect(words).toContain("✗ Step 10 failed")
    expect(words).toContain("→ 500 (#123 in the log)")
    expect(words).toContain("Received status 500, text/html")
    for (const part of [text.rule, ...text.remedy])
      expect(words.replaceAll("· ", "")).toContain(part.replace(/\s+/g, " "))
    expect(words).toContain("r Retry this step")
  })
})

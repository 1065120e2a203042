import * as Effect from "effect/Effect"
import { openBrowser } from "../oauth/browser.ts"
import type { Target } from "./target.ts"

interface PageOpening {
  readonly opened: "opened" | "failed" | "not-asked"
  readonly detail?: string
}

/** Opens a page in the person's browser where that is asked for; gives how it went, as a wait of the journal tells it. */
export const openPage = Effect.fn("flow.openPage")(function* (url: string, { browser }: Pick<Target, "browser">) {
  if (browser !== "system") return { opened: "not-asked" } satisfies PageOpening
  return yield* openBrowser(url).pipe(
    Effect.map(
      (result): PageOpening => (result.opened ? { opened: "opened" } : { opened: "failed", detail: result.why }),
    ),
    Effect.catchTag("OAuthFailure", ({ what }) => Effect.succeed<PageOpening>({ opened: "failed", detail: what })),
  )
})

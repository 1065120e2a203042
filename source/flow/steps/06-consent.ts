import * as Effect from "effect/Effect"
import type { Attempt } from "../../oauth/authorization-request.ts"
import { checkResponse, stateMatches } from "../../oauth/authorization-response.ts"
import { followAuthorization } from "../../oauth/follow.ts"
import { parsePasted } from "../../oauth/pasted-response.ts"
import { Findings } from "../../text/finding.ts"
import { CallbackDesk } from "../callback-desk.ts"
import { fact } from "../facts.ts"
import { flowFailure } from "../failure.ts"
import { Journal } from "../journal.ts"
import { userNotNeeded } from "../not-needed.ts"
import { alone } from "../one-sign-in.ts"
import { openPage } from "../opening-page.ts"
import { missing, type Step } from "../step.ts"
import { canSignIn, signInCommand, type Target } from "../target.ts"

/** The port does not stay open for ever (OAuth 2.1 §8.5, rulebook 1.14). */
const longestWait = "5 minutes"

/** What a slip of the hand while pasting looks like; the wait goes on. */
const slips = new Set(["pasted_not_a_url", "pasted_elsewhere", "state_mismatch"])

/** The port listens before the browser opens; then the callback or a pasted URL brings the answer. */
const askInBrowser = Effect.fn("flow.askInBrowser")(function* (attempt: Attempt, target: Target) {
  const desk = yield* CallbackDesk
  const journal = yield* Journal
  const findings = yield* Findings
  const { url, redirectUri } = attempt
  const listener = yield* desk.open(redirectUri)
  const waiting = (opened: "opening" | "opened" | "failed" | "not-asked", detail?: string) =>
    journal.append({
      _tag: "Waiting",
      step: "consent",
      wait: { kind: "browser", url, redirectUri, opened, ...(detail === undefined ? {} : { detail }) },
    })

  const opening = Effect.gen(function* () {
    if (target.browser === "system") yield* waiting("opening")
    const { opened, detail } = yield* openPage(url, target)
    yield* waiting(opened, detail)
  })
  const called =
    listener === undefined ? Effect.never : listener.awaitResponse((params) => stateMatches(attempt, params))
  const pasted = Effect.gen(function* () {
    for (;;) {
      const text = yield* desk.pasted
      const parsed = parsePasted(text, attempt)
      if (parsed._tag === "Success") return parsed.success
      if (!slips.has(parsed.failure.code)) return yield* parsed.failure
      yield* findings.raise({
        severity: "warning",
        rule: "OAuth 2.1 §4.1.2",
        text: `pasted text: ${parsed.failure.what}`,
      })
    }
  })
  return yield* Effect.raceFirst(
    Effect.flatMap(called, (params) => Effect.fromResult(checkResponse(attempt, params))),
    pasted,
  ).pipe(
    Effect.raceFirst(opening.pipe(Effect.andThen(Effect.never))),
    Effect.timeoutOrElse({
      duration: longestWait,
      orElse: () => Effect.fail(flowFailure("no_callback", { url: redirectUri })),
    }),
    Effect.tapError(() => desk.conclude("failure")),
  )
})

/**
 * The user decides at the authorization server, in a browser of their own (RFC 8252). The answer comes back to a port on
 * this machine and is checked in a fixed order: state, issuer, then error or code. What does not bear our state is
 * ignored, because any web page can send a browser to that port.
 */
export const consentStep: Step = {
  id: "consent",
  title: "Sign in (browser)",
  purpose:
    "Let the user decide in their browser, wait for the callback, and check that the answer belongs to this attempt.",
  reference: [
    "RFC 8252 §7.3",
    "OAuth 2.1 §4.1.2",
    "RFC 9207 §2.4",
    "MCP authorization, Authorization Response Validation",
  ],
  pitfalls: [
    "The user denies: access_denied",
    "The redirect URI is not registered: the server shows an error page and never calls back",
    "The browser runs on another machine: paste the address it ends on",
  ],
  needs: ["attempt"],
  yields: ["code"],
  skip: userNotNeeded,
  preview: ({ facts }) =>
    facts.attempt === undefined ? undefined : { method: "GET", url: facts.attempt.url, headers: [] },
  run: Effect.fn("flow.consent")(function* ({ target, facts }) {
    const findings = yield* Findings
    const attempt = facts.attempt ?? (yield* missing("attempt"))
    if (!canSignIn(target))
      return yield* flowFailure("authorization_required", { url: target.serverUrl, expected: signInCommand(target) })
    yield* alone({ target, facts })
    const { code } =
      target.browser === "follow"
        ? yield* Effect.flatMap(followAuthorization(attempt), (params) =>
            Effect.fromResult(checkResponse(attempt, params)),
          )
        : yield* askInBrowser(attempt, target)
    yield* findings.raise({ severity: "pass", rule: "OAuth 2.1 §7.12", text: "state is the one we sent" })
    yield* findings.raise({
      severity: "pass",
      rule: "RFC 9207 §2.4",
      text: attempt.issParameterSupported
        ? "iss is the issuer we asked"
        : "iss was not promised and nothing contradicts it",
    })
    return { facts: [fact("code", code)], note: "code received" }
  }),
}

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Ask, AskAnswer, Respondent } from "../mcp/elicitation.ts"
import { CurrentStep } from "./current-step.ts"
import type { Wait } from "./event.ts"
import type { Intent } from "./intent.ts"
import type { Journal } from "./journal.ts"
import { openPage } from "./opening-page.ts"
import type { Target } from "./target.ts"

type QuestionWait = Extract<Wait, { readonly kind: "question" }>
type Given = Omit<Extract<Intent, { readonly _tag: "Answer" }>, "_tag" | "question">

/** The question as the journal keeps it: plain, and enough to draw it. */
const waitOf = (question: number, ask: Ask): QuestionWait => {
  const { serverUrl, serverName, during, message, exchange } = ask
  const asked = {
    kind: "question",
    question,
    serverUrl,
    ...(serverName === undefined ? {} : { serverName }),
    during,
    message,
    exchange,
  } as const
  if (ask.mode === "form") return { ...asked, mode: "form", schema: ask.schema, secretLooking: ask.secretLooking }
  const { url, host, punycode, accepting } = ask
  return { ...asked, mode: "url", url, host, punycode, accepting }
}

const answerOf = ({ action, content }: Given): AskAnswer =>
  action === "accept" ? { action, ...(content === undefined ? {} : { content }) } : { action }

/**
 * Where a person answers what a server asks: the question becomes a wait of the journal, the intent `Answer` ends it. One
 * question at a time. A page is opened after the person agreed, and never before (MR-51).
 */
export const makeQuestionDesk = (journal: Journal["Service"], target: Target) => {
  const oneByOne = Semaphore.withPermits(Semaphore.makeUnsafe(1), 1)
  let count = 0
  let open:
    | { readonly question: number; answered: Deferred.Deferred<Given>; readonly page: string | undefined }
    | undefined

  const put = Effect.fnUntraced(function* (ask: Ask) {
    const step = (yield* CurrentStep) ?? journal.state().running
    if (step === undefined) return { action: "cancel" } satisfies AskAnswer
    count += 1
    const question = count
    const page = ask.mode === "url" ? ask.elicitationId : undefined
    const ended = (action: AskAnswer["action"] | "withdrawn") => journal.append({ _tag: "Answered", question, action })

    /** Shows the question as it is now, and waits for what the person says to it. */
    const say = Effect.fnUntraced(function* (wait: QuestionWait) {
      const answered = yield* Deferred.make<Given>()
      open = { question, answered, page }
      yield* journal.append({ _tag: "Waiting", step, wait })
      return yield* Deferred.await(answered)
    })

    const asking = Effect.gen(function* () {
      const wait = waitOf(question, ask)
      const first = yield* say(wait)
      if (ask.mode === "form" || wait.mode === "form" || first.action !== "accept") return answerOf(first)
      const visited = yield* openPage(ask.url, target)
      // Agreeing was all that was asked for, and the page is on its way.
      if (ask.accepting === "consent" && visited.opened === "opened") return answerOf(first)
      return answerOf(yield* say({ ...wait, ...visited }))
    })
    return yield* asking.pipe(
      Effect.tap(({ action }) => ended(action)),
      Effect.onInterrupt(() => ended("withdrawn")),
      Effect.ensuring(
        Effect.sync(() => {
          open = undefined
        }),
      ),
    )
  })

  const respondent: Respondent = {
    capabilities: { form: true, url: true },
    answer: (ask) => oneByOne(put(ask)),
    // The visit is over, whoever noticed it first.
    completed: (elicitationId) =>
      Effect.suspend(() => {
        const { wait } = journal.state()
        if (open === undefined || open.page !== elicitationId || wait?.kind !== "question") return Effect.void
        return wait.mode === "url" && wait.accepting === "repeat" && wait.opened !== undefined
          ? Effect.asVoid(Deferred.succeed(open.answered, { action: "accept" }))
          : Effect.void
      }),
  }

  const answer = ({ question, action, content }: Extract<Intent, { readonly _tag: "Answer" }>): Effect.Effect<void> =>
    Effect.suspend(() =>
      open?.question === question
        ? Effect.asVoid(Deferred.succeed(open.answered, { action, ...(content === undefined ? {} : { content }) }))
        : Effect.void,
    )

  return { respondent, answer }
}

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CallbackDesk } from "../../source/flow/callback-desk.ts"
import { factSources } from "../../source/flow/facts.ts"
import { flowFailure } from "../../source/flow/failure.ts"
import { Journal, reporting } from "../../source/flow/journal.ts"
import { flowLayer } from "../../source/flow/runner.ts"
import type { Aside, Learned, Step, StepContext, StepFailure, StepServices } from "../../source/flow/step.ts"
import { type MainStepId, mainSteps, type StepId } from "../../source/flow/step-id.ts"
import { defaultTarget } from "../../source/flow/target.ts"
import { type Ask, Respondent } from "../../source/mcp/elicitation.ts"
import { AuthorizationRequired, mcpFailure } from "../../source/mcp/failure.ts"
import { oauthFailure } from "../../source/oauth/failure.ts"
import { Entropy } from "../../source/text/entropy.ts"
import { Findings } from "../../source/text/finding.ts"
import { Vault } from "../../source/vault/vault.ts"
import { wireFailure } from "../../source/wire/failure.ts"
import { Wire } from "../../source/wire/wire.ts"
import { someFacts } from "./events.ts"

const required = (status: 401 | 403, tokenSent: boolean, challenge: string) =>
  new AuthorizationRequired({
    status,
    tokenSent,
    wwwAuthenticate: [challenge],
    exchange: 1,
    url: "https://mcp.example",
  })

const someAsk: Ask = {
  mode: "form",
  serverUrl: "https://mcp.example/mcp",
  during: "tools/call",
  message: "Who?",
  exchange: 1,
  schema: { type: "object", properties: { name: { type: "string" } } },
  fields: [],
  secretLooking: [],
}

/** What a step without a network may do when it is run. */
export const behaviours = {
  finish: Effect.void,
  "finish later": Effect.sleep("1 second"),
  fail: Effect.suspend(() => Effect.fail(flowFailure("forbidden"))),
  "fail later": Effect.andThen(
    Effect.sleep("1 second"),
    Effect.suspend(() => Effect.fail(wireFailure("connection_refused", {}, true))),
  ),
  hang: Effect.never,
  "hang and say a long goodbye": Effect.onInterrupt(Effect.never, () => Effect.sleep("1 hour")),
  ask: Effect.gen(function* () {
    const journal = yield* Journal
    const desk = yield* CallbackDesk
    const wait = { kind: "browser", url: "u", redirectUri: "r", opened: "opening" } as const
    const { running } = journal.state()
    if (running !== undefined) yield* journal.append({ _tag: "Waiting", step: running, wait })
    yield* desk.pasted
  }),
  "ask for values": Effect.gen(function* () {
    const { answer } = yield* Respondent
    yield* answer(someAsk)
  }),
  break: Effect.die(new Error("a mistake of ours")),
  "interrupt itself": Effect.interrupt,
  "refuse the token": Effect.suspend(() => Effect.fail(required(401, true, "Bearer error=invalid_token"))),
  "want a token": Effect.suspend(() => Effect.fail(required(401, false, "Bearer"))),
  "want more scope": Effect.suspend(() =>
    Effect.fail(required(403, true, 'Bearer error="insufficient_scope", scope="more"')),
  ),
  forbid: Effect.suspend(() => Effect.fail(required(403, true, "Bearer error=invalid_request"))),
  "forget the session": Effect.suspend(() => Effect.fail(mcpFailure("session_lost"))),
  "forget the client": Effect.suspend(() => Effect.fail(oauthFailure("client_dead"))),
  "be out of order": Effect.suspend(() => Effect.fail(oauthFailure("refresh_later"))),
} as const satisfies Record<string, Effect.Effect<unknown, StepFailure, StepServices>>

export type Behaviour = keyof typeof behaviours

/** What the next run of any step does. */
export type Script = (step: StepId) => Behaviour

export interface Scripted {
  readonly script: Script
  readonly goal?: MainStepId
  /** Grows with every run of a step. */
  readonly ran?: Array<StepId>
  readonly skip?: (id: MainStepId, context: StepContext) => string | undefined
  /** The last thing that an interrupted step does. */
  readonly goodbye?: Effect.Effect<void, never, StepServices>
}

const yieldsOf = (id: StepId) =>
  someFacts.filter(({ name }) => factSources[name][0] === id || (id === "refresh" && name === "grant"))

const run =
  (id: StepId, { script, ran = [], goodbye = Effect.void }: Scripted) =>
  (_: StepContext): Effect.Effect<Learned, StepFailure, StepServices> =>
    Effect.gen(function* () {
      ran.push(id)
      const findings = yield* Findings
      yield* findings.raise({ severity: "note", rule: "test", text: id })
      const act: Effect.Effect<unknown, StepFailure, StepServices> = behaviours[script(id)]
      yield* Effect.onInterrupt(act, () => goodbye)
      return { facts: yieldsOf(id).filter(({ name }) => name !== "call"), note: id }
    })

const words = { title: "t", purpose: "p", reference: [], pitfalls: [], needs: [], yields: [] }

/** The whole runner over steps that do as the script says, without a network. */
export const scripted = (options: Scripted) => {
  const { goal = "call", skip } = options
  const steps = mainSteps.map(
    (id): Step => ({
      ...words,
      id,
      preview: () => undefined,
      run: run(id, options),
      ...(skip === undefined ? {} : { skip: (context: StepContext) => skip(id, context) }),
    }),
  )
  const asides: ReadonlyArray<Aside> = [
    { ...words, id: "refresh", run: run("refresh", options) },
    { ...words, id: "revoke", undoes: "authorize", run: run("revoke", options) },
  ]
  const journal = reporting.pipe(Layer.provideMerge(Journal.layer))
  const services = Layer.mergeAll(Layer.mock(Wire)({}), Vault.memory, CallbackDesk.layer, Entropy.layer).pipe(
    Layer.provideMerge(journal),
  )
  return flowLayer({
    target: defaultTarget("https://mcp.example/mcp"),
    steps,
    asides,
    goal,
    version: "test",
    asks: true,
  }).pipe(Layer.provideMerge(services))
}

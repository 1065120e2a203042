import * as Schema from "effect/Schema"
import { Finding } from "../text/finding.ts"
import { RequestRecord, ResponseRecord } from "../wire/exchange.ts"
import { Fact } from "./facts.ts"
import { StepId } from "./step-id.ts"

/** Why a step failed, as the journal keeps it (text/problem.ts as a schema). */
export const ProblemRecord = Schema.Struct({
  code: Schema.String,
  what: Schema.String,
  why: Schema.String,
  remedy: Schema.Array(Schema.String),
  rule: Schema.String,
  exit: Schema.Literals([0, 1, 2, 3, 4, 5, 6, 130]),
  exchange: Schema.optionalKey(Schema.Finite),
  url: Schema.optionalKey(Schema.String),
  expected: Schema.optionalKey(Schema.String),
  received: Schema.optionalKey(Schema.String),
  detail: Schema.optionalKey(Schema.String),
})
export type ProblemRecord = typeof ProblemRecord.Type

/** What every question of a server has. */
const asked = {
  /** Its number in this run: an answer names it, so that it cannot meet another one. */
  question: Schema.Finite,
  serverUrl: Schema.String,
  /** The server's own claim. */
  serverName: Schema.optionalKey(Schema.String),
  /** The method of our request that it belongs to. */
  during: Schema.String,
  /** The server's own words. */
  message: Schema.String,
  /** The exchange that brought it. */
  exchange: Schema.Finite,
}

/** What the run waits for a person to do. `since` is the event's `at`. */
export const Wait = Schema.Union([
  /** Before a step: next, run all, back, skip. */
  Schema.Struct({ kind: Schema.Literal("gate") }),
  /** The browser has the authorization URL; the callback, a pasted URL or a cancel ends it. */
  Schema.Struct({
    kind: Schema.Literal("browser"),
    url: Schema.String,
    redirectUri: Schema.String,
    /** What became of opening the browser. */
    opened: Schema.Literals(["opening", "opened", "failed", "not-asked"]),
    detail: Schema.optionalKey(Schema.String),
  }),
  /** The server asks for values during a step (MCP elicitation); the schema is flat and was checked. */
  Schema.Struct({
    kind: Schema.Literal("question"),
    mode: Schema.Literal("form"),
    ...asked,
    schema: Schema.Record(Schema.String, Schema.Unknown),
    /** Names of fields that look as if a secret were wanted. */
    secretLooking: Schema.Array(Schema.String),
  }),
  /** The server wants a page visited. Nothing has opened it before `opened` says so. */
  Schema.Struct({
    kind: Schema.Literal("question"),
    mode: Schema.Literal("url"),
    ...asked,
    url: Schema.String,
    host: Schema.String,
    punycode: Schema.Boolean,
    /** `consent`: yes means that it may be opened. `repeat`: a second yes means that the visit is over. */
    accepting: Schema.Literals(["consent", "repeat"]),
    /** What became of opening the browser, once the person agreed; `not-asked`: the person opens it. */
    opened: Schema.optionalKey(Schema.Literals(["opened", "failed", "not-asked"])),
    detail: Schema.optionalKey(Schema.String),
  }),
])
export type Wait = typeof Wait.Type

/** What the runner does about a refusal by itself. */
export const Remedy = Schema.Literals([
  /** Trade the refresh token for a new access token, then the same step again. */
  "renew",
  /** Steps 2 to 7 once more. */
  "authorize",
  /** The same, asking for more scope. */
  "step-up",
  /** Forget the client and register a new one, then sign in with it. */
  "register",
  /** Open a new MCP session, then the same step again. */
  "reconnect",
  /** Begin again with the token that another run has got meanwhile. */
  "adopt",
])
export type Remedy = typeof Remedy.Type

const at = { at: Schema.Finite }
/** The step an event belongs to, where that need not be the one that runs: a cancelled step may still say goodbye. */
const step = { step: Schema.optionalKey(StepId) }

/** The kinds of event. The journal is a list of these, oldest first; everything else is a projection of it. */
export const Event = Schema.Union([
  Schema.TaggedStruct("RunStarted", { ...at, serverUrl: Schema.String, version: Schema.String }),
  Schema.TaggedStruct("ModeChanged", { ...at, mode: Schema.Literals(["manual", "auto"]) }),
  Schema.TaggedStruct("StepStarted", { ...at, step: StepId }),
  Schema.TaggedStruct("RequestSent", { ...at, ...step, request: RequestRecord }),
  Schema.TaggedStruct("ExchangeFinished", { ...at, response: ResponseRecord }),
  Schema.TaggedStruct("RetryScheduled", {
    ...at,
    exchange: Schema.Finite,
    millis: Schema.Finite,
    reason: Schema.String,
  }),
  Schema.TaggedStruct("FactLearned", { ...at, fact: Fact }),
  Schema.TaggedStruct("FindingRaised", { ...at, ...step, finding: Finding }),
  Schema.TaggedStruct("Progressed", {
    ...at,
    progress: Schema.Finite,
    total: Schema.optionalKey(Schema.Finite),
    message: Schema.optionalKey(Schema.String),
  }),
  /** Something a server said beside its answers: a changed list or resource, a log message. */
  Schema.TaggedStruct("Notified", {
    ...at,
    ...step,
    method: Schema.String,
    params: Schema.Record(Schema.String, Schema.Unknown),
  }),
  /** The run listens to what changes at the server, beside its steps. */
  Schema.TaggedStruct("ListeningStarted", { ...at, filter: Schema.Record(Schema.String, Schema.Unknown) }),
  /** What of the filter the server will tell of. */
  Schema.TaggedStruct("ListeningGranted", { ...at, granted: Schema.Record(Schema.String, Schema.Unknown) }),
  Schema.TaggedStruct("ListeningEnded", {
    ...at,
    reason: Schema.String,
    problem: Schema.optionalKey(ProblemRecord),
  }),
  Schema.TaggedStruct("Waiting", { ...at, step: StepId, wait: Wait }),
  /** A question of the server is over. What was answered is not kept here; the exchange that carries it shows it. */
  Schema.TaggedStruct("Answered", {
    ...at,
    question: Schema.Finite,
    action: Schema.Literals(["accept", "decline", "cancel", "withdrawn"]),
  }),
  /** `errand`: the person wants something new; what was tried for the errand before counts no more. */
  Schema.TaggedStruct("Decided", { ...at, decision: Schema.String, errand: Schema.optionalKey(Schema.Boolean) }),
  /** A refusal is answered without asking. What follows from it are ordinary steps, in sight of everybody. */
  Schema.TaggedStruct("RemedyChosen", {
    ...at,
    step: StepId,
    remedy: Remedy,
    reason: Schema.String,
    /** What a step-up was asked for. */
    scope: Schema.optionalKey(Schema.String),
  }),
  Schema.TaggedStruct("StepEnded", {
    ...at,
    step: StepId,
    outcome: Schema.Literals(["done", "failed", "skipped", "cancelled"]),
    note: Schema.optionalKey(Schema.String),
    problem: Schema.optionalKey(ProblemRecord),
  }),
  /** Back to before `step`: what it and the later ones (up to `through`, else all) yielded is dropped. */
  Schema.TaggedStruct("Reset", { ...at, step: StepId, through: Schema.optionalKey(StepId), reason: Schema.String }),
])
export type Event = typeof Event.Type
export type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import type { Event } from "../../source/flow/event.ts"
import { type Fact, fact } from "../../source/flow/facts.ts"
import { asideSteps, mainSteps, type StepId } from "../../source/flow/step-id.ts"
import { secret } from "../../source/text/secret.ts"
import type { RequestRecord, ResponseRecord } from "../../source/wire/exchange.ts"

const steps: ReadonlyArray<StepId> = [...mainSteps, ...asideSteps]

const pick = <A>(list: readonly [A, ...Array<A>], index: number): A => list[index % list.length] ?? list[0]

export const requestRecord = (exchange: number, text = ""): RequestRecord => ({
  exchange,
  leg: "mcp",
  attempt: 1,
  at: 0,
  method: "POST",
  url: "https://mcp.example/mcp",
  headers: [["accept", "application/json"]],
  body: { text, mediaType: "application/json", bytes: text.length, truncated: false },
})

export const responseRecord = (exchange: number, text = ""): ResponseRecord => ({
  exchange,
  at: 0,
  status: 200,
  headers: [],
  timings: { total: 1 },
  body: { text, mediaType: "application/json", bytes: text.length, truncated: false },
})

const issuer = "https://as.example"
const client = {
  source: "dcr",
  issuer,
  clientId: "c",
  tokenEndpointAuthMethod: "none",
  redirectUris: ["http://127.0.0.1:1/callback"],
} as const

/** One of each kind of fact. */
export const someFacts: readonly [Fact, ...Array<Fact>] = [
  fact("probe", { outcome: "challenged", status: 401, exchange: 1 }),
  fact("resource", { resource: "https://mcp.example/mcp", authorizationServers: [issuer], document: {} }),
  fact("server", {
    issuer,
    tokenEndpoint: `${issuer}/token`,
    grantTypesSupported: ["authorization_code"],
    codeChallengeMethodsSupported: ["S256"],
    issParameterSupported: true,
    clientIdMetadataDocumentSupported: false,
    document: {},
  }),
  fact("identity", { client, redirectUri: "http://127.0.0.1:1/callback", reused: false }),
  fact("attempt", {
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    clientId: "c",
    redirectUri: "http://127.0.0.1:1/callback",
    state: "s",
    verifier: secret("code_verifier", "verifier-verifier"),
    issParameterSupported: true,
    createdAt: 1,
    url: `${issuer}/authorize?x`,
  }),
  fact("code", secret("code", "code-code-code")),
  fact("grant", {
    issuer,
    clientId: "c",
    accessToken: secret("access_token", "token-token-token"),
    tokenType: "Bearer",
    refreshToken: secret("refresh_token", "refresh-refresh"),
    scopeKnown: true,
    obtainedAt: 1,
  }),
  fact("session", { url: "https://mcp.example/mcp", era: "modern", protocolVersion: "2026-07-28", capabilities: {} }),
  fact("tools", [{ name: "add", inputSchema: {} }]),
  fact("call", { tool: "add", arguments: { a: 1 } }),
  fact("result", { content: [], isError: false, raw: {}, exchange: 9 }),
]

/** What an event is made of: its kind, a step, and a small number for everything else. */
const Seed = Schema.Tuple([
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 18 })),
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 11 })),
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 11 })),
])

const question = (number: number) =>
  ({ kind: "question", question: number, serverUrl: "s", during: "tools/call", message: "m", exchange: 1 }) as const

const eventOf = ([kind, first, second]: typeof Seed.Type, at: number): Event => {
  const step = steps[first] ?? "probe"
  const other = steps[second] ?? "probe"
  const kinds: readonly [Event, ...Array<Event>] = [
    { _tag: "StepStarted", at, step },
    { _tag: "StepEnded", at, step, outcome: "done", note: "ok" },
    {
      _tag: "StepEnded",
      at,
      step,
      outcome: pick(["done", "failed", "skipped", "cancelled"], second),
      problem: { code: "x", what: "", why: "", remedy: [], rule: "", exit: 4 },
    },
    { _tag: "FactLearned", at, fact: pick(someFacts, second) },
    // The step whose turn it is most often: without it, long lists rarely get anywhere.
    { _tag: "FactLearned", at, fact: pick(someFacts, first) },
    { _tag: "ModeChanged", at, mode: pick(["manual", "auto"], first) },
    { _tag: "RequestSent", at, request: requestRecord(first, "body"), ...(second > 8 ? { step: other } : {}) },
    { _tag: "ExchangeFinished", at, response: responseRecord(first, "answer") },
    { _tag: "RetryScheduled", at, exchange: first, millis: 200, reason: "status 503" },
    { _tag: "FindingRaised", at, finding: { severity: "pass", rule: "r", text: "t" }, ...(second > 8 ? { step } : {}) },
    { _tag: "Progressed", at, progress: first, total: 9 },
    { _tag: "Waiting", at, step, wait: { kind: "gate" } },
    { _tag: "Waiting", at, step, wait: { kind: "browser", url: "u", redirectUri: "r", opened: "opening" } },
    { _tag: "Waiting", at, step, wait: { ...question(second), mode: "form", schema: {}, secretLooking: [] } },
    {
      _tag: "Waiting",
      at,
      step,
      wait: { ...question(second), mode: "url", url: "u", host: "h", punycode: false, accepting: "consent" },
    },
    { _tag: "Answered", at, question: second, action: pick(["accept", "decline", "cancel", "withdrawn"], first) },
    { _tag: "Decided", at, decision: "next", ...(second > 5 ? { errand: true } : {}) },
    {
      _tag: "RemedyChosen",
      at,
      step,
      remedy: pick(["renew", "authorize", "step-up", "register", "reconnect"], second),
      reason: "r",
    },
    { _tag: "Reset", at, step, reason: "back", ...(second > 5 ? { through: other } : {}) },
  ]
  return pick(kinds, kind)
}

/** Lists of events in any order, likely enough to fit each other that something happens. */
export const likelyEvents: Arbitrary.Arbitrary<ReadonlyArray<Event>> = Arbitrary.map(
  Arbitrary.schema(Schema.Array(Seed)),
  (seeds) => seeds.map((seed, index) => eventOf(seed, index + 1)),
)

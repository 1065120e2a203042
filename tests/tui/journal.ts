import type { Event, ProblemRecord } from "../../source/flow/event.ts"
import { type FactName, type FactOf, fact } from "../../source/flow/facts.ts"
import { type FlowState, initialState, transition } from "../../source/flow/state.ts"
import type { StepId } from "../../source/flow/step-id.ts"
import type { Tool } from "../../source/mcp/tools.ts"
import { placeholder, secret } from "../../source/text/secret.ts"
import type { RequestRecord, ResponseRecord } from "../../source/wire/exchange.ts"

// Journals for screens: a sign-in at mcp.acme.dev at a fixed time, as far as a test wants it.

export const start = Date.UTC(2026, 7, 21, 12, 4, 1)
export const serverUrl = "https://mcp.acme.dev/mcp"
const issuer = "https://as.acme.dev"
const redirectUri = "http://127.0.0.1:33418/callback"

/** Values that must never be seen; the journal knows only their placeholders. */
export const canaries = {
  code: "canary-code-0123456789abcdef01234567",
  verifier: "canary-verifier-0123456789abcdef0123456789a",
  access: `canary-access-token-${"a1B2c3D4".repeat(20)}`,
  refresh: `canary-refresh-token-${"z9Y8x7W6".repeat(4)}`,
} as const

const code = secret("code", canaries.code)
const verifier = secret("code_verifier", canaries.verifier)
const access = secret("access_token", canaries.access)
const refresh = secret("refresh_token", canaries.refresh)

export const hidden = new Map([
  [placeholder(code), canaries.code],
  [placeholder(verifier), canaries.verifier],
  [placeholder(access), canaries.access],
  [placeholder(refresh), canaries.refresh],
])

export const authorizationUrl = `${issuer}/authorize?response_type=code&client_id=c_91f0a2&redirect_uri=http%3A%2F%2F127.0.0.1%3A33418%2Fcallback&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=k3xTq0c7Zc1cF2pXW9yq8mJ4vN5rB6sD7tG8hK9lQ0w&scope=mcp%3Atools&resource=https%3A%2F%2Fmcp.acme.dev%2Fmcp`

let at = start

const event = <E extends Event>(it: E): E => it
type Loose<E> = E extends { readonly at: number } ? Omit<E, "at"> : never
/** The next event, `millis` after the one before. */
const after = (millis: number, it: Loose<Event>): Event => {
  at += millis
  return event({ ...it, at } as Event)
}

const json = (value: unknown) => ({
  text: JSON.stringify(value),
  mediaType: "application/json",
  bytes: JSON.stringify(value).length,
  truncated: false,
})

interface Exchange {
  readonly request: Pick<RequestRecord, "leg" | "method" | "url"> & Partial<RequestRecord>
  readonly millis: number
  readonly response: Partial<ResponseRecord>
}

let exchange = 0
const sent = ({ request, millis, response }: Exchange): ReadonlyArray<Event> => {
  exchange += 1
  const out = after(3, {
    _tag: "RequestSent",
    request: { exchange, attempt: 1, headers: [["accept", "application/json"]], ...request, at: at + 3 },
  })
  return [
    out,
    after(millis, {
      _tag: "ExchangeFinished",
      response: {
        exchange,
        headers: [["content-type", "application/json"]],
        timings: { connect: 12, firstByte: millis - 2, total: millis },
        httpVersion: "1.1",
        ...response,
        at: at + millis,
      },
    }),
  ]
}

const pass = (text: string, rule: string): Event =>
  after(0, { _tag: "FindingRaised", finding: { severity: "pass", text, rule, exchange } })
const learn = <Name extends FactName>(name: Name, value: FactOf<Name>): Event =>
  after(0, { _tag: "FactLearned", fact: fact(name, value) })

const step = (id: StepId, note: string, inner: () => ReadonlyArray<Event>): ReadonlyArray<Event> => [
  after(800, { _tag: "StepStarted", step: id }),
  ...inner(),
  after(0, { _tag: "StepEnded", step: id, outcome: "done", note }),
]

const probe = () =>
  step("probe", "401, Bearer", () => [
    ...sent({
      request: { leg: "mcp", method: "POST", url: serverUrl, label: "tools/list" },
      millis: 84,
      response: {
        status: 401,
        headers: [
          [
            "www-authenticate",
            `Bearer resource_metadata="https://mcp.acme.dev/.well-known/oauth-protected-resource/mcp"`,
          ],
        ],
      },
    }),
    learn("probe", {
      outcome: "challenged",
      status: 401,
      exchange,
      challenge: { scheme: "Bearer", scope: "mcp:tools" },
    }),
    pass("the challenge names the metadata", "RFC 9728 §5.1"),
  ])

const resource = () =>
  step("resource", "1 authorization server", () => [
    ...sent({
      request: {
        leg: "resource-metadata",
        method: "GET",
        url: "https://mcp.acme.dev/.well-known/oauth-protected-resource/mcp",
      },
      millis: 41,
      response: { status: 200, body: json({ resource: serverUrl, authorization_servers: [issuer] }) },
    }),
    learn("resource", {
      resource: serverUrl,
      authorizationServers: [issuer],
      scopesSupported: ["mcp:tools"],
      document: {},
    }),
    pass("resource is the URL we asked", "RFC 9728 §3.3"),
  ])

const server = () =>
  step("server", "S256, DCR, CIMD", () => [
    ...sent({
      request: { leg: "server-metadata", method: "GET", url: `${issuer}/.well-known/oauth-authorization-server` },
      millis: 57,
      response: {
        status: 200,
        body: json({ issuer, token_endpoint: `${issuer}/token`, code_challenge_methods_supported: ["S256"] }),
      },
    }),
    learn("server", {
      issuer,
      authorizationEndpoint: `${issuer}/authorize`,
      tokenEndpoint: `${issuer}/token`,
      registrationEndpoint: `${issuer}/register`,
      grantTypesSupported: ["authorization_code", "refresh_token"],
      codeChallengeMethodsSupported: ["S256"],
      issParameterSupported: true,
      clientIdMetadataDocumentSupported: true,
      document: {},
    }),
    pass("issuer is the one we asked", "RFC 8414 §3.3"),
  ])

const registered: Exchange = {
  request: {
    leg: "registration",
    method: "POST",
    url: `${issuer}/register`,
    body: json({ client_name: "mcp-dcr-tui", redirect_uris: [redirectUri], token_endpoint_auth_method: "none" }),
  },
  millis: 63,
  response: { status: 201, body: json({ client_id: "c_91f0a2", token_endpoint_auth_method: "none" }) },
}

const client = () =>
  step("client", "c_91f0a2 (registered)", () => [
    ...sent(registered),
    learn("identity", {
      client: {
        source: "dcr",
        issuer,
        clientId: "c_91f0a2",
        tokenEndpointAuthMethod: "none",
        redirectUris: [redirectUri],
      },
      redirectUri,
      reused: false,
    }),
    pass("registered as a public client", "RFC 7591 §3.2.1"),
  ])

const authorize = () =>
  step("authorize", "mcp:tools", () => [
    learn("attempt", {
      issuer,
      authorizationEndpoint: `${issuer}/authorize`,
      tokenEndpoint: `${issuer}/token`,
      clientId: "c_91f0a2",
      redirectUri,
      resource: serverUrl,
      scope: "mcp:tools",
      state: "k3xTq0c7Zc1cF2pXW9yq8mJ4vN5rB6sD7tG8hK9lQ0w",
      verifier,
      issParameterSupported: true,
      createdAt: at,
      url: authorizationUrl,
    }),
    pass("code_challenge with S256", "RFC 7636 §4.2"),
  ])

const asked = () => [
  after(800, { _tag: "StepStarted", step: "consent" }),
  after(0, {
    _tag: "Waiting",
    step: "consent",
    wait: { kind: "browser", url: authorizationUrl, redirectUri, opened: "opened" },
  }),
]

const consent = () => [
  ...asked(),
  learn("code", code),
  pass("state is the one we sent", "OAuth 2.1 §7.12"),
  after(9000, { _tag: "StepEnded", step: "consent", outcome: "done", note: "code received" }),
]

const token = () =>
  step("token", "Bearer, 60 min", () => [
    ...sent({
      request: {
        leg: "token",
        method: "POST",
        url: `${issuer}/token`,
        headers: [
          ["content-type", "application/x-www-form-urlencoded"],
          ["accept", "application/json"],
        ],
        body: {
          text: `grant_type=authorization_code&code=${placeholder(code)}&redirect_uri=${encodeURIComponent(redirectUri)}&client_id=c_91f0a2&code_verifier=${placeholder(verifier)}&resource=${encodeURIComponent(serverUrl)}`,
          mediaType: "application/x-www-form-urlencoded",
          bytes: 312,
          truncated: false,
        },
      },
      millis: 71,
      response: {
        status: 200,
        headers: [
          ["content-type", "application/json;charset=UTF-8"],
          ["cache-control", "no-store"],
        ],
        body: json({
          access_token: placeholder(access),
          token_type: "Bearer",
          expires_in: 3600,
          refresh_token: placeholder(refresh),
          scope: "mcp:tools",
        }),
        remoteAddress: "203.0.113.7",
      },
    }),
    learn("grant", {
      issuer,
      clientId: "c_91f0a2",
      resource: serverUrl,
      accessToken: access,
      tokenType: "Bearer",
      refreshToken: refresh,
      scope: "mcp:tools",
      scopeKnown: true,
      obtainedAt: at,
      expiresAt: at + 3_600_000,
    }),
    pass("cache-control: no-store", "OAuth 2.1 §3.2.3"),
    pass("token_type is Bearer", "RFC 6750 §4"),
  ])

const connect = () =>
  step("connect", "2026-07-28", () => [
    ...sent({
      request: { leg: "mcp", method: "POST", url: serverUrl, label: "server/discover" },
      millis: 33,
      response: { status: 200, body: json({ jsonrpc: "2.0", id: 1, result: {} }) },
    }),
    learn("session", {
      url: serverUrl,
      era: "modern",
      protocolVersion: "2026-07-28",
      serverName: "acme",
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
    }),
  ])

export const tools: ReadonlyArray<Tool> = [
  {
    name: "search_docs",
    description: "Search the product docs",
    inputSchema: {
      type: "object",
      required: ["query"],
      properties: {
        query: { type: "string", minLength: 1, maxLength: 200, description: "what to look for" },
        limit: { type: "integer", minimum: 1, maximum: 50, default: 10 },
        sort: { enum: ["relevance", "newest"], default: "relevance" },
        exact: { type: "boolean" },
      },
    },
  },
  { name: "list_issues", description: "Lists open issues", inputSchema: { type: "object" } },
  {
    name: "delete_issue",
    description: "Deletes an issue",
    inputSchema: { type: "object", required: ["id"], properties: { id: { type: "integer" } } },
    annotations: { destructiveHint: true },
  },
]

const list = (offered: ReadonlyArray<Tool> = tools) =>
  step("tools", `${offered.length} tools`, () => [
    ...sent({
      request: { leg: "mcp", method: "POST", url: serverUrl, label: "tools/list" },
      millis: 24,
      response: { status: 200, body: json({ jsonrpc: "2.0", id: 2, result: {} }) },
    }),
    learn("tools", offered),
  ])

const answer = {
  hits: [
    { title: "Device flow", score: 0.92 },
    { title: "PKCE", score: 0.71 },
  ],
}

export const call = (): ReadonlyArray<Event> => [
  learn("call", { tool: "search_docs", arguments: { query: "oauth device flow" } }),
  ...step("call", "2 hits", () => [
    ...sent({
      request: { leg: "mcp", method: "POST", url: serverUrl, label: "tools/call search_docs" },
      millis: 212,
      response: { status: 200, body: json({ jsonrpc: "2.0", id: 3, result: {} }) },
    }),
    learn("result", {
      content: [{ type: "text", text: "Two hits." }],
      structuredContent: answer,
      isError: false,
      raw: { structuredContent: answer },
      exchange,
    }),
    pass("structuredContent matches outputSchema", "MCP tools, Output Schema"),
  ]),
]

/** Any request through step 10: what was asked, what came, and what it taught. */
export const asking = (
  request: FactOf<"request">,
  result: Readonly<Record<string, unknown>>,
  learned: ReadonlyArray<Event> = [],
): ReadonlyArray<Event> => [
  after(5, { _tag: "Reset", step: "call", reason: "request" }),
  learn("request", request),
  ...step("call", request.method, () => [
    ...sent({
      request: { leg: "mcp", method: "POST", url: serverUrl, label: request.method },
      millis: 12,
      response: { status: 200, body: json({ jsonrpc: "2.0", id: 9, result }) },
    }),
    learn("request", request),
    learn("answer", { result, exchange }),
    ...learned,
  ]),
]

/** What the server offers beside its tools, all of it listed. */
export const offered = (text = ""): ReadonlyArray<Event> => [
  ...through("tools"),
  ...asking({ method: "resources/list", list: "resources" }, {}, [
    learn("resources", [
      { uri: "acme:///readme.md", title: `Read me${text}`, description: text, mimeType: "text/markdown", size: 62 },
      { uri: `acme:///logo.png${text}`, name: "logo", mimeType: "image/png" },
    ]),
  ]),
  ...asking({ method: "resources/templates/list", list: "templates" }, {}, [
    learn("templates", [{ uriTemplate: "acme:///weather/{city}{?unit}", name: "weather" }]),
  ]),
  ...asking({ method: "prompts/list", list: "prompts" }, {}, [
    learn("prompts", [
      {
        name: "packing_list",
        description: "A packing list that fits the weather.",
        arguments: [{ name: "city", description: `Where you go${text}`, required: true }, { name: "season" }],
      },
    ]),
  ]),
]

const gate = (id: StepId): Event => after(0, { _tag: "Waiting", step: id, wait: { kind: "gate" } })

const refusal: ProblemRecord = {
  code: "registration_refused",
  what: "The authorization server refused to register us.",
  why: "It accepts only https redirect URIs, or a fixed port. RFC 8252 §7.3 lets a loopback port vary, so this looks like a fault of the server.",
  remedy: [
    "Give a redirect URI that it accepts with --redirect-uri.",
    "Use a client_id you were given with --client-id.",
  ],
  rule: "RFC 7591 §3.2.2",
  exit: 4,
  exchange: 4,
  url: `${issuer}/register`,
  expected: "201",
  received: "400 invalid_redirect_uri",
  detail: `${redirectUri} is not allowed`,
}

const refused = () => [
  after(800, { _tag: "StepStarted", step: "client" }),
  ...sent({
    ...registered,
    response: {
      status: 400,
      body: json({ error: "invalid_redirect_uri", error_description: `${redirectUri} is not allowed` }),
    },
  }),
  after(0, { _tag: "StepEnded", step: "client", outcome: "failed", problem: refusal }),
]

const stages = { probe, resource, server, client, authorize, consent, token, connect, tools: () => list(), call }

/** Everything up to and with a step, then the gate before the next one. */
export const through = (last: keyof typeof stages): ReadonlyArray<Event> => {
  begin()
  const names = Object.keys(stages) as ReadonlyArray<keyof typeof stages>
  const index = names.indexOf(last)
  const next = names[index + 1]
  return [
    started(),
    ...names.slice(0, index + 1).flatMap((name) => stages[name]()),
    ...(next === undefined ? [] : [gate(next)]),
  ]
}

const begin = () => {
  at = start - 1000
  exchange = 0
}
const started = () => after(0, { _tag: "RunStarted", serverUrl, version: "1.0.0" })

/** The sign-in page is open in the browser. */
export const waiting = (): ReadonlyArray<Event> => {
  const before = through("authorize")
  return [...before, ...asked()]
}

/** Registration was refused. */
export const failed = (): ReadonlyArray<Event> => {
  const before = through("server")
  return [...before, ...refused(), gate("client")]
}

/** A tool that runs and reports how far it is. */
export const calling = (): ReadonlyArray<Event> => [
  ...through("tools"),
  learn("call", { tool: "search_docs", arguments: { query: "x" } }),
  after(10, { _tag: "StepStarted", step: "call" }),
  after(10, { _tag: "Progressed", progress: 3, total: 10, message: "searching part 3" }),
]

/** The journal of a hostile server: control sequences and bidi marks in everything that it may name. */
export const hostile = (text: string): ReadonlyArray<Event> => {
  const before = through("connect")
  return [
    ...before,
    ...list([
      {
        name: `evil${text}`,
        title: text,
        description: text,
        inputSchema: { type: "object", properties: { [`a${text}`]: { type: "string", description: text } } },
      },
    ]),
    learn("call", { tool: `evil${text}`, arguments: { a: text } }),
    ...step("call", `note ${text}`, () => [
      ...sent({
        request: { leg: "mcp", method: "POST", url: `${serverUrl}/${text}`, label: text, headers: [["x-evil", text]] },
        millis: 9,
        response: {
          status: 200,
          headers: [[`x${text}`, text]],
          body: { text, mediaType: `text/${text}`, bytes: text.length, truncated: false },
        },
      }),
      learn("result", {
        content: [{ type: "text", text }, { type: text }],
        structuredContent: { [text]: text },
        isError: false,
        raw: {},
        exchange,
      }),
      after(0, { _tag: "FindingRaised", finding: { severity: "warning", rule: text, text, exchange } }),
    ]),
  ]
}

export const fold = (events: ReadonlyArray<Event>): FlowState => events.reduce(transition, initialState)
/** Time of the newest event. */
export const now = () => at

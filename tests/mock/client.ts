import { createHash, randomBytes } from "node:crypto"
import { type Behaviour, type Mock, type MockOptions, manualClock, type Revision, startMock } from "../../mock/index.ts"

/** A JSON answer of which a test looks at some members. */
export type Json = Record<string, unknown>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
  readonly text: string
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  let body: Json = {}
  try {
    body = JSON.parse(text) as Json
  } catch {}
  return { status: response.status, headers: response.headers, body, text }
}

export const get = async (url: string, headers: Record<string, string> = {}): Promise<Answer> =>
  answerOf(await fetch(url, { headers, redirect: "manual" }))

export const postJson = async (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  method = "POST",
): Promise<Answer> =>
  answerOf(
    await fetch(url, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
      redirect: "manual",
    }),
  )

export type Form = Record<string, string | undefined> | [string, string][]

const formOf = (form: Form): URLSearchParams =>
  new URLSearchParams(
    Array.isArray(form)
      ? form
      : Object.entries(form).flatMap(([name, value]): [string, string][] =>
          value === undefined ? [] : [[name, value]],
        ),
  )

export const postForm = async (url: string, form: Form, headers: Record<string, string> = {}): Promise<Answer> =>
  answerOf(await fetch(url, { method: "POST", headers, body: formOf(form), redirect: "manual" }))

export const REDIRECT = "http://127.0.0.1:43210/callback"

/** A verifier and its S256 challenge. */
export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString("base64url")
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") }
}

export const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`,
})

/** Registers a client; a public one unless told otherwise. */
export const register = (mock: Mock, metadata: Json = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  postJson(
    `${mock.issuer}/register`,
    {
      client_name: "Test client",
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      application_type: "native",
      ...metadata,
    },
    headers,
  )

export const string = (value: unknown): string => {
  if (typeof value !== "string") throw new TypeError(`not a string: ${JSON.stringify(value)}`)
  return value
}

export const newClient = async (mock: Mock, metadata: Json = {}): Promise<string> =>
  string((await register(mock, metadata)).body.client_id)

export interface Attempt {
  readonly clientId: string
  readonly verifier: string
  readonly query: Form
}

/** An authorization request that a good client would send, with changes. */
export function attempt(mock: Mock, clientId: string, changes: Record<string, string | undefined> = {}): Attempt {
  const { verifier, challenge } = pkce()
  const query = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT,
    state: "xyzzy-state",
    scope: "mcp:tools files:read profile",
    resource: mock.url,
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...changes,
  }
  return { clientId, verifier, query }
}

export const authorizeUrl = (mock: Mock, query: Form): string => `${mock.issuer}/authorize?${formOf(query)}`

/** The parameters that a redirect brings back to the client. */
export function callback(answer: Answer): URLSearchParams {
  const location = answer.headers.get("location")
  if (answer.status !== 302 || location === null)
    throw new Error(`no redirect: ${answer.status} ${answer.text.slice(0, 200)}`)
  return new URL(location).searchParams
}

/** The code of an authorization that is approved without asking. */
export async function codeFor(mock: Mock, request: Attempt): Promise<string> {
  return string(callback(await get(authorizeUrl(mock, request.query))).get("code"))
}

export const redeem = (
  mock: Mock,
  request: Attempt,
  code: string,
  changes: Form = {},
  headers: Record<string, string> = {},
) =>
  postForm(
    `${mock.issuer}/token`,
    {
      grant_type: "authorization_code",
      code,
      code_verifier: request.verifier,
      client_id: request.clientId,
      redirect_uri: REDIRECT,
      resource: mock.url,
      ...changes,
    },
    headers,
  )

export interface Tokens {
  readonly clientId: string
  readonly access: string
  readonly refresh: string
  readonly body: Json
}

/** A whole sign-in at an auto-approving mock. */
export async function signIn(mock: Mock, changes: Record<string, string> = {}, metadata: Json = {}): Promise<Tokens> {
  const request = attempt(mock, await newClient(mock, metadata), changes)
  const { body } = await redeem(mock, request, await codeFor(mock, request))
  return {
    clientId: request.clientId,
    access: string(body.access_token),
    refresh: String(body.refresh_token ?? ""),
    body,
  }
}

export const refresh = (mock: Mock, tokens: { clientId: string }, token: string, changes: Form = {}): Promise<Answer> =>
  postForm(`${mock.issuer}/token`, {
    grant_type: "refresh_token",
    refresh_token: token,
    client_id: tokens.clientId,
    resource: mock.url,
    ...changes,
  })

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

export const BOTH = "application/json, text/event-stream"
const META = "io.modelcontextprotocol"

/** A request of revision 2026-07-28 with changes to params and headers (`undefined` leaves a header out). */
export async function modern(
  mock: Mock,
  token: string | undefined,
  method: string,
  params: Json = {},
  headers: Record<string, string | undefined> = {},
): Promise<Answer> {
  return answerOf(await modernRaw(mock, token, method, params, headers))
}

export function modernRaw(
  mock: Mock,
  token: string | undefined,
  method: string,
  params: Json = {},
  headers: Record<string, string | undefined> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const { _meta, ...rest } = params
  const named = method === "resources/read" ? params.uri : params.name
  const name = typeof named === "string" ? { "mcp-name": named } : {}
  const all = {
    "content-type": "application/json",
    accept: BOTH,
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...name,
    ...(token === undefined ? {} : bearer(token)),
    ...headers,
  }
  const meta = {
    [`${META}/protocolVersion`]: "2026-07-28",
    [`${META}/clientCapabilities`]: {},
    [`${META}/clientInfo`]: { name: "test", version: "1" },
    ...(_meta as Json | undefined),
  }
  return fetch(mock.url, {
    method: "POST",
    headers: Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method,
      params: { ...rest, _meta: _meta === null ? undefined : meta },
    }),
    ...(signal ? { signal } : {}),
  })
}

/** A session of one of the revisions that begin with `initialize`. */
export class Session {
  readonly mock: Mock
  readonly token: string | undefined
  readonly revision: Revision
  id = ""
  #next = 1

  private constructor(mock: Mock, token: string | undefined, revision: Revision) {
    this.mock = mock
    this.token = token
    this.revision = revision
  }

  static async open(
    mock: Mock,
    token: string | undefined,
    revision: Revision = "2025-11-25",
    capabilities: Json = {},
  ): Promise<Session> {
    const session = new Session(mock, token, revision)
    const answer = await session.send({
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: { protocolVersion: revision, capabilities, clientInfo: { name: "test", version: "1" } },
    })
    session.id = string(answer.headers.get("mcp-session-id"))
    await session.send({ jsonrpc: "2.0", method: "notifications/initialized" })
    return session
  }

  headers(changes: Record<string, string | undefined> = {}): Record<string, string> {
    const all = {
      "content-type": "application/json",
      accept: BOTH,
      ...(this.token === undefined ? {} : bearer(this.token)),
      ...(this.id === "" ? {} : { "mcp-session-id": this.id }),
      ...(this.id === "" || this.revision === "2025-03-26" ? {} : { "mcp-protocol-version": this.revision }),
      ...changes,
    }
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
  }

  raw(body: unknown, changes: Record<string, string | undefined> = {}, signal?: AbortSignal): Promise<Response> {
    return fetch(this.mock.url, {
      method: "POST",
      headers: this.headers(changes),
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    })
  }

  async send(body: unknown, changes: Record<string, string | undefined> = {}): Promise<Answer> {
    return answerOf(await this.raw(body, changes))
  }

  call(method: string, params: Json = {}, changes: Record<string, string | undefined> = {}): Promise<Answer> {
    return this.send({ jsonrpc: "2.0", id: this.#next++, method, params }, changes)
  }

  /** A call whose answer is read event by event. */
  stream(method: string, params: Json = {}): Promise<EventReader> {
    return reading(this.raw({ jsonrpc: "2.0", id: this.#next++, method, params }))
  }

  /** The stream of a GET: the stand-alone one, or the rest of another. */
  listen(lastEventId?: string): Promise<EventReader> {
    const headers = this.headers({
      accept: "text/event-stream",
      "content-type": undefined,
      "last-event-id": lastEventId,
    })
    return reading(fetch(this.mock.url, { headers }))
  }
}

/** One server-sent event; `message` is there when it carries one. */
export interface SseEvent {
  readonly id: string | undefined
  readonly retry: string | undefined
  readonly comment: string | undefined
  readonly message: Json | undefined
}

/** Reads server-sent events one by one, as they come. */
class EventReader {
  readonly response: Response
  readonly #reader: ReadableStreamDefaultReader<string>
  #rest = ""

  constructor(response: Response) {
    this.response = response
    if (!response.body) throw new Error("there is no body")
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  }

  /** The next event of any kind; undefined at the end. */
  async next(): Promise<SseEvent | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n")
      if (end >= 0) {
        const text = this.#rest.slice(0, end)
        this.#rest = this.#rest.slice(end + 2)
        const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(text)?.[1]
        const data = field("data")
        const message = data === undefined || data === "" ? undefined : (JSON.parse(data) as Json)
        return { id: field("id"), retry: field("retry"), comment: /^: (.*)$/m.exec(text)?.[1], message }
      }
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#rest += value
    }
  }

  /** The next message, whatever else comes before it. */
  async message(): Promise<Json> {
    for (;;) {
      const event = await this.next()
      if (!event) throw new Error("the stream ended")
      if (event.message) return event.message
    }
  }

  /** All that is left. */
  async rest(): Promise<Json[]> {
    const found: Json[] = []
    for (let event = await this.next(); event; event = await this.next()) if (event.message) found.push(event.message)
    return found
  }

  close(): Promise<void> {
    return this.#reader.cancel().catch(() => {})
  }
}

export const reading = async (response: Promise<Response>): Promise<EventReader> => new EventReader(await response)

/** The messages of an event stream. */
export const sseMessages = (text: string): Json[] =>
  text
    .split("\n\n")
    .flatMap((event) => event.split("\n").filter((line) => line.startsWith("data: ")))
    .map((line) => JSON.parse(line.slice(6)) as Json)

/** A mock whose time stands still until told otherwise. */
export async function stoppedMock(options: MockOptions = {}) {
  const clock = manualClock()
  return { clock, mock: await startMock({ autoApprove: true, clock, ...options }) }
}

/** A behaviour, with its type spelled out. */
export const behaviour = (hooks: Behaviour): Behaviour => hooks

export const member = (body: Json, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[key] : undefined,
    body,
  )

import * as Schema from "effect/Schema"
import { OfferName, Prompt, Resource, ResourceTemplate } from "../mcp/offers.ts"
import { Session } from "../mcp/session.ts"
import { Tool, ToolResult } from "../mcp/tools.ts"
import { Attempt } from "../oauth/authorization-request.ts"
import { Challenge } from "../oauth/challenge.ts"
import { Client } from "../oauth/client-identity.ts"
import { Grant } from "../oauth/grant.ts"
import { ResourceMetadata } from "../oauth/resource-metadata.ts"
import { ServerMetadata } from "../oauth/server-metadata.ts"
import { Secret } from "../text/secret.ts"
import type { MainStepId, StepId } from "./step-id.ts"

/** What the MCP endpoint said to the first request, or to a later one that needed (more) authorization. */
export const Probe = Schema.Struct({
  /** `open`: it asks for nothing. `accepted`: it took the stored token. `challenged`: 401, or 403 with more scope. */
  outcome: Schema.Literals(["open", "accepted", "challenged"]),
  status: Schema.Finite,
  exchange: Schema.Finite,
  /** The session that an answer without a challenge opened. */
  session: Schema.optionalKey(Session),
  challenge: Schema.optionalKey(Challenge),
  /** Scopes that were requested or granted before this challenge: a step-up asks for them as well. */
  priorScope: Schema.optionalKey(Schema.String),
})

/** Who we are at the authorization server, and the redirect URI this sign-in uses. */
export const Identity = Schema.Struct({ client: Client, redirectUri: Schema.String, reused: Schema.Boolean })

export const Call = Schema.Struct({ tool: Schema.String, arguments: Schema.Record(Schema.String, Schema.Unknown) })

const Members = Schema.Record(Schema.String, Schema.Unknown)

/** Any request of the protocol, where no listed tool is called. */
export const Request = Schema.Struct({
  method: Schema.String,
  params: Schema.optionalKey(Members),
  /** All pages of this list are wanted; what is on them becomes the fact of that name. */
  list: Schema.optionalKey(OfferName),
})

/** What came back for it, as received. */
export const Answer = Schema.Struct({ result: Members, exchange: Schema.Finite })

/** Everything a run can know. A step names the facts it needs and the facts it yields; each is learned whole. */
const factSchemas = {
  probe: Probe,
  resource: ResourceMetadata,
  server: ServerMetadata,
  identity: Identity,
  attempt: Attempt,
  code: Secret,
  grant: Grant,
  session: Session,
  tools: Schema.Array(Tool),
  /** The call that step 10 will make. */
  call: Call,
  result: ToolResult,
  /** The request that step 10 will make instead of a call. */
  request: Request,
  answer: Answer,
  /** Tools that must not be called, with the reason (MR-39). */
  unusable: Schema.Record(Schema.String, Schema.String),
  /** Each list as it was last read to its end, whatever was asked since. */
  resources: Schema.Array(Resource),
  templates: Schema.Array(ResourceTemplate),
  prompts: Schema.Array(Prompt),
} as const

export type FactName = keyof typeof factSchemas
export type FactOf<Name extends FactName> = (typeof factSchemas)[Name]["Type"]
export type Facts = { readonly [Name in FactName]?: FactOf<Name> }

const member = <const Name extends FactName>(name: Name) =>
  Schema.Struct({ name: Schema.Literal(name), value: factSchemas[name] })

export const Fact = Schema.Union([
  member("probe"),
  member("resource"),
  member("server"),
  member("identity"),
  member("attempt"),
  member("code"),
  member("grant"),
  member("session"),
  member("tools"),
  member("call"),
  member("result"),
  member("request"),
  member("answer"),
  member("unusable"),
  member("resources"),
  member("templates"),
  member("prompts"),
])
export type Fact = { readonly [Name in FactName]: { readonly name: Name; readonly value: FactOf<Name> } }[FactName]

/** Pairs a value with its name, for {@link Fact}. */
export const fact = <const Name extends FactName>(name: Name, value: FactOf<Name>): Fact => ({ name, value }) as Fact

/**
 * Who may yield each fact. The first is its home: going back to that step drops the fact. `gate` is the runner between
 * steps: a later refusal takes the place of the probe, and a call is chosen before it is made. The first step and the
 * refresh may find identity and grant in the store.
 */
export const factSources: Readonly<Record<FactName, readonly [home: MainStepId, ...others: Array<StepId | "gate">]>> = {
  probe: ["probe", "gate"],
  resource: ["resource"],
  server: ["server"],
  identity: ["client", "probe", "refresh"],
  attempt: ["authorize"],
  code: ["consent"],
  grant: ["token", "probe", "refresh"],
  session: ["connect", "call"],
  tools: ["tools", "call"],
  call: ["call", "gate"],
  result: ["call"],
  request: ["call", "gate"],
  answer: ["call"],
  unusable: ["tools", "call"],
  resources: ["connect", "call"],
  templates: ["connect", "call"],
  prompts: ["connect", "call"],
}

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import { mayAsk } from "./declared.ts"
import type { Connection, ExchangeFailure } from "./exchange.ts"
import { rpcCodes } from "./json-rpc.ts"
import { mostOffers } from "./limits.ts"
import { type Listed, listAll } from "./paging.ts"
import type { Session } from "./session.ts"

const Members = Schema.Record(Schema.String, Schema.Unknown)

/** What all three kinds may say of themselves: claims (MR-12). */
const claims = { title: Schema.optionalKey(Schema.String), description: Schema.optionalKey(Schema.String) }

/** A resource as its server lists it. */
export const Resource = Schema.StructWithRest(
  Schema.Struct({
    uri: Schema.String,
    name: Schema.optionalKey(Schema.String),
    ...claims,
    mimeType: Schema.optionalKey(Schema.String),
    /** Bytes, by the server's own word. */
    size: Schema.optionalKey(Schema.Finite),
  }),
  [Members],
)
export type Resource = typeof Resource.Type

/** A family of resources; `uriTemplate` is a template of RFC 6570. */
export const ResourceTemplate = Schema.StructWithRest(
  Schema.Struct({
    uriTemplate: Schema.String,
    name: Schema.optionalKey(Schema.String),
    ...claims,
    mimeType: Schema.optionalKey(Schema.String),
  }),
  [Members],
)
export type ResourceTemplate = typeof ResourceTemplate.Type

/** A prompt; its arguments are texts. */
export const Prompt = Schema.StructWithRest(
  Schema.Struct({
    name: Schema.String,
    ...claims,
    arguments: Schema.optionalKey(
      Schema.Array(
        Schema.StructWithRest(
          Schema.Struct({ name: Schema.String, ...claims, required: Schema.optionalKey(Schema.Boolean) }),
          [Members],
        ),
      ),
    ),
  }),
  [Members],
)
export type Prompt = typeof Prompt.Type

interface Offer<A> {
  readonly method: string
  /** Member of the answer that holds the items. */
  readonly member: string
  /** The server's capability that it belongs to. */
  readonly capability: string
  readonly read: (item: unknown) => Result.Result<A, Schema.SchemaError>
}

export const OfferName = Schema.Literals(["resources", "templates", "prompts"])
export type OfferName = typeof OfferName.Type

/** What an item of each list is. */
export interface OfferOf {
  readonly resources: Resource
  readonly templates: ResourceTemplate
  readonly prompts: Prompt
}

/** The lists a server may have beside its tools. */
export const offers: { readonly [Name in OfferName]: Offer<OfferOf[Name]> } = {
  resources: {
    method: "resources/list",
    member: "resources",
    capability: "resources",
    read: Schema.decodeUnknownResult(Resource),
  },
  templates: {
    method: "resources/templates/list",
    member: "resourceTemplates",
    capability: "resources",
    read: Schema.decodeUnknownResult(ResourceTemplate),
  },
  prompts: {
    method: "prompts/list",
    member: "prompts",
    capability: "prompts",
    read: Schema.decodeUnknownResult(Prompt),
  },
}

export interface Offered<A> {
  /** With every member that we do not know. */
  readonly items: ReadonlyArray<A>
  /** The last page; absent where nothing was asked. */
  readonly exchange?: number
}

/**
 * Every item of one of the lists. A server that does not declare the capability is not asked, and one that knows resources
 * but no templates has none of these. What cannot be read is left out with a finding.
 */
export const listOffers = Effect.fn("mcp.listOffers")(function* <Name extends OfferName>(
  connection: Connection & { readonly session: Session },
  name: Name,
): Effect.fn.Return<Offered<OfferOf[Name]>, ExchangeFailure, Wire | Findings> {
  const findings = yield* Findings
  const { method, member, capability, read }: Offer<OfferOf[Name]> = offers[name]
  if (!(yield* mayAsk(connection.session, capability, method))) return { items: [] }
  const listed: ReadonlyArray<Listed> = yield* listAll(connection, method, member, mostOffers).pipe(
    Effect.catchTag("McpFailure", (failure) =>
      name === "templates" && failure.rpc?.code === rpcCodes.methodNotFound ? Effect.succeed([]) : Effect.fail(failure),
    ),
  )
  const items: Array<OfferOf[Name]> = []
  for (const { item, exchange } of listed) {
    const known = read(item)
    if (Result.isSuccess(known)) items.push(known.success)
    else {
      const reason = known.failure.message.replace(/\s+/g, " ")
      const text = `An entry of ${method} is left out: ${reason}.`
      yield* findings.raise({ severity: "warning", rule: `MCP ${capability}`, text, exchange })
    }
  }
  const last = listed.at(-1)?.exchange
  return { items, ...(last === undefined ? {} : { exchange: last }) }
})

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { ClientIdentity } from "./client.ts"
import type { JsonObject } from "./json-rpc.ts"
import type { Passing } from "./passing.ts"
import { type ProtocolVersion, revisions } from "./revisions.ts"
import type { Field } from "./schema-form.ts"

interface Asked {
  /** The URL of the server that asks; its name is its own claim (MR-12). */
  readonly serverUrl: string
  readonly serverName?: string
  /** The method of our request that the question belongs to. */
  readonly during: string
  /** The server's own words: sanitize, and never make a link of anything in them (MR-51). */
  readonly message: string
  /** The exchange that brought the question. */
  readonly exchange: number
}

/** Values for a form are wanted. */
export interface FormAsk extends Asked {
  readonly mode: "form"
  readonly fields: ReadonlyArray<Field>
  /** The flat schema that the content must fit. */
  readonly schema: JsonObject
  /** Names of fields that look as if a secret were wanted; a server must not ask for one in a form. */
  readonly secretLooking: ReadonlyArray<string>
}

/** The user is to visit a page; what happens there stays between the user and that page. */
export interface UrlAsk extends Asked {
  readonly mode: "url"
  /** As our URL parser wrote it: show it whole, and open exactly this. */
  readonly url: string
  /** The part of it to highlight. */
  readonly host: string
  /** The host holds encoded characters that can look like others. */
  readonly punycode: boolean
  readonly elicitationId?: string
  /**
   * What accepting means. `consent`: the user agrees to open the page. `repeat` (error -32042): the user has finished
   * there, and the request is to be sent again.
   */
  readonly accepting: "consent" | "repeat"
}

export type Ask = FormAsk | UrlAsk

/** Three different answers (MR-49): agreed, said no, or closed the question without a choice. */
export type AskAnswer =
  /** `content` for a form only. */
  | { readonly action: "accept"; readonly content?: JsonObject }
  /** `because`: why it is a no, where nobody was asked; it is told here and not sent. */
  | { readonly action: "decline"; readonly because?: string }
  | { readonly action: "cancel" }

/** Who answers what a server asks of the user. */
export interface Respondent {
  /** What can be answered now; only this is declared (MR-11). */
  readonly capabilities: { readonly form: boolean; readonly url: boolean }
  /** Interrupted when the server withdraws the question or the request is over. */
  readonly answer: (ask: Ask) => Effect.Effect<AskAnswer>
  /** The server says that what began on the page of this id is complete; unknown ids are to be ignored (MR-52). */
  readonly completed?: (elicitationId: string) => Effect.Effect<void>
  /** Other requests of the server than questions to a user. */
  readonly passing?: Passing
}

/** Nobody, unless provided: then nothing is declared. */
export const Respondent = Context.Reference<Respondent>("mcp-dcr-tui/mcp/Respondent", {
  defaultValue: () => ({
    capabilities: { form: false, url: false },
    answer: () => Effect.succeed<AskAnswer>({ action: "cancel" }),
  }),
})

/** What of a respondent's abilities a revision knows. */
export const usableModes = (
  { capabilities: { form, url } }: Respondent,
  version: ProtocolVersion,
): Respondent["capabilities"] => {
  const known = revisions[version].elicitation
  return { form: form && known !== "none", url: url && known === "modes" }
}

/** The capability as `initialize` or `_meta` declares it. */
export const elicitationCapability = (respondent: Respondent, version: ProtocolVersion): JsonObject => {
  const { form, url } = usableModes(respondent, version)
  if (!form && !url) return {}
  return {
    elicitation:
      revisions[version].elicitation === "form" ? {} : { ...(form ? { form: {} } : {}), ...(url ? { url: {} } : {}) },
  }
}

/** Extensions are declared with the capabilities, each with its settings: none (MCP 2026-07-28 extensions). */
const extensionCapability = ({ extensions = [] }: ClientIdentity, version: ProtocolVersion): JsonObject =>
  extensions.length === 0 || !revisions[version].requestMeta
    ? {}
    : { extensions: Object.fromEntries(extensions.map((name) => [name, {}])) }

/** Ourselves, with what can be honoured in this run and revision. */
export const declaredIdentity = Effect.fnUntraced(function* (version: ProtocolVersion) {
  const identity = yield* ClientIdentity
  const respondent = yield* Respondent
  return {
    ...identity,
    capabilities: {
      ...identity.capabilities,
      ...respondent.passing?.capabilities(),
      ...elicitationCapability(respondent, version),
      ...extensionCapability(identity, version),
    },
  } satisfies ClientIdentity
})

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { excerpt } from "../text/excerpt.ts"
import { Findings } from "../text/finding.ts"
import type { JsonObject } from "../text/json.ts"
import type { WireCode, WireFailure } from "../wire/failure.ts"
import { comeBack } from "../wire/retry.ts"
import { type Incoming, Wire } from "../wire/wire.ts"
import { type OAuthCode, type OAuthFailure, oauthFailure } from "./failure.ts"
import { parseJsonObject } from "./json-document.ts"

/** A JSON object that a discovery address answered with. */
export interface FoundDocument {
  /** After redirects within the origin. */
  readonly url: string
  readonly exchange: number
  readonly document: JsonObject
}

/** Why an address gave nothing to use. The next one may be asked. */
export type Miss = OAuthFailure | WireFailure

export interface DocumentRequest {
  readonly leg: "resource-metadata" | "server-metadata"
  readonly url: string
  /** Sent as MCP-Protocol-Version where known (CR-19). */
  readonly protocolVersion?: string | undefined
  /** Failures of the wire that only mean that this address is useless. */
  readonly survivable: ReadonlySet<WireCode>
}

const codes = {
  "resource-metadata": {
    missing: "resource_metadata_missing",
    invalid: "resource_metadata_invalid",
    rule: "RFC 9728 §3.2",
  },
  "server-metadata": { missing: "server_metadata_missing", invalid: "server_metadata_invalid", rule: "RFC 8414 §3.2" },
} as const satisfies Record<DocumentRequest["leg"], { missing: OAuthCode; invalid: OAuthCode; rule: string }>

/** Answers that say nothing about whether the document exists (CR-13). */
const unavailable = (status: number): boolean => status >= 500 || status === 429 || status === 408

/** Faults of one answer: another address of the same server may still do. */
export const faultyAnswer: ReadonlySet<WireCode> = new Set(["redirect_refused", "body_too_large", "headers_too_large"])

/** The same, and addresses that a server should not have named at all (CR-6). */
export const faultyAddress: ReadonlySet<WireCode> = new Set([
  ...faultyAnswer,
  "not_a_url",
  "unsupported_scheme",
  "insecure_url",
  "userinfo_in_url",
  "blocked_address",
])

const read = (answer: Incoming, leg: DocumentRequest["leg"]): Result.Result<FoundDocument, Miss> => {
  const { exchange, url, status, body } = answer
  if (status >= 400)
    return Result.fail(oauthFailure(codes[leg].missing, { exchange, url, received: `status ${status}` }))
  if (status !== 200)
    return Result.fail(
      oauthFailure(codes[leg].invalid, { exchange, url, expected: "status 200", received: `status ${status}` }),
    )
  return Result.mapError(
    Result.map(parseJsonObject(body), (document) => ({ url, exchange, document })),
    (received) =>
      oauthFailure(codes[leg].invalid, { exchange, url, expected: "a JSON object", received, detail: excerpt(body) }),
  )
}

/**
 * Asks one address. Gives the document or why there is none; fails with `discovery_unavailable` or a
 * {@link WireFailure} where going on to another address would be a guess.
 */
export const fetchDocument = Effect.fn("oauth.fetchDocument")(function* ({
  leg,
  url,
  protocolVersion,
  survivable,
}: DocumentRequest) {
  const wire = yield* Wire
  const findings = yield* Findings
  const headers = {
    accept: "application/json",
    ...(protocolVersion === undefined ? {} : { "mcp-protocol-version": protocolVersion }),
  }
  const answered = yield* Effect.result(wire.send({ leg, method: "GET", url, headers }))
  if (Result.isFailure(answered)) {
    if (survivable.has(answered.failure.code)) return Result.fail<Miss>(answered.failure)
    return yield* answered.failure
  }
  const answer = answered.success
  const { exchange, status, mediaType } = answer
  if (unavailable(status))
    return yield* oauthFailure("discovery_unavailable", {
      exchange,
      url,
      received: `status ${status}`,
      detail: [excerpt(answer.body), comeBack(answer)].filter(Boolean).join(" · "),
    })
  const found = read(answer, leg)
  if (Result.isSuccess(found) && mediaType !== "application/json")
    yield* findings.raise({
      severity: "warning",
      rule: codes[leg].rule,
      text: `The metadata came as ${mediaType === "" ? "a body without media type" : mediaType} instead of application/json.`,
      exchange,
    })
  return found
})

/** Which of several failures says most about what is wrong; those not named tell more than "not found". */
const rank: { readonly [code: string]: number } = {
  resource_mismatch: 0,
  issuer_slash_mismatch: 0,
  issuer_mismatch: 0,
  no_authorization_server: 1,
  blocked_address: 1,
  resource_metadata_missing: 9,
  server_metadata_missing: 9,
}

/** The failure to report when every address missed: the first of the most telling ones (CR-12). */
export const mostTelling = (misses: ReadonlyArray<Miss>): Miss | undefined =>
  misses.toSorted((one, other) => (rank[one.code] ?? 5) - (rank[other.code] ?? 5))[0]

/** "status 404 at https://…" for each address that was asked. */
export const triedAddresses = (misses: ReadonlyArray<Miss>): string =>
  misses.map(({ url, received, what }) => `${received ?? what} at ${url ?? "?"}`).join("; ")

import * as Effect from "effect/Effect"
import { makeDpopKey } from "../oauth/dpop.ts"
import { idJagGrant } from "../oauth/id-jag.ts"
import {
  clientCredentialsGrant,
  clientCredentialsGrantType,
  jwtBearerGrant,
  jwtBearerGrantType,
} from "../oauth/machine-grants.ts"
import { flowFailure } from "./failure.ts"
import { namedResource } from "./named-resource.ts"
import { requestedScope } from "./requested-scope.ts"
import { missing, type StepContext } from "./step.ts"
import type { GrantChoice, Target } from "./target.ts"

/** The standards' names of the grant types, as metadata lists them (RFC 6749 §4, RFC 7523 §2.1). */
export const grantTypes: Readonly<Record<GrantChoice, string>> = {
  authorization_code: "authorization_code",
  client_credentials: clientCredentialsGrantType,
  "jwt-bearer": jwtBearerGrantType,
  "id-jag": jwtBearerGrantType,
}

/** The extensions of MCP that define these grants, which a client declares (CR-105). */
export const grantExtensions = ({ grant }: Pick<Target, "grant">): ReadonlyArray<string> =>
  grant === "client_credentials"
    ? ["io.modelcontextprotocol/oauth-client-credentials"]
    : grant === "id-jag"
      ? ["io.modelcontextprotocol/enterprise-managed-authorization"]
      : []

/** Whether a program signs in and not a person: then there is no browser, no code and no refresh token. */
export const isMachineGrant = ({ grant }: Pick<Target, "grant">): boolean => grant !== "authorization_code"

/** A key for this sign-in, where tokens are to be bound to one. */
export const bindingKey = ({ dpop }: Target) => (dpop ? makeDpopKey : Effect.succeed(undefined))

/** The token for a grant without a user. */
export const requestMachineGrant = Effect.fn("flow.requestMachineGrant")(function* ({ target, facts }: StepContext) {
  const metadata = facts.server ?? (yield* missing("server"))
  const { client } = facts.identity ?? (yield* missing("identity"))
  const { resource } = facts.resource ?? (yield* missing("resource"))
  const { scope } = requestedScope({ target, facts })
  const request = {
    metadata,
    client,
    resource: namedResource({ target, facts }),
    scope,
    dpopKey: yield* bindingKey(target),
  }
  const { assertion, identityProvider: idp, idToken } = target
  switch (target.grant) {
    case "jwt-bearer":
      return yield* assertion === undefined
        ? flowFailure("grant_incomplete", { expected: "--assertion-file" })
        : jwtBearerGrant({ ...request, assertion })
    case "id-jag":
      return yield* idp === undefined || idToken === undefined
        ? flowFailure("grant_incomplete", { expected: "--idp-token-endpoint, --idp-client-id and --id-token-file" })
        : idJagGrant({ ...request, resource: request.resource ?? resource, idp, idToken })
    default:
      return yield* clientCredentialsGrant(request)
  }
})

import * as Effect from "effect/Effect"
import type { Step } from "../../source/flow/step.ts"
import { type MainStepId, mainSteps } from "../../source/flow/step-id.ts"

// Ten steps as a screen needs them: words and previews, nothing to run. Fixed, so that snapshots are about the screen.

const words: Readonly<Record<MainStepId, Pick<Step, "title" | "purpose" | "reference" | "pitfalls">>> = {
  probe: {
    title: "Probe the server",
    purpose: "Ask the MCP server without a token, and learn from its refusal where its metadata is.",
    reference: ["RFC 9728 §5.1", "RFC 6750 §3"],
    pitfalls: ["The URL is not that of an MCP endpoint (404, HTML)", "The server is down"],
  },
  resource: {
    title: "Resource metadata",
    purpose: "Read who this server is and which authorization servers it trusts.",
    reference: ["RFC 9728 §3"],
    pitfalls: ["There is no document at the well-known address (404)", "Its resource is not the URL we asked"],
  },
  server: {
    title: "Server metadata",
    purpose: "Read the endpoints and abilities of the authorization server.",
    reference: ["RFC 8414 §3"],
    pitfalls: ["The issuer in the document is another one", "It does not support PKCE with S256"],
  },
  client: {
    title: "Register client",
    purpose: "Get a client_id: use the one we have, name a client metadata document, or register dynamically.",
    reference: ["RFC 7591 §3", "MCP authorization, Client Registration Approaches"],
    pitfalls: [
      "Registration is off, limited or reserved (401, 403, 404, 429)",
      "The redirect URI is refused: invalid_redirect_uri",
      "The server registers us with another authentication method than we asked for",
    ],
  },
  authorize: {
    title: "PKCE and state",
    purpose: "Draw the secrets of this attempt and build the address that the browser will open.",
    reference: ["RFC 7636 §4", "RFC 8707 §2"],
    pitfalls: ["The authorization endpoint is not https"],
  },
  consent: {
    title: "Sign in (browser)",
    purpose: "Let the user decide in their browser, and check that the answer belongs to this attempt.",
    reference: ["RFC 8252 §7.3", "RFC 9207 §2.4"],
    pitfalls: ["The user denies: access_denied"],
  },
  token: {
    title: "Exchange the code",
    purpose: "Trade the code and the verifier for an access token.",
    reference: ["OAuth 2.1 §4.1.3"],
    pitfalls: ["The code is too old: invalid_grant"],
  },
  connect: {
    title: "Connect",
    purpose: "Call the MCP server with the token and agree on a protocol revision.",
    reference: ["MCP lifecycle"],
    pitfalls: ["The token is for another audience (401)"],
  },
  tools: { title: "List tools", purpose: "Ask which tools there are.", reference: ["MCP tools"], pitfalls: [] },
  call: { title: "Call a tool", purpose: "Call one tool with the token.", reference: ["MCP tools/call"], pitfalls: [] },
}

const registration = JSON.stringify(
  {
    client_name: "mcp-dcr-tui",
    redirect_uris: ["http://127.0.0.1:33418/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  },
  undefined,
  2,
)

const preview: Partial<Record<MainStepId, Step["preview"]>> = {
  probe: ({ target }) => ({ method: "POST", url: target.serverUrl, headers: [["content-type", "application/json"]] }),
  client: ({ facts }) =>
    facts.server?.registrationEndpoint === undefined
      ? undefined
      : {
          method: "POST",
          url: facts.server.registrationEndpoint,
          headers: [["content-type", "application/json"]],
          body: registration,
        },
}

export const steps: ReadonlyArray<Step> = mainSteps.map((id) => ({
  id,
  ...words[id],
  needs: [],
  yields: [],
  preview: preview[id] ?? (() => undefined),
  run: () => Effect.never,
}))

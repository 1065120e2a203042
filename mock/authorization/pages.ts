import type { Answer } from "../http/answer.ts"
import { document, html, type Markup } from "../http/html.ts"
import { isScope, SCOPES } from "../scopes.ts"
import type { User } from "../users.ts"
import type { World } from "../world.ts"
import type { AuthorizationRequest } from "./authorization-request.ts"
import { isDocumentId } from "./client-document.ts"
import { isLoopback } from "./redirect-uri.ts"

/** What every form on these pages carries. */
export interface FormTicket {
  readonly action: (endpoint: "login" | "consent") => string
  readonly csrf: string
  readonly interaction: string
}

const hidden = (ticket: FormTicket) => html`
<input type="hidden" name="csrf" value="${ticket.csrf}">
<input type="hidden" name="interaction" value="${ticket.interaction}">`

/** Who are you? A mock needs no password. */
export function loginPage(world: World, ticket: FormTicket): Answer {
  const choices = world.settings.users.map(
    (user) => html`<p><button name="user" value="${user.sub}">${user.name}</button> ${user.email}</p>\n`,
  )
  return document(
    200,
    "Sign in to the mock authorization server",
    html`<p>This is a practice server: choose who you want to be.</p>
<form method="post" action="${ticket.action("login")}">${hidden(ticket)}
${choices}</form>`,
  )
}

/**
 * What is asked, by whom, and where the answer goes. The client's name is only what it says of itself; the hosts are
 * what can be relied on, so they stand beside it (RFC 8252 §8.6, MCP security best practices).
 */
export function consentPage(world: World, request: AuthorizationRequest, user: User, ticket: FormTicket): Answer {
  const { client, redirectUri, scope, resource } = request
  const name = client.metadata.client_name
  const scopes = scope.map((item) => html`<li><code>${item}</code>: ${meaning(item)}</li>\n`)
  const row = (label: string, value: Markup) => html`<dt>${label}</dt><dd>${value}</dd>\n`
  const rows = [
    row("Calls itself", name === undefined ? html`(no name)` : html`“${name}” (not verified)`),
    row("Client id", html`<code>${client.id}</code>`),
    ...(isDocumentId(client.id) ? [row("Published at", html`<code>${new URL(client.id).host}</code>`)] : []),
    row("Answer goes to", html`<code>${destination(redirectUri)}</code>`),
    row("For", html`<code>${resource}</code>`),
    row("You are", html`${user.name} (${user.email})`),
  ]
  const warning = isLoopback(redirectUri)
    ? html`<p class="warning">The answer goes to a program on this computer, and any program here can use this client’s
name. Go on only if you have just started the sign-in yourself.</p>`
    : html``
  return document(
    200,
    "Allow access?",
    html`<p>A program asks to act for you at <code>${new URL(world.issuer).host}</code>.</p>
<dl>${rows}</dl>
<p>It would be able to:</p>
<ul>${scopes}</ul>
${warning}
<form method="post" action="${ticket.action("consent")}">${hidden(ticket)}
<button name="decision" value="deny">Deny</button>
<button name="decision" value="approve">Allow</button>
<button name="decision" value="switch">I am somebody else</button>
</form>`,
    formTarget(redirectUri),
  )
}

const meaning = (scope: string): string => (isScope(scope) ? SCOPES[scope] : "unknown")

/** Host of a web address; of a private scheme, the scheme. */
const destination = (uri: string): string => {
  const url = new URL(uri)
  return url.host === "" ? url.protocol : `${url.protocol}//${url.host}`
}

/** A host may contain `;`, which would start a new directive: then the form simply may not redirect there. */
const formTarget = (uri: string): readonly string[] =>
  /^[\w.:/[\]-]+$/.test(destination(uri)) ? [destination(uri)] : []

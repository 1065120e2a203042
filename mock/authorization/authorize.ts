import { type Answer, redirect } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { readForm, single } from "../http/form.ts"
import { opaque } from "../randomness.ts"
import type { User } from "../users.ts"
import type { World } from "../world.ts"
import { type AuthorizationRequest, errorPage, readAuthorizationRequest, sendBack } from "./authorization-request.ts"
import { type BrowserSession, csrfMatches, currentSession, putAside, setCookie } from "./browser.ts"
import { isDocumentId } from "./client-document.ts"
import { ENDPOINTS } from "./metadata.ts"
import { consentPage, loginPage } from "./pages.ts"

/** GET /authorize. */
export async function authorize(world: World, exchange: Exchange): Promise<Answer> {
  const { autoApprove, users } = world.settings
  const query = exchange.query
  if (autoApprove !== false) {
    const user = autoApprove === true ? users[0] : users.find((candidate) => candidate.sub === autoApprove)
    if (!user) throw errorPage(500, "The mock was told to approve as a user it does not have.")
    return approve(world, exchange, await readAuthorizationRequest(world, exchange, query), user)
  }
  const browser = currentSession(world, exchange)
  const user = browser?.session.user
  // A client document is fetched only for a signed-in user, so that a stranger cannot make this server fetch things.
  const early = isDocumentId(query.get("client_id") ?? "") && !user
  const request = early ? undefined : await readAuthorizationRequest(world, exchange, query)
  if (request?.prompt === "none") {
    // OpenID Connect Core §3.1.2.6: no page may be shown, and this server never approves without one.
    const error = user ? "consent_required" : "login_required"
    return sendBack(world, exchange, request.redirectUri, request.state, { error })
  }
  const { cookie, session } = browser ?? world.browsers.start(world.clock.now())
  const interaction = putAside(world, session, query.toString())
  const form = {
    action: (endpoint: "login" | "consent") => `${world.issuer}${ENDPOINTS[endpoint]}`,
    csrf: session.csrf,
    interaction,
  }
  const answer = user && request ? consentPage(world, request, user, form) : loginPage(world, form)
  return browser ? answer : { ...answer, headers: { ...answer.headers, ...setCookie(world, cookie) } }
}

/** POST /login: the user says who they are. */
export async function login(world: World, exchange: Exchange): Promise<Answer> {
  const {
    choice: user,
    query,
    cookie,
  } = await readDecision(world, exchange, (form) => {
    const user = world.settings.users.find((candidate) => candidate.sub === form.get("user"))
    if (!user) throw errorPage(400, "There is no such user.")
    return user
  })
  exchange.event.user = user.sub
  // A new session at sign-in: a cookie that somebody planted before is worth nothing afterwards.
  world.browsers.end(cookie)
  const fresh = world.browsers.start(world.clock.now(), user)
  return redirect(`${world.issuer}${ENDPOINTS.authorize}?${query}`, setCookie(world, fresh.cookie))
}

/** POST /consent: the user's decision. */
export async function consent(world: World, exchange: Exchange): Promise<Answer> {
  const { choice, query, session } = await readDecision(world, exchange, (form) => {
    const decision = DECISIONS.find((one) => one === form.get("decision"))
    if (!decision) throw errorPage(400, "There is no such decision.")
    return decision
  })
  const user = session.user
  if (!user) throw errorPage(403, "You are not signed in.")
  exchange.event.user = user.sub
  // Checked again: between page and decision the client may have been deleted or changed.
  const request = await readAuthorizationRequest(world, exchange, new URLSearchParams(query))
  switch (choice) {
    case "approve":
      return approve(world, exchange, request, user)
    case "deny":
      return sendBack(world, exchange, request.redirectUri, request.state, {
        error: "access_denied",
        error_description: "the user said no",
      })
    case "switch":
      delete session.user
      return redirect(`${world.issuer}${ENDPOINTS.authorize}?${query}`)
  }
}

const DECISIONS = ["approve", "deny", "switch"] as const

interface Decision<Choice> {
  readonly choice: Choice
  readonly query: string
  readonly cookie: string
  readonly session: BrowserSession
}

/**
 * A form that was posted by a page we showed to this very browser, with the request it belongs to. That request waits on
 * until a form makes sense in every respect: a forged one must not end what the user is about to decide.
 */
async function readDecision<Choice>(
  world: World,
  exchange: Exchange,
  choose: (form: ReadonlyMap<string, string>) => Choice,
): Promise<Decision<Choice>> {
  const form = single(exchange, await readForm(exchange), () => errorPage(400, "The form is not well-formed."))
  const origin = exchange.header("origin")
  exchange.enforce(
    "consent-origin",
    origin === undefined || origin === "null" || origin === world.origin,
    () => errorPage(403, "This form was sent from another site."),
    origin,
  )
  const browser = currentSession(world, exchange)
  exchange.enforce("consent-csrf", csrfMatches(browser?.session, form.get("csrf")), () =>
    errorPage(403, "This form was not made for your browser. Please start again from the program you were using."),
  )
  const id = form.get("interaction") ?? ""
  const query = browser?.session.waiting.get(id)
  if (!browser || query === undefined) throw errorPage(400, "This sign-in was already finished. Please start again.")
  const choice = choose(form)
  browser.session.waiting.delete(id)
  return { choice, query, ...browser }
}

function approve(world: World, exchange: Exchange, request: AuthorizationRequest, user: User): Answer {
  exchange.event.user = user.sub
  const code = opaque(world.random)
  world.grants.codes.add(code, {
    clientId: request.client.id,
    user,
    redirectUri: request.redirectUri,
    challenge: request.challenge,
    scope: request.scope,
    resource: request.resource,
    expiresAt: world.clock.now() + world.settings.codeLifetime * 1000,
  })
  return sendBack(world, exchange, request.redirectUri, request.state, { code })
}

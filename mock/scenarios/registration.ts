import type { Behaviour } from "../behaviour.ts"
import { type Answer, json } from "../http/answer.ts"
import { isObject } from "../json.ts"
import { bent, both, type Fault, HTML, instead, option, registrationMembers, type Switch, text } from "./scenario.ts"

const IMPOSED = option("", { registration: { authMethod: "client_secret_basic" } })

/** Knows every client for one authorization, and never again. */
const forgetting = (does: string, answer: () => Answer): Switch =>
  bent(`${does} when a client asks for authorization a second time`, () => {
    const seen = new Set<string>()
    return {
      answer(honest, exchange) {
        const client = exchange.query.get("client_id") ?? ""
        if (exchange.event.route !== "authorize" || honest.status >= 400) return honest
        if (seen.has(client)) return answer()
        seen.add(client)
        return honest
      },
    }
  })

/** Compares redirect URIs with their port, which RFC 8252 §7.3 forbids for the loopback address. */
const exactPort = (): Behaviour => {
  const registered = new Map<unknown, unknown>()
  return {
    registration(answer) {
      if (isObject(answer.json)) registered.set(answer.json.client_id, answer.json.redirect_uris)
      return answer
    },
    answer(honest, exchange) {
      if (exchange.event.route !== "authorize") return honest
      const uris = registered.get(exchange.query.get("client_id"))
      const known = Array.isArray(uris) && uris.includes(exchange.query.get("redirect_uri"))
      return known ? honest : text(400, "text/html", HTML)
    },
  }
}

const names127 = (body: unknown): boolean =>
  isObject(body) &&
  Array.isArray(body.redirect_uris) &&
  body.redirect_uris.some((uri) => /127\.0\.0\.1/.test(String(uri)))

/** How clients become known. */
export const REGISTRATION: readonly Fault[] = [
  {
    numbers: ["F-40"],
    title: "Registration without a client id",
    clientMust: "fail, and store nothing",
    rule: "CR-61",
    switches: { "reg-no-client-id": registrationMembers("leaves client_id out", { client_id: undefined }) },
  },
  {
    numbers: ["F-41", "Q-19"],
    title: "Registration that changes what was asked for",
    clientMust: "go by the answer, or refuse what cannot work",
    rule: "CR-62",
    switches: {
      "reg-other-redirect": registrationMembers("registers another redirect URI", {
        redirect_uris: ["https://other.example/callback"],
      }),
      "reg-no-refresh": registrationMembers("leaves the refresh grant out", { grant_types: ["authorization_code"] }),
      "reg-unknown-method": registrationMembers("registers an unknown authentication method", {
        token_endpoint_auth_method: "tls_client_auth",
      }),
    },
  },
  {
    numbers: ["F-42", "Q-20"],
    title: "Client secret that has expired already",
    clientMust: "never send it, and not loop over registrations",
    rule: "CR-63",
    switches: {
      "reg-expired-secret": registrationMembers("says that the secret expired in 2001", {
        client_secret: "unasked",
        client_secret_expires_at: 1_000_000_000,
      }),
      "reg-secret-expired": both(
        "registers for client_secret_basic, with a secret that expired in 2001",
        IMPOSED,
        registrationMembers("", { client_secret_expires_at: 1_000_000_000 }),
      ),
      "reg-secret-millis": both(
        "registers for client_secret_basic, and says in milliseconds when the secret expires",
        IMPOSED,
        registrationMembers("", { client_secret_expires_at: 4_102_444_800_000 }),
      ),
    },
  },
  {
    numbers: ["F-43", "Q-15"],
    title: "Registration answers with small faults",
    clientMust: "accept them with a warning",
    rule: "CR-60, CR-61",
    switches: {
      "reg-200": bent("answers registrations with 200", () => ({
        registration: (answer) => (answer.status === 201 ? { ...answer, status: 200 } : answer),
      })),
      "reg-secret-empty": registrationMembers("sends an empty secret", { client_secret: "" }),
      "reg-secret-without-expiry": registrationMembers("sends a secret unasked, without its expiry", {
        client_secret: "unasked",
      }),
    },
  },
  {
    numbers: ["F-44", "Q-21"],
    title: "Client that the server has forgotten",
    clientMust: "register once more, and no more than once",
    rule: "CR-65, CR-96",
    switches: {
      "reg-forgotten": bent("answers the first token request with invalid_client", () =>
        instead("token", () => json(401, { error: "invalid_client" }), 1),
      ),
      "reg-forgotten-always": bent("answers every token request with invalid_client", () =>
        instead("token", () => json(401, { error: "invalid_client" })),
      ),
      "client-unknown-page": forgetting("shows a page with status 400", () => text(400, "text/html", HTML)),
      "client-unknown-401": forgetting("answers 401 in JSON", () => json(401, { error: "invalid_client" })),
      "client-unknown-422": forgetting("answers 422 in JSON of its own", () => json(422, { detail: [{ msg: "?" }] })),
    },
  },
  {
    numbers: ["Q-14"],
    title: "No registration endpoint",
    clientMust: "not register blindly; ask for a client id",
    rule: "CR-57",
    switches: { "reg-missing": option("registers nobody", { registration: { enabled: false }, cimd: false }) },
  },
  {
    numbers: ["Q-16"],
    title: "Registration refused without a proper error",
    clientMust: "show the status and a short excerpt",
    rule: "CR-64",
    switches: {
      "reg-plain-403": bent("answers 403 in plain text", () =>
        instead("register", () => text(403, "text/plain", `this name is not on the list ${HTML}`)),
      ),
      "reg-500-empty": bent("answers 500 with nothing", () => instead("register", () => text(500, "text/plain", ""))),
    },
  },
  {
    numbers: ["Q-17"],
    title: "Registration answer with nulls and little else",
    clientMust: "read nulls as absent, and send none",
    rule: "CR-61, CR-62",
    switches: {
      "reg-nulls": registrationMembers("sends null for what is not set", {
        client_secret: null,
        client_uri: null,
        logo_uri: null,
        contacts: null,
        scope: null,
      }),
      "reg-bare": bent("sends the client id and nothing else", () => ({
        registration: (answer) =>
          isObject(answer.json) && answer.status < 300
            ? { ...answer, json: { client_id: answer.json.client_id } }
            : answer,
      })),
    },
  },
  {
    numbers: ["Q-18"],
    title: "Registration that wants everything said",
    clientMust: "send both grant types and a client_name",
    rule: "CR-59",
    switches: {
      "reg-demanding": bent("refuses clients without client_name or one of the two grant types", () => ({
        answer(honest, exchange) {
          const { route, body } = exchange.event
          if (route !== "register" || !isObject(body)) return honest
          const types = Array.isArray(body.grant_types) ? body.grant_types : []
          const complete =
            typeof body.client_name === "string" &&
            ["authorization_code", "refresh_token"].every((type) => types.includes(type))
          return complete ? honest : json(400, { error: "invalid_client_metadata" })
        },
      })),
    },
  },
  {
    numbers: ["Q-22"],
    title: "Redirect URIs that are compared with their port, or refused by their host",
    clientMust: "send the registered one or register anew; try localhost once",
    rule: "CR-64, CR-71, CR-110, X-9",
    switches: {
      "redirect-exact-port": bent("shows a page for a redirect URI on another port than the registered one", exactPort),
      "redirect-localhost-only": bent("refuses to register 127.0.0.1, and takes localhost", () => ({
        answer: (honest, exchange) =>
          exchange.event.route === "register" && names127(exchange.event.body)
            ? json(400, { error: "invalid_redirect_uri", error_description: "loopback addresses are not allowed" })
            : honest,
      })),
    },
  },
  {
    numbers: ["Q-32"],
    title: "Client secret that is needed for every token request",
    clientMust: "use the method it was registered with, for refreshes too, and nobody else's secret",
    rule: "CR-74, CR-97",
    switches: {
      "reg-imposes-basic": option("registers every client for client_secret_basic, whatever it asked for", {
        registration: { authMethod: "client_secret_basic" },
      }),
      "reg-imposes-post": option("registers every client for client_secret_post, whatever it asked for", {
        registration: { authMethod: "client_secret_post" },
      }),
    },
  },
  {
    numbers: ["Q-38"],
    title: "Client configuration endpoint, present or not",
    clientMust: "work either way",
    rule: "CR-72",
    switches: {
      "reg-no-management": registrationMembers("leaves registration_client_uri and its token out", {
        registration_client_uri: undefined,
        registration_access_token: undefined,
      }),
      "reg-uri-without-token": registrationMembers("sends registration_client_uri without a token", (origin) => ({
        registration_client_uri: `${origin}/register/somebody`,
        registration_access_token: undefined,
      })),
    },
  },
]

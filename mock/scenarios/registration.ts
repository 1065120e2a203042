import { json } from "../http/answer.ts"
import { isObject } from "../json.ts"
import { bent, type Fault, HTML, instead, option, registrationMembers, text } from "./scenario.ts"

/** How clients become known. */
export const REGISTRATION: readonly Fault[] = [
  {
    numbers: ["F-40"],
    title: "Registration without a client id",
    clientMust: "fail, and store nothing",
    rule: "CR-60",
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
    clientMust: "not loop over registrations",
    rule: "CR-63",
    switches: {
      "reg-expired-secret": registrationMembers("says that the secret expired in 2001", {
        client_secret: "unasked",
        client_secret_expires_at: 1_000_000_000,
      }),
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
    rule: "CR-65",
    switches: {
      "reg-forgotten": bent("answers the first token request with invalid_client", () =>
        instead("token", () => json(401, { error: "invalid_client" }), 1),
      ),
      "reg-forgotten-always": bent("answers every token request with invalid_client", () =>
        instead("token", () => json(401, { error: "invalid_client" })),
      ),
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
    rule: "CR-60",
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
    rule: "CR-60",
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
    numbers: ["Q-38"],
    title: "Client configuration endpoint, present or not",
    clientMust: "work either way",
    rule: "RFC 7591 §3.2.1",
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

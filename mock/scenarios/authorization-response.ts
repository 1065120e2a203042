import { RESOURCE_SCOPES } from "../scopes.ts"
import { bent, type Fault, HTML, instead, metadata, text } from "./scenario.ts"

const back = (does: string, change: (parameters: URLSearchParams) => void) =>
  bent(does, () => ({
    authorizeResponse(parameters) {
      const changed = new URLSearchParams(parameters)
      change(changed)
      return changed
    },
  }))

const withIss = (does: string, change: (issuer: string) => string) =>
  back(does, (parameters) => parameters.set("iss", change(parameters.get("iss") ?? "")))

const evil = (does: string, url: string) => metadata(does, { authorization_endpoint: url })

/** What comes back through the browser. */
export const AUTHORIZATION_RESPONSE: readonly Fault[] = [
  {
    numbers: ["F-28", "Q-24"],
    title: "Wrong iss in the authorization response",
    clientMust: "refuse it; the code never leaves the client",
    rule: "CR-49",
    switches: {
      "iss-wrong": withIss("sends the iss of another server", () => "https://other.example"),
      "iss-missing-advertised": back("promises iss and sends none", (parameters) => parameters.delete("iss")),
      "iss-slash": withIss("adds a slash to iss", (issuer) => `${issuer}/`),
      "iss-case": withIss("writes iss in capitals", (issuer) => issuer.toUpperCase()),
    },
  },
  {
    numbers: ["F-29"],
    title: "Right iss that was not promised",
    clientMust: "accept it",
    rule: "CR-49",
    switches: {
      "iss-unadvertised-correct": metadata("sends the right iss without promising it", {
        authorization_response_iss_parameter_supported: undefined,
      }),
    },
  },
  {
    numbers: ["F-30"],
    title: "Wrong state",
    clientMust: "ignore the response and send no code anywhere",
    rule: "CR-48, CR-113",
    switches: {
      "state-wrong": back("sends another state", (parameters) => parameters.set("state", "somebody-elses")),
      "state-missing": back("sends no state", (parameters) => parameters.delete("state")),
      "state-duplicated": back("sends two states", (parameters) => parameters.append("state", "somebody-elses")),
    },
  },
  {
    numbers: ["F-33", "Q-27"],
    title: "Authorization denied, with a poisoned text",
    clientMust: "show the code and a harmless text, exit 4",
    rule: "CR-51, CR-122",
    switches: {
      "access-denied": back("sends access_denied with HTML and escape sequences", (parameters) => {
        parameters.delete("code")
        parameters.set("error", "access_denied")
        parameters.set("error_description", HTML)
      }),
    },
  },
  {
    numbers: ["F-38"],
    title: "Authorization endpoint that must not be opened",
    clientMust: "open nothing but an https address, and that without a shell",
    rule: "CR-118, CR-119",
    switches: {
      "evil-authz-url": evil("names a javascript: URL", "javascript:alert(1)"),
      "evil-authz-file": evil("names a file: URL", "file:///etc/passwd"),
      "evil-authz-data": evil("names a data: URL", "data:text/html,<script>alert(1)</script>"),
      "evil-authz-scheme": evil("names an ms-msdt: URL", "ms-msdt:/id%20PCWDiagnostic"),
      "evil-authz-userinfo": evil("names a URL with a user name", "https://user@as.example/authorize"),
      "evil-authz-shell": metadata("names a URL with everything that a shell would obey", (origin) => ({
        authorization_endpoint: `${origin}/authorize?x=$(calc)\`id\`"&|^%PATH%;'<>`,
      })),
      "evil-authz-control": evil("names a URL with a line break", "https://as.example/\r\nauthorize"),
    },
  },
  {
    numbers: ["Q-23"],
    title: "state is required",
    clientMust: "send it",
    rule: "CR-48",
    switches: {
      "state-required": bent("refuses authorization requests without state", () => ({
        answer: (honest, exchange) =>
          exchange.event.route === "authorize" && !exchange.query.has("state") ? text(400, "text/html", HTML) : honest,
      })),
    },
  },
  {
    numbers: ["Q-25"],
    title: "Scopes that nobody offered are refused",
    clientMust: "ask for what the challenge or the metadata names, and nothing else",
    rule: "CR-85, CR-87",
    switches: {
      "scope-unknown-refused": bent(
        "answers openid, offline_access or an empty scope with a page, and lists none of them",
        () => ({
          metadata: (honest) => ({ ...honest, scopes_supported: RESOURCE_SCOPES }),
          answer(honest, exchange) {
            if (exchange.event.route !== "authorize") return honest
            const asked = (exchange.query.get("scope") ?? "none").split(" ")
            return asked.some((scope) => ["", "openid", "offline_access"].includes(scope))
              ? text(400, "text/html", HTML)
              : honest
          },
        }),
      ),
      "scopes-supported-empty": bent("lists no scopes anywhere", () => ({
        prm: (honest) => ({ ...honest, scopes_supported: [] }),
        metadata: (honest) => ({ ...honest, scopes_supported: [] }),
        challenge: (fields) => fields.map((field) => field.replace(/scope="[^"]*", /, "")),
      })),
    },
  },
  {
    numbers: ["Q-26"],
    title: "resource is refused",
    clientMust: "show the server's refusal with the value that was sent",
    rule: "CR-33",
    switches: {
      "resource-refused": back("answers every authorization request with invalid_target", (parameters) => {
        parameters.delete("code")
        parameters.set("error", "invalid_target")
      }),
      "resource-refused-at-token": bent("answers every token request with invalid_target", () =>
        instead("token", () => text(400, "application/json", '{"error":"invalid_target"}')),
      ),
    },
  },
]

import { redirect } from "../http/answer.ts"
import { RESOURCE_SCOPES } from "../scopes.ts"
import {
  bent,
  challenge,
  type Fault,
  instead,
  metadata,
  originOf,
  RESOURCE_DOCUMENT,
  resourceMetadata,
} from "./scenario.ts"

/** Challenges, addresses and redirects: where a server leads its clients. */
export const LEADS: readonly Fault[] = [
  {
    numbers: ["F-8", "Q-3"],
    title: "Challenge with two resource_metadata, or a relative one",
    clientMust: "take neither of two, say so, and find the document all the same",
    rule: "CR-6, CR-25",
    switches: {
      "challenge-duplicate": challenge("names two documents, the first of which is not there", (url) => [
        `Bearer resource_metadata="${url}/gone", resource_metadata="${url}"`,
      ]),
      "challenge-relative": challenge("names the document by a relative URL", () => [
        `Bearer resource_metadata="${RESOURCE_DOCUMENT}"`,
      ]),
    },
  },
  {
    numbers: ["F-9"],
    title: "Challenge with parameters inside a text",
    clientMust: "see only the real parameters",
    rule: "CR-26",
    switches: {
      "challenge-injection": challenge("hides scope=admin in error_description", (url) => [
        `Bearer error_description="x\\", scope=\\"admin, scope=admin", x_scope="admin", scope="${RESOURCE_SCOPES.join(" ")}", resource_metadata="${url}"`,
      ]),
    },
  },
  {
    numbers: ["F-10"],
    title: "Several challenges in several fields",
    clientMust: "find the Bearer challenge",
    rule: "CR-23, CR-24",
    switches: {
      "challenge-multi": challenge("sends Basic and DPoP first and bearer in lower case", (url) => [
        'Basic realm="a, Bearer scope=\\"x\\"", DPoP algs="ES256"',
        `bearer Resource_Metadata = "${url}"`,
      ]),
    },
  },
  {
    numbers: ["F-11"],
    title: "URLs that lead into private networks",
    clientMust: "not contact them",
    rule: "CR-40",
    switches: {
      "private-target": challenge("names resource metadata at 169.254.169.254", () => [
        'Bearer resource_metadata="https://169.254.169.254/latest"',
      ]),
      "private-issuer": resourceMetadata("names an authorization server at 10.0.0.1", {
        authorization_servers: ["https://10.0.0.1"],
      }),
      "private-mapped": metadata("names a token endpoint at [::ffff:10.0.0.1]", {
        token_endpoint: "https://[::ffff:10.0.0.1]/token",
      }),
      "private-decimal": metadata("names a token endpoint by the decimal form of 169.254.169.254", {
        token_endpoint: "https://2852039166/token",
      }),
      "private-octal": metadata("names a token endpoint by the octal form of 10.0.0.1", {
        token_endpoint: "https://012.0.0.1/token",
      }),
    },
  },
  {
    numbers: ["F-13"],
    title: "Token endpoint without TLS",
    clientMust: "not send a byte",
    rule: "CR-35",
    switches: {
      "http-endpoint": metadata("names a token endpoint http://as.example/token", {
        token_endpoint: "http://as.example/token",
      }),
    },
  },
  {
    numbers: ["F-14"],
    title: "Metadata that redirects to itself",
    clientMust: "stop after three hops",
    rule: "CR-38",
    switches: {
      "redirect-loop": bent("redirects metadata to itself", () =>
        instead("metadata", (exchange) => redirect(`${originOf(exchange)}${exchange.path}`)),
      ),
    },
  },
  {
    numbers: ["F-15"],
    title: "Metadata that redirects to another host",
    clientMust: "not follow",
    rule: "CR-38",
    switches: {
      "redirect-cross-origin": bent("redirects metadata to another host", () =>
        instead("metadata", () => redirect("https://other.example/metadata")),
      ),
    },
  },
  {
    numbers: ["F-16"],
    title: "Token endpoint that redirects",
    clientMust: "not follow, nor send the credentials again",
    rule: "CR-38",
    switches: {
      "token-redirect": bent("redirects token requests with 307", () =>
        instead("token", (exchange) => ({ ...redirect(`${originOf(exchange)}/elsewhere/token`), status: 307 })),
      ),
    },
  },
]

import { gzipSync } from "node:zlib"
import { json } from "../http/answer.ts"
import { SERVER_METADATA } from "../well-known.ts"
import {
  bent,
  challenge,
  type Fault,
  HTML,
  instead,
  metadata,
  option,
  originOf,
  RESOURCE_DOCUMENT,
  resourceMetadata,
  seize,
  text,
} from "./scenario.ts"

/** Resource metadata and authorization server metadata. */
export const DISCOVERY: readonly Fault[] = [
  {
    numbers: ["F-1"],
    title: "No protected resource metadata anywhere",
    clientMust: "say so and stop; no endpoints are guessed unless the user asked for the legacy way",
    rule: "CR-18",
    switches: { "prm-missing": option("answers 404 at every resource metadata URL", { prmForms: [] }) },
  },
  {
    numbers: ["F-2", "Q-9"],
    title: "Resource metadata of another resource",
    clientMust: "refuse it; a parent on the same origin may be taken with a warning",
    rule: "CR-8, X-2",
    switches: {
      "prm-wrong-resource": resourceMetadata("names a resource on another origin", {
        resource: "https://other.example/mcp",
      }),
      "prm-sibling-resource": resourceMetadata("names a resource beside this one", (origin) => ({
        resource: `${origin}/other`,
      })),
      "prm-parent-resource": {
        does: "names the origin as the resource",
        apply: () => ({
          originResource: true,
          behaviours: [{ prm: (honest, exchange) => ({ ...honest, resource: originOf(exchange) }) }],
        }),
      },
    },
  },
  {
    numbers: ["F-3"],
    title: "Resource metadata without an authorization server",
    clientMust: "refuse it and say why",
    rule: "CR-6, CR-7",
    switches: {
      "prm-empty-as": resourceMetadata("lists no authorization server", { authorization_servers: [] }),
      "prm-missing-as": resourceMetadata("leaves the list out", { authorization_servers: undefined }),
      "prm-string-as": resourceMetadata("sends a string for the list", (origin) => ({ authorization_servers: origin })),
      "prm-null-as": resourceMetadata("sends null for the list", { authorization_servers: null }),
    },
  },
  {
    numbers: ["F-4", "Q-5"],
    title: "A page where metadata should be",
    clientMust: "see that it is no JSON, quote it safely, try the next place",
    rule: "CR-6, CR-12",
    switches: {
      "prm-html": bent("answers resource metadata with a sign-in page", () =>
        instead("prm", () => text(200, "text/html", HTML)),
      ),
      "metadata-html-first": bent("answers the first metadata URL with a page; the next one is good", () => ({
        answer: (honest, exchange) => (exchange.path === SERVER_METADATA ? text(200, "text/html", HTML) : honest),
      })),
    },
  },
  {
    numbers: ["F-5"],
    title: "Metadata of another issuer",
    clientMust: "never use it",
    rule: "CR-14",
    switches: {
      "issuer-mismatch": metadata("names another issuer in its metadata", { issuer: "https://other.example" }),
    },
  },
  {
    numbers: ["F-6", "Q-7"],
    title: "Issuer that differs by its last slash",
    clientMust: "say clearly what differs; take it only with a warning",
    rule: "CR-14, X-1",
    switches: {
      "issuer-slash": metadata("adds a slash to the issuer in its metadata", (origin) => ({ issuer: `${origin}/` })),
      "prm-issuer-slash": resourceMetadata("adds a slash to the issuer in the resource metadata", (origin) => ({
        authorization_servers: [`${origin}/`],
      })),
    },
  },
  {
    numbers: ["F-7", "Q-11"],
    title: "No word of PKCE with S256",
    clientMust: "refuse before the browser opens",
    rule: "CR-45",
    switches: {
      "metadata-no-pkce": metadata("leaves code_challenge_methods_supported out", {
        code_challenge_methods_supported: undefined,
      }),
      "metadata-empty-pkce": metadata("lists no method", { code_challenge_methods_supported: [] }),
      "plain-only": metadata("lists the method plain alone", { code_challenge_methods_supported: ["plain"] }),
    },
  },
  {
    numbers: ["Q-1"],
    title: "Challenge without resource_metadata",
    clientMust: "look at the well-known places",
    rule: "CR-4",
    switches: { "challenge-bare": challenge("sends a challenge with a realm only", () => ['Bearer realm="mcp"']) },
  },
  {
    numbers: ["Q-2"],
    title: "401 without any challenge",
    clientMust: "look at the well-known places",
    rule: "CR-4",
    switches: { "challenge-missing": challenge("sends no WWW-Authenticate", () => []) },
  },
  {
    numbers: ["Q-4"],
    title: "Resource metadata only where the challenge says",
    clientMust: "take it from there",
    rule: "CR-3",
    switches: {
      "prm-header-only": {
        does: "serves the document at a place of its own, nowhere else",
        apply: () => ({
          prmForms: [],
          behaviours: [
            {
              challenge: (_, exchange) => [`Bearer resource_metadata="${originOf(exchange)}/about/resource"`],
              answer: (honest, exchange) =>
                exchange.path === "/about/resource"
                  ? json(200, { resource: `${originOf(exchange)}/mcp`, authorization_servers: [originOf(exchange)] })
                  : honest,
            },
          ],
        }),
      },
    },
  },
  {
    numbers: ["Q-6"],
    title: "First well-known place is closed, not missing",
    clientMust: "go on with the next place",
    rule: "CR-4",
    switches: Object.fromEntries(
      [401, 403, 405].map((status) => [
        `prm-path-${status}`,
        bent(`answers the path form of resource metadata with ${status}, and no hint in the challenge`, () => ({
          challenge: () => ["Bearer"],
          answer: (honest, exchange) =>
            exchange.path === RESOURCE_DOCUMENT ? text(status, "text/html", HTML) : honest,
        })),
      ]),
    ),
  },
  {
    numbers: ["Q-8"],
    title: "Issuer with a path",
    clientMust: "build the well-known URL from it",
    rule: "CR-11",
    switches: { "issuer-path": option("is an issuer below /tenant1", { issuerPath: "/tenant1" }) },
  },
  {
    numbers: ["Q-10"],
    title: "Metadata only at the appended OpenID place",
    clientMust: "find it there, and take no root document of somebody else",
    rule: "CR-11, CR-14",
    switches: {
      "oidc-append-only": option("serves metadata at /tenant1/.well-known/openid-configuration alone", {
        issuerPath: "/tenant1",
        metadataForms: ["oidc-append"],
      }),
      "root-metadata-foreign": {
        does: "the same, with somebody else's document at the root",
        apply: () => ({
          issuerPath: "/tenant1",
          metadataForms: ["oidc-append"],
          behaviours: [
            {
              answer: (honest, exchange) =>
                exchange.path === SERVER_METADATA ? json(200, { issuer: "https://other.example" }) : honest,
            },
          ],
        }),
      },
    },
  },
  {
    numbers: ["Q-12"],
    title: "Compressed though nobody asked",
    clientMust: "read it",
    rule: "CR-42",
    switches: {
      "gzip-unasked": bent("compresses resource metadata in any case", () =>
        seize(RESOURCE_DOCUMENT, (exchange, response) => {
          const origin = originOf(exchange)
          const document = JSON.stringify({ resource: `${origin}/mcp`, authorization_servers: [origin] })
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
          response.end(gzipSync(document))
          return true
        }),
      ),
    },
  },
  {
    numbers: ["Q-13"],
    title: "Gateway that wants a header of its own",
    clientMust: "send the user's headers on discovery, registration and token requests as well",
    rule: "--header",
    switches: {
      "gateway-header": bent("answers 403 to every request without X-Gateway-Key", () => ({
        answer: (honest, exchange) =>
          exchange.header("x-gateway-key") === undefined && !["authorize", "none"].includes(exchange.event.route)
            ? json(403, { error: "forbidden" })
            : honest,
      })),
    },
  },
]

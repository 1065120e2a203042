import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"

/** Every flag of the command line, once. Commands choose the groups they take. */

export const url = Argument.String("url").pipe(
  Argument.withDescription("URL of the MCP server, for example https://host.example/mcp"),
  Argument.optional,
)

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

const target = {
  serverUrl: text("server-url", "URL", "The same as the URL argument"),
  protocolVersion: Flag.Literals("protocol-version", [
    "auto",
    "2026-07-28",
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
  ]).pipe(Flag.withDescription("Protocol revision; auto finds it out"), Flag.withDefault("auto" as const)),
  header: Flag.String("header").pipe(
    Flag.withMetavar('"Name: value"'),
    Flag.withDescription("Extra header field for every request; may be repeated"),
    Flag.atLeast(0),
  ),
  timeout: Flag.Finite("timeout").pipe(
    Flag.withMetavar("SECONDS"),
    Flag.withDescription("How long to wait for an answer"),
    Flag.optional,
  ),
  caFile: text("ca-file", "FILE", "Certificates (PEM) of a private authority"),
}

const identity = {
  registration: Flag.Literals("registration", ["auto", "preregistered", "cimd", "dcr"]).pipe(
    Flag.withDescription("How to become known to the authorization server"),
    Flag.withDefault("auto" as const),
  ),
  clientId: text("client-id", "ID", "A client id that you were given"),
  clientSecretFile: text("client-secret-file", "FILE", "File with its secret (or set MCP_DCR_TUI_CLIENT_SECRET)"),
  clientMetadataUrl: text("client-metadata-url", "URL", "URL of a client ID metadata document"),
  clientName: text("client-name", "NAME", "Name to register under"),
  redirectUri: text("redirect-uri", "URI", "Callback address; port 0 means any free port"),
}

const authorization = {
  scope: text("scope", "SCOPE", "Scopes to ask for, instead of those that the server names"),
  issuer: text("issuer", "URL", "Which authorization server to use where there are several"),
  browser: Flag.Literals("browser", ["system", "print", "follow"]).pipe(
    Flag.withDescription(
      "system opens it, print shows the address, follow plays the browser for servers that do not ask",
    ),
    Flag.optional,
  ),
  noInput: toggle("no-input", "Never ask and never open anything"),
}

const leniency = {
  strict: toggle("strict", "Tolerate nothing that the standards forbid"),
  legacyAuth: toggle("legacy-auth", "Accept servers of revision 2025-03-26 without resource metadata"),
  allowInsecure: toggle("allow-insecure", "Allow plain http to hosts other than this machine"),
}

const files = {
  store: text("store", "DIR", "Where credentials are kept"),
  noStore: toggle("no-store", "Keep nothing after this run"),
  journal: text("journal", "FILE", "Save the journal of this run (JSON lines, without secrets)"),
}

const output = {
  json: toggle("json", "One JSON document on standard output"),
  verbose: toggle("verbose", "Show every exchange"),
  quiet: toggle("quiet", "Show no progress"),
  noColor: toggle("no-color", "No colours (NO_COLOR works as well)"),
  ascii: toggle("ascii", "Only ASCII characters"),
}

/** What a command needs that talks to a server. */
export const serverFlags = { ...target, ...identity, ...authorization, ...leniency, ...files, ...output }

export const outputFlags = output

export const mockFlags = {
  port: Flag.Int("port").pipe(Flag.withDescription("Port; 0 means any free one"), Flag.withDefault(3000)),
  host: Flag.String("host").pipe(Flag.withDescription("Address to listen on"), Flag.withDefault("127.0.0.1")),
  noAuth: toggle("no-auth", "Serve MCP without authorization"),
  autoApprove: toggle("auto-approve", "Skip the sign-in page: approve every authorization request at once"),
  tokenLifetime: Flag.Int("token-lifetime").pipe(
    Flag.withMetavar("SECONDS"),
    Flag.withDescription("Lifetime of access tokens"),
    Flag.optional,
  ),
  json: toggle("json", "Print one JSON line when ready"),
}

export const storeFlags = { store: files.store }

export const yes = { yes: toggle("yes", "Do not ask before deleting") }

export const openFlags = {
  mock: toggle("mock", "Start on the embedded mock server"),
  reducedMotion: toggle("reduced-motion", "No spinners"),
}

export const callFlags = {
  args: text("args", "JSON", "Arguments as JSON; - reads standard input, @file a file"),
}

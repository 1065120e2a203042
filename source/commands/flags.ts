import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import { LogLevel } from "../mcp/log-level.ts"
import { ProtocolVersion } from "../mcp/revisions.ts"

/** Flags that several commands have, in groups; those of one command alone are in command-flags.ts. */

export const url = Argument.String("url").pipe(
  Argument.withDescription("URL of the MCP server, for example https://host.example/mcp"),
  Argument.optional,
)

export const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

/** Flags that take no value: the command line must know them before it knows the command. */
export const toggles = [
  "no-input",
  "strict",
  "legacy-auth",
  "legacy-sse",
  "allow-insecure",
  "no-store",
  "keyring",
  "json",
  "verbose",
  "quiet",
  "no-color",
  "ascii",
  "no-auth",
  "auto-approve",
  "diagnostics",
  "list",
  "yes",
  "forget-client",
  "mock",
  "reduced-motion",
  "dpop",
  "remote",
  "force",
  "reveal",
] as const

export const toggle = (name: (typeof toggles)[number], description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

export const target = {
  serverUrl: text("server-url", "URL", "The same as the URL argument"),
  stdio: text("stdio", '"COMMAND ARGS"', "A server on this machine instead: a program, started without a shell"),
  env: Flag.String("env").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("Let that program see a variable of your environment; may be repeated"),
    Flag.atLeast(0),
  ),
  yes: toggle("yes", "Start the program of --stdio without asking"),
  protocolVersion: Flag.Literals("protocol-version", ["auto", ...ProtocolVersion.literals]).pipe(
    Flag.withMetavar("REVISION"),
    Flag.withDescription("Revision of MCP to speak: auto (default) finds it out"),
    Flag.withDefault("auto" as const),
  ),
  header: Flag.String("header").pipe(
    Flag.withMetavar('"Name: value"'),
    Flag.withDescription("Extra header field on every request; may be repeated"),
    Flag.atLeast(0),
  ),
  timeout: Flag.Finite("timeout").pipe(
    Flag.withMetavar("SECONDS"),
    Flag.withDescription("How long to wait for each answer"),
    Flag.optional,
  ),
  logLevel: Flag.Literals("log-level", LogLevel.literals).pipe(
    Flag.withMetavar("LEVEL"),
    Flag.withDescription("Ask the server for its log messages, from debug or info up to emergency"),
    Flag.optional,
  ),
  caFile: text("ca-file", "FILE", "Certificates (PEM) of a private certificate authority"),
}

export const identity = {
  registration: Flag.Literals("registration", ["auto", "preregistered", "cimd", "dcr"]).pipe(
    Flag.withMetavar("WAY"),
    Flag.withDescription(
      "How to become known to the authorization server: auto (default) takes the first that works, dcr registers",
    ),
    Flag.withDefault("auto" as const),
  ),
  clientId: text("client-id", "ID", "A client id that you were given (pre-registration)"),
  clientSecretFile: text(
    "client-secret-file",
    "FILE",
    "File with its secret, - for standard input; or set MCP_DCR_TUI_CLIENT_SECRET",
  ),
  clientMetadataUrl: text("client-metadata-url", "URL", "Your published client ID metadata document"),
  clientName: text("client-name", "NAME", "Name to register under"),
  redirectUri: text("redirect-uri", "URI", "Where the browser brings the answer; port 0 means any free port"),
  initialAccessTokenFile: text(
    "initial-access-token-file",
    "FILE",
    "File with the token that protected registration asks for; or set MCP_DCR_TUI_INITIAL_ACCESS_TOKEN",
  ),
  profile: text(
    "profile",
    "NAME",
    "Which of your accounts at the server; or set MCP_DCR_TUI_PROFILE. Without it the one that has no name",
  ),
}

export const authorization = {
  scope: text("scope", "SCOPE", "Scopes to ask for, instead of those that the server names"),
  issuer: text("issuer", "URL", "Which authorization server to use where there are several"),
  acceptIssuer: text("accept-issuer", "URL", "Accept this spelling of the issuer, which differs by a last slash only"),
  resource: text("resource", "NAME", "Ask for a token for this name; omit leaves the parameter out. Against the rule"),
  browser: Flag.Literals("browser", ["system", "print", "follow"]).pipe(
    Flag.withMetavar("HOW"),
    Flag.withDescription(
      "system opens the sign-in page, print only shows its address, follow plays the browser for servers that approve without asking",
    ),
    Flag.optional,
  ),
  noInput: toggle("no-input", "Never ask and open nothing: exit 3 when a sign-in is needed"),
}

const grant = {
  grant: Flag.Literals("grant", ["authorization_code", "client_credentials", "jwt-bearer", "id-jag"]).pipe(
    Flag.withMetavar("TYPE"),
    Flag.withDescription("How to get a token: authorization_code (default) asks a person, the others do not"),
    Flag.withDefault("authorization_code" as const),
  ),
  privateKey: text("private-key", "FILE", "Private key (PKCS8 PEM) to sign client assertions with (private_key_jwt)"),
  signingAlg: text("signing-alg", "ALG", "Algorithm for it, such as ES256; by default what suits the key"),
  assertionAud: text("assertion-aud", "URL", "Audience of client assertions, instead of the issuer. Against the rule"),
  assertionFile: text("assertion-file", "FILE", "Signed JWT for --grant jwt-bearer"),
  idpTokenEndpoint: text("idp-token-endpoint", "URL", "Token endpoint of the identity provider, for --grant id-jag"),
  idpClientId: text("idp-client-id", "ID", "Client that the ID token was given to, for --grant id-jag"),
  idTokenFile: text("id-token-file", "FILE", "ID token, for --grant id-jag"),
  dpop: toggle("dpop", "Bind tokens to a key of this machine (DPoP)"),
}

const questions = {
  elicit: text(
    "elicit",
    "ANSWER",
    "Answer questions of the server: accept (with its defaults), decline, or a JSON object with the values",
  ),
}

export const leniency = {
  strict: toggle("strict", "Tolerate nothing that the standards forbid"),
  legacyAuth: toggle("legacy-auth", "Accept servers of revision 2025-03-26, which publish no resource metadata"),
  legacySse: toggle("legacy-sse", "Speak the old HTTP+SSE transport of revision 2024-11-05"),
  allowInsecure: toggle("allow-insecure", "Allow plain http to hosts other than this machine"),
}

export const files = {
  config: text("config", "FILE", "Configuration with clients that you were given, instead of config.json in your home"),
  store: text("store", "DIR", "Folder for credentials, instead of the one in your home"),
  noStore: toggle("no-store", "Read and keep no credentials"),
  storeKeyFile: text(
    "store-key-file",
    "FILE",
    "Encrypt the store with the key in this file; or set MCP_DCR_TUI_STORE_KEY",
  ),
  keyring: toggle("keyring", "Encrypt the store with a key that the system's keyring holds"),
  journal: text("journal", "FILE", "Save the journal of this run (JSON lines, without secrets)"),
}

export const output = {
  json: toggle("json", "Print one JSON document, errors too; progress goes to standard error"),
  verbose: toggle("verbose", "Show every request and answer, secrets masked"),
  quiet: toggle("quiet", "Show the result only"),
  noColor: toggle("no-color", "No colours; NO_COLOR works as well"),
  ascii: toggle("ascii", "Only ASCII characters"),
}

/** What a command needs that talks to a server. */
export const serverFlags = {
  ...target,
  ...identity,
  ...authorization,
  ...grant,
  ...questions,
  ...leniency,
  ...files,
  ...output,
}

/** What `demo` needs: it brings its own server. */
export const demoFlags = {
  protocolVersion: target.protocolVersion,
  journal: files.journal,
  ...output,
}

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The same groups as headings of the help; a flag of none of them belongs to its command. */
export const flagGroups: ReadonlyArray<readonly [heading: string, names: ReadonlyArray<string>]> = Object.entries({
  Server: target,
  "Client identity": identity,
  Authorization: authorization,
  Grant: grant,
  Questions: questions,
  Leniency: leniency,
  Files: files,
  Output: output,
}).map(([heading, flags]) => [heading, Object.keys(flags).map(kebab)])

import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"

/** Every flag of the command line, once. Commands choose the groups they take. */

export const url = Argument.String("url").pipe(
  Argument.withDescription("URL of the MCP server, for example https://host.example/mcp"),
  Argument.optional,
)

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

/** Flags that take no value: the command line must know them before it knows the command. */
export const toggles = [
  "no-input",
  "strict",
  "legacy-auth",
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
] as const

const toggle = (name: (typeof toggles)[number], description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

const target = {
  serverUrl: text("server-url", "URL", "The same as the URL argument"),
  stdio: text("stdio", '"COMMAND ARGS"', "A server on this machine instead: a program, started without a shell"),
  env: Flag.String("env").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("Let that program see a variable of your environment; may be repeated"),
    Flag.atLeast(0),
  ),
  yes: toggle("yes", "Start the program of --stdio without asking"),
  protocolVersion: Flag.Literals("protocol-version", [
    "auto",
    "2026-07-28",
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
  ]).pipe(
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
  caFile: text("ca-file", "FILE", "Certificates (PEM) of a private certificate authority"),
}

const identity = {
  registration: Flag.Literals("registration", ["auto", "preregistered", "cimd", "dcr"]).pipe(
    Flag.withMetavar("WAY"),
    Flag.withDescription(
      "How to become known to the authorization server: auto (default) takes the first that works, dcr registers",
    ),
    Flag.withDefault("auto" as const),
  ),
  clientId: text("client-id", "ID", "A client id that you were given (pre-registration)"),
  clientSecretFile: text("client-secret-file", "FILE", "File with its secret; or set MCP_DCR_TUI_CLIENT_SECRET"),
  clientMetadataUrl: text("client-metadata-url", "URL", "Your published client ID metadata document"),
  clientName: text("client-name", "NAME", "Name to register under"),
  redirectUri: text("redirect-uri", "URI", "Where the browser brings the answer; port 0 means any free port"),
}

const authorization = {
  scope: text("scope", "SCOPE", "Scopes to ask for, instead of those that the server names"),
  issuer: text("issuer", "URL", "Which authorization server to use where there are several"),
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

const leniency = {
  strict: toggle("strict", "Tolerate nothing that the standards forbid"),
  legacyAuth: toggle("legacy-auth", "Accept servers of revision 2025-03-26, which publish no resource metadata"),
  allowInsecure: toggle("allow-insecure", "Allow plain http to hosts other than this machine"),
}

const files = {
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

const output = {
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

export const outputFlags = output

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

export const mockFlags = {
  port: Flag.Int("port").pipe(
    Flag.withMetavar("PORT"),
    Flag.withDescription("Port; 0 means any free one, 3000 is the default"),
    Flag.withDefault(3000),
  ),
  host: Flag.String("host").pipe(
    Flag.withMetavar("ADDRESS"),
    Flag.withDescription("Loopback address to listen on, 127.0.0.1 is the default"),
    Flag.withDefault("127.0.0.1"),
  ),
  noAuth: toggle("no-auth", "Serve MCP without authorization"),
  autoApprove: toggle("auto-approve", "Skip the sign-in page: approve every authorization request at once"),
  diagnostics: toggle("diagnostics", "Offer what the official conformance suite asks for as well"),
  tokenLifetime: Flag.Int("token-lifetime").pipe(
    Flag.withMetavar("SECONDS"),
    Flag.withDescription("Lifetime of access tokens"),
    Flag.optional,
  ),
  scenario: text("scenario", "NAMES", "Misbehave: names of the fault catalogue, separated by commas"),
  list: toggle("list", "Show the fault catalogue and stop"),
  json: toggle("json", "Print one JSON line when ready"),
}

/** A journal that `--journal` has saved. */
export const journalFile = Argument.String("file").pipe(Argument.withDescription("File that --journal has written"))

export const replayFlags = { reducedMotion: toggle("reduced-motion", "No spinners"), ...output }

export const exportFlags = {
  format: Flag.Literals("format", ["har", "curl", "markdown", "mermaid", "jsonl"]).pipe(
    Flag.withMetavar("FORMAT"),
    Flag.withDescription("What to make of it"),
  ),
  output: text("output", "FILE", "Where to write it, instead of standard output"),
  json: output.json,
}

/** Whose completions are printed. */
export const reader = Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(
  Argument.withDescription("Shell to make them for"),
)

export const logoutFlags = {
  forgetClient: toggle(
    "forget-client",
    "Delete the client too: at the server (RFC 7592) and here, for all its servers",
  ),
}

export const storeFlags = { store: files.store, storeKeyFile: files.storeKeyFile, keyring: files.keyring }

export const yes = { yes: toggle("yes", "Do not ask before deleting") }

export const openFlags = {
  mock: toggle("mock", "Start on the embedded mock server"),
  reducedMotion: toggle("reduced-motion", "No spinners"),
}

export const callFlags = {
  args: text("args", "JSON", "The arguments as one JSON object; - reads it from standard input, @FILE from a file"),
}

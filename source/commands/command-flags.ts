import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import { authorization, files, identity, leniency, output, target, text, toggle } from "./flags.ts"

/** What one command alone takes. */
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
  // Elsewhere a flag of this name has a value, so it is not one of the toggles that stand before a command.
  stdio: Flag.Boolean("stdio").pipe(
    Flag.withDescription("Serve one client on standard input and output instead, without authorization"),
    Flag.withDefault(false),
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

const reducedMotion = toggle("reduced-motion", "No spinners")

export const replayFlags = { reducedMotion, ...output }

export const exportFlags = {
  format: Flag.Literals("format", ["har", "curl", "markdown", "mermaid", "jsonl"]).pipe(
    Flag.withMetavar("FORMAT"),
    Flag.withDescription("What to make of it"),
  ),
  output: text("output", "FILE", "Where to write it, instead of standard output"),
  reveal: toggle("reveal", "Put those secrets in that the store still holds; whoever reads the output can use them"),
  profile: identity.profile,
  store: files.store,
  storeKeyFile: files.storeKeyFile,
  keyring: files.keyring,
  json: output.json,
}

/** Whose completions are printed. */
export const reader = Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(
  Argument.withDescription("Shell to make them for"),
)

/** What `clients` is to do; without it, list. */
export const clientsAction = Argument.Literals("action", ["list", "show", "update", "forget"]).pipe(
  Argument.withDescription("What to do; list is what happens without it"),
  Argument.optional,
)

const yes = { yes: toggle("yes", "Do not ask first") }

export const refreshFlags = { force: toggle("force", "Renew a token that is still good as well") }

export const logoutFlags = {
  forgetClient: toggle(
    "forget-client",
    "Delete the client too: at the server (RFC 7592) and here, for all its servers",
  ),
  ...yes,
}

export const clientsFlags = {
  remote: toggle("remote", "Ask the authorization server as well (RFC 7592): show compares, forget deletes there, too"),
  ...yes,
  profile: identity.profile,
  clientName: identity.clientName,
  redirectUri: identity.redirectUri,
  scope: authorization.scope,
  header: target.header,
  timeout: target.timeout,
  caFile: target.caFile,
  allowInsecure: leniency.allowInsecure,
  store: files.store,
  storeKeyFile: files.storeKeyFile,
  keyring: files.keyring,
  journal: files.journal,
  ...output,
}

export const openFlags = {
  mock: toggle("mock", "Start on the embedded mock server"),
  reducedMotion,
}

export const callFlags = {
  args: text("args", "JSON", "The arguments as one JSON object; - reads it from standard input, @FILE from a file"),
  save: text("save", "DIR", "Save pictures, sound and embedded resources of the result in this folder"),
}

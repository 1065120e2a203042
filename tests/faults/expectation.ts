/** How many registrations, authorizations, token requests and tool calls the server may see. */
export type Seen = readonly [register: number, authorize: number, token: number, calls: number]

/** What an honest client does about one scenario. */
export interface Expectation {
  /** `done`, or the code of the failure; words.ts says what each code must tell. */
  readonly outcome: string
  readonly seen: Seen
  /** The request that failed: a URL, with `<origin>` for the mock's own. */
  readonly at?: string | undefined
  /** Everything that the client finds fault with, by a part of each text. Nothing else may be said. */
  readonly warns: ReadonlyArray<string>
}

export type Outcomes = Readonly<Record<string, Expectation>>

/** One sign-in, one call. */
const signedIn: Seen = [1, 1, 1, 1]

/** The call is made, whatever had to be tolerated. */
export const done = (warns: ReadonlyArray<string> = [], seen: Seen = signedIn): Expectation => ({
  outcome: "done",
  seen,
  warns,
})

/** It ends with a failure that names this request. */
export const fails = (
  outcome: string,
  at: string | undefined,
  seen: Seen,
  warns: ReadonlyArray<string> = [],
): Expectation => ({ outcome, at, seen, warns })

export const PRM = "<origin>/.well-known/oauth-protected-resource/mcp"
export const AS = "<origin>/.well-known/oauth-authorization-server"
export const REGISTER = "<origin>/register"
export const TOKEN = "<origin>/token"
export const MCP = "<origin>/mcp"
/** What comes back through the browser is no request of ours: told is where it came. */
export const CALLBACK = "http://127.0.0.1:<port>/callback"

/** The texts as the tables have them, whatever ports the run had. */
export const placeless = (text: string, origin: string): string =>
  text.replaceAll(origin, "<origin>").replaceAll(/(127\.0\.0\.1|localhost):\d+/g, "$1:<port>")

import * as Result from "effect/Result"
import { commandLine, splitCommand } from "../../../mcp/stdio-command.ts"
import { formatExpiry } from "../../../text/duration.ts"
import type { Choice } from "../../app/control.ts"
import type { KnownServer, Scene } from "../../app/scene.ts"
import { shortUrl, withProfile } from "../../app/short-url.ts"
import { pad, wrap } from "../../ui/cells.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { clamp } from "../../ui/window.ts"

export interface Entry {
  readonly choice: Choice
  readonly server?: KnownServer
}

/** What can be opened: the embedded mock first, then the servers that were used before. */
export const entries = ({ mock, servers }: Scene): ReadonlyArray<Entry> => [
  ...(mock ? [{ choice: { kind: "mock" } } as const] : []),
  ...servers.map(
    (server): Entry => ({
      choice: {
        kind: "url",
        url: server.serverUrl,
        ...(server.profile === undefined ? {} : { profile: server.profile }),
      },
      server,
    }),
  ),
]

export const chosen = (scene: Scene): Entry | undefined => {
  const all = entries(scene)
  return all[clamp(scene.ui.start.cursor, 0, all.length - 1)]
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export const ago = (then: number, now: number): string => {
  const past = now - then
  if (past < hour) return `${Math.max(0, Math.floor(past / minute))} min ago`
  if (past < day) return `${Math.floor(past / hour)} h ago`
  return past < 2 * day ? "yesterday" : `${Math.floor(past / day)} d ago`
}

/** What Start says of a token: how long it is good, and what becomes of it then. */
const tokenWords = ({ token }: KnownServer, now: number): string => {
  if (token === undefined) return "no token"
  const { expiresAt, renewable } = token
  if (expiresAt === undefined) return "token without an expiry"
  const left = expiresAt - now
  if (left <= 0) return renewable ? "expired, will be renewed" : "expired: sign in again"
  return `expires in ${left < hour ? `${Math.max(1, Math.floor(left / minute))} min` : formatExpiry(left)}`
}

const entryRow = ({ server }: Entry, at: boolean, scene: Scene, cells: number): Row => {
  const mark = at ? `${scene.theme.glyphs.cursor} ` : "  "
  const room = cells - 2
  const name = Math.max(24, Math.floor(room * 0.36))
  const column = (text: string, width: number) =>
    pad(text.length >= width ? `${text.slice(0, width - 2)}${scene.theme.glyphs.ellipsis}` : text, width)
  const wide = room >= 64
  if (server === undefined)
    return {
      left: [
        span(mark, "key"),
        span(column("Embedded mock server", name), at ? "strong" : "plain"),
        span(column("in-process", 16)),
        span("nothing to install", "dim"),
      ],
    }
  const right = wide ? ago(server.lastUsed, scene.now) : ""
  return {
    left: [
      span(mark, "key"),
      span(column(withProfile(shortUrl(server.serverUrl), server.profile), name), at ? "strong" : "plain"),
      span(column(server.source, 16)),
      span(tokenWords(server, scene.now)),
    ],
    ...(right === "" ? {} : { right: [span(right, "dim")] }),
  }
}

export const serverRows = (scene: Scene, cells: number): ReadonlyArray<Row> => {
  const all = entries(scene)
  const cursor = clamp(scene.ui.start.cursor, 0, all.length - 1)
  return all.map((entry, index) => entryRow(entry, index === cursor, scene, cells))
}

export const welcomeRows = (scene: Scene): ReadonlyArray<Row> => [
  ...(scene.mock
    ? [
        row(span("  Enter", "key"), ' on "Embedded mock server" runs the whole'),
        row("        authorization flow safely on your machine."),
        row(span("  L", "key"), "     the same with every step explained."),
        row(span("  b", "key"), "     break it: choose what the server does wrong."),
        blank,
      ]
    : []),
  row(span("Or from a shell", "strong")),
  row("  mcp-dcr-tui https://host/mcp   open straight away"),
  row("  mcp-dcr-tui demo               the flow as plain text"),
  row("  mcp-dcr-tui mock               a server for other clients"),
]

const labelled = (label: string, text: string): Row => row(span(pad(label, 10), "dim"), text)

const mockDetails = [
  "Runs inside this process: an authorization server and an MCP server that speak the same protocol as real ones.",
  "It registers us, asks for consent, gives a token and has a few tools to call.",
  "Nothing leaves this machine.",
]

export const detailRows = (scene: Scene, cells: number): ReadonlyArray<Row> => {
  const entry = chosen(scene)
  if (entry === undefined) return [row("Type the address of an MCP server.")]
  const { server } = entry
  if (server === undefined)
    return [
      row(span("Embedded mock server", "strong")),
      ...mockDetails.flatMap((text) => [blank, ...wrap(text, cells).map((line) => row(line))]),
    ]
  return [
    row(span(shortUrl(server.serverUrl), "strong")),
    blank,
    ...(server.profile === undefined ? [] : [labelled("profile", server.profile)]),
    labelled("issuer", shortUrl(server.issuer)),
    labelled("client", server.clientId),
    labelled("", server.source === "DCR" ? "registered by us (DCR)" : server.source),
    labelled("token", tokenWords(server, scene.now)),
    ...(server.token?.scope === undefined ? [] : [labelled("scope", server.token.scope)]),
    labelled("used", ago(server.lastUsed, scene.now)),
    blank,
    ...wrap(
      server.token === undefined
        ? "Enter opens it with the stored client: no second registration."
        : "Enter opens it with what is stored: no second registration, and no second sign-in while the token lives.",
      cells,
    ).map((line) => row(line)),
    ...(server.token === undefined ? [] : [row(span("x", "key"), " signs out: revokes the tokens, keeps the client")]),
    row(span("d", "key"), " forgets the client and its tokens on this machine"),
  ]
}

/** What is wrong with a typed address, or nothing. */
export const complaint = (text: string): string | undefined => {
  if (/^(https?:\/*)?$/i.test(text)) return "Type an address, for example https://host.example/mcp"
  if (!URL.canParse(text)) return "Not a URL: it needs https://, a host and usually a path"
  const { protocol, username, password } = new URL(text)
  if (protocol !== "https:" && protocol !== "http:")
    return `${protocol} cannot be used: only https, or http on this machine`
  return username === "" && password === "" ? undefined : "Remove the user name and password before the host"
}

/** The longest command that is shown whole in the question before its start, on the smallest screen. */
const longestCommand = 700

/** A scheme, or a host with a path, whatever blanks stand in it. */
const addressLike = /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w-]+(?:\.[\w-]+)+(?::\d+)?\/|localhost[:/])/i

/**
 * The command of a local server, where something else than an address was typed: `stdio:node server.js`, or words with blanks
 * between them. Written as a shell would take it, so that nothing in it is invisible; or what is wrong with it.
 */
export const commandIn = (text: string): Result.Result<string, string> | undefined => {
  const own = text.trim().replace(/^https:\/\/(?=\S+:|.*\s)/i, "")
  const named = /^stdio:\/*/i.exec(own)
  if (named === null && (addressLike.test(own) || !/\S\s+\S/.test(own))) return undefined
  const split = splitCommand(own.slice(named?.[0].length ?? 0))
  if (Result.isFailure(split)) return Result.fail(`Not a command: ${split.failure}`)
  const whole = commandLine(split.success)
  return whole.length > longestCommand
    ? Result.fail("Too long to be shown here: give it on the command line, with --stdio")
    : Result.succeed(whole)
}

const schemed = /^[a-z][a-z0-9+.-]*:\/\//i

/**
 * An address without a scheme is taken as https, and as http on this machine. A whole address typed or pasted behind the
 * field's own `https://` takes its place.
 */
export const completed = (text: string): string => {
  const own = text.replace(/^https:\/\//i, "")
  if (schemed.test(own)) return own
  if (schemed.test(text) || text === "") return text
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/i.test(text) ? `http://${text}` : `https://${text}`
}

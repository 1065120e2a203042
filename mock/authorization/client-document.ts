import type { IncomingMessage } from "node:http"
import { isIP } from "node:net"
import type { Exchange } from "../http/exchange.ts"
import { get as httpGet } from "../http/node-http.ts"
import { isObject } from "../json.ts"
import { addressAllowed, safeLookup } from "../net/special-use.ts"
import type { World } from "../world.ts"
import type { Client } from "./client.ts"
import { isFault, readClientMetadata } from "./client-metadata.ts"

const LIMIT = 5 * 1024
const TIMEOUT = 3000
const DAY = 24 * 60 * 60

/** Documents that may still be used, by URL. Failures are never kept. */
export type DocumentCache = Map<string, { readonly client: Client; readonly expiresAt: number }>

/** Whether a client id claims to be the URL of a client ID metadata document. */
export const isDocumentId = (id: string): boolean => /^https?:\/\//.test(id)

/** The client with that id, from the store or from its document. */
export async function findClient(world: World, exchange: Exchange, id: string): Promise<Client | undefined> {
  const known = world.clients.get(id)
  if (known || !isDocumentId(id) || !world.settings.cimd) return known
  const cached = world.documents.get(id)
  if (cached && world.clock.now() < cached.expiresAt) return cached.client
  world.documents.delete(id)
  try {
    const { client, maxAge } = await load(world, id)
    if (maxAge > 0) world.documents.set(id, { client, expiresAt: world.clock.now() + maxAge * 1000 })
    exchange.note("client-document", true, id)
    return client
  } catch (error) {
    exchange.note("client-document", false, reason(error))
    return undefined
  }
}

/** An aborted request carries the reason as its cause. */
const reason = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : "cannot be read"

async function load(world: World, id: string): Promise<{ client: Client; maxAge: number }> {
  const fault = documentIdFault(id)
  if (fault !== undefined) throw new Error(fault)
  const { text, cacheControl } = await fetchDocument(world, id)
  const document: unknown = JSON.parse(text)
  if (!isObject(document)) throw new Error("the document is not a JSON object")
  // Simple string comparison: the document has to say itself which id it is for.
  if (document.client_id !== id) throw new Error("the document is for another client_id")
  if ("client_secret" in document || "client_secret_expires_at" in document)
    throw new Error("a public document cannot hold a secret")
  if (typeof document.client_name !== "string") throw new Error("client_name is missing")
  const method = document.token_endpoint_auth_method ?? "none"
  if (typeof method !== "string" || method.startsWith("client_secret_"))
    throw new Error("a public document cannot use a shared secret")
  const metadata = readClientMetadata({ ...document, token_endpoint_auth_method: method }, false)
  if (isFault(metadata)) throw new Error(metadata.text)
  return {
    client: { id, kind: "document", metadata, issuedAt: world.clock.now(), secretExpiresAt: 0 },
    maxAge: freshness(cacheControl),
  }
}

/** Why a URL cannot be a client id; `undefined` when it can. http is for documents on this very machine. */
export function documentIdFault(id: string): string | undefined {
  if (!URL.canParse(id) || id.length > 2000) return "client_id is not a URL"
  const url = new URL(id)
  const local = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname)
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) return "client_id must use https"
  if (url.username !== "" || url.password !== "") return "client_id has user information"
  if (id.includes("#")) return "client_id has a fragment"
  if (url.pathname === "/") return "client_id has no path"
  // Read from the text: parsing would have removed the dot segments already.
  if (/\/(\.|%2e){1,2}(\/|\?|$)/i.test(id)) return "client_id has dot segments"
  return undefined
}

interface FetchedDocument {
  readonly text: string
  readonly cacheControl: string
}

/** Fetches 200 only, follows nothing, reads little, waits briefly, and never connects to a special-use address. */
async function fetchDocument(world: World, id: string): Promise<FetchedDocument> {
  const url = new URL(id)
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const local = ["127.0.0.1", "::1", "localhost"].includes(host)
  // Node asks no lookup function about an address that is written out.
  if (isIP(host) !== 0 && !addressAllowed(host, local))
    throw new Error("the host is not an address that may be fetched from")
  // TLS costs more to load than the rest of the mock, and most documents in a test are local.
  const open = url.protocol === "https:" ? process.getBuiltinModule("node:https").get : httpGet
  const done = new AbortController()
  const late = new AbortController()
  world.clock.sleep(TIMEOUT, done.signal).then(
    () => late.abort(new Error("the document took too long")),
    () => {},
  )
  const signal = AbortSignal.any([world.closing, late.signal])
  const answer = new Promise<FetchedDocument>((resolve, reject) => {
    const request = open(
      url,
      { signal, agent: false, headers: { accept: "application/json", connection: "close" }, lookup: safeLookup(local) },
      (response: IncomingMessage) => {
        if (response.statusCode !== 200) {
          request.destroy(new Error(`the document answered ${response.statusCode}`))
          return
        }
        const chunks: Buffer[] = []
        let size = 0
        response.on("data", (chunk: Buffer) => {
          size += chunk.length
          chunks.push(chunk)
          if (size <= LIMIT) return
          // Said at once: the end of a small answer may be on its way before a destroyed request tells its error.
          reject(new Error("the document is larger than 5 kB"))
          request.destroy()
        })
        response.on("end", () =>
          resolve({
            text: Buffer.concat(chunks).toString("utf8"),
            cacheControl: response.headers["cache-control"] ?? "",
          }),
        )
        response.on("error", reject)
      },
    )
    request.on("error", reject)
  })
  return answer.finally(() => done.abort())
}

function freshness(cacheControl: string): number {
  if (/\b(no-store|no-cache)\b/i.test(cacheControl)) return 0
  const age = /\bmax-age=(\d+)/i.exec(cacheControl)?.[1]
  return age === undefined ? 300 : Math.min(Number(age), DAY)
}

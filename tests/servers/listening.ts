import http from "node:http"
import type { AddressInfo } from "node:net"

export interface Listening extends AsyncDisposable {
  readonly origin: string
  /** Each request as it was answered: `POST /mcp tools/list 200`. */
  readonly seen: ReadonlyArray<string>
}

const rpcOf = (body: unknown): string => {
  const method: unknown = Object(body).method
  return typeof method === "string" ? ` ${method}` : ""
}

/** Listens on a free port of 127.0.0.1; the handler is built when the origin is known. Two servers may share `seen`. */
export const listen = async (
  build: (origin: string) => http.RequestListener,
  seen: Array<string> = [],
): Promise<Listening> => {
  let handle: http.RequestListener = (_, response) => response.writeHead(503).end()
  const server = http.createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*/s, "")
    response.once("finish", () =>
      // Express leaves the parsed body on the request.
      seen.push(
        `${request.method} ${path}${rpcOf("body" in request ? request.body : undefined)} ${response.statusCode}`,
      ),
    )
    handle(request, response)
  })
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  handle = build(origin)
  return {
    origin,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

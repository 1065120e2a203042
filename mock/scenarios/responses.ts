import type { ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import { json } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { SERVER_METADATA } from "../well-known.ts"
import { bent, type Fault, HTML, instead, type Switch, seize, text } from "./scenario.ts"

const begin = (response: ServerResponse, headers: Readonly<Record<string, string>> = {}) =>
  response.writeHead(200, { "content-type": "application/json", ...headers })

/** Writes until the client has had enough. */
const endlessly = (response: ServerResponse): void => {
  const chunk = " ".repeat(64 * 1024)
  const more = () => {
    while (!response.destroyed && response.write(chunk)) {}
  }
  response.on("drain", more)
  more()
}

const everySecond = (response: ServerResponse): void => {
  const timer = setInterval(() => response.write(" "), 1000)
  response.once("close", () => clearInterval(timer))
}

const hangUp = (_: Exchange, response: ServerResponse): true => {
  response.destroy()
  return true
}

/** Turns the first token request away, unread as rate limiters do. */
const limited = (does: string, after: () => string): Switch =>
  bent(does, () =>
    seize(
      "/token",
      (exchange, response) => {
        exchange.event.route = "token"
        exchange.event.status = 429
        response.writeHead(429, { "content-type": "application/json", "retry-after": after() })
        response.end('{"error":"slow_down"}')
        return true
      },
      1,
    ),
  )

/** How answers come, or do not. */
export const RESPONSES: readonly Fault[] = [
  {
    numbers: ["F-17"],
    title: "JSON that ends in the middle",
    clientMust: "name the endpoint, and not try again and again",
    rule: "CR-79",
    switches: {
      "invalid-json": bent("cuts the token answer", () =>
        instead("token", () => text(200, "application/json", '{"access_token":"abc","token_ty')),
      ),
    },
  },
  {
    numbers: ["F-18"],
    title: "Error pages with script and escape sequences",
    clientMust: "show a short, harmless excerpt",
    rule: "CR-13, CR-79, CR-122",
    switches: {
      "html-error": bent("answers token requests with a 500 page", () =>
        instead("token", () => text(500, "text/html", HTML)),
      ),
      "html-error-metadata": bent("answers metadata with a 502 page", () =>
        instead("metadata", () => text(502, "text/html", HTML)),
      ),
    },
  },
  {
    numbers: ["F-19", "Q-30"],
    title: "Token errors in the wrong clothes",
    clientMust: "take them for errors",
    rule: "CR-79",
    switches: {
      "error-200": bent("answers token requests with an error under 200", () =>
        instead("token", () => json(200, { error: "bad_verification_code", error_description: "the code is wrong" })),
      ),
      "token-form-encoded": bent("answers token requests in form encoding", () =>
        instead("token", () => text(200, "application/x-www-form-urlencoded", "error=bad_verification_code")),
      ),
      "error-array": bent("answers token requests with an array", () =>
        instead("token", () => json(400, ["invalid_grant"])),
      ),
    },
  },
  {
    numbers: ["F-20"],
    title: "No answer at all",
    clientMust: "give up after its time-out",
    rule: "CR-42",
    switches: { "slow-headers": bent("never answers metadata requests", () => seize(SERVER_METADATA, () => true)) },
  },
  {
    numbers: ["F-21"],
    title: "One byte per second",
    clientMust: "give up after its time-out for the whole answer",
    rule: "CR-42",
    switches: {
      "slow-body": bent("sends metadata one byte per second", () =>
        seize(SERVER_METADATA, (_, response) => {
          begin(response).flushHeaders()
          everySecond(response)
          return true
        }),
      ),
    },
  },
  {
    numbers: ["F-22"],
    title: "Body without an end",
    clientMust: "stop reading at its limit",
    rule: "CR-42",
    switches: {
      "huge-body": bent("sends metadata that never ends", () =>
        seize(SERVER_METADATA, (_, response) => {
          endlessly(begin(response))
          return true
        }),
      ),
    },
  },
  {
    numbers: ["F-23"],
    title: "Compression bomb",
    clientMust: "count what comes out, not what goes in",
    rule: "CR-42",
    switches: {
      "gzip-bomb": bent("sends 64 MB of metadata in 64 kB", () => {
        const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "))
        return seize(SERVER_METADATA, (_, response) => {
          begin(response, { "content-encoding": "gzip" }).end(bomb)
          return true
        })
      }),
    },
  },
  {
    numbers: ["F-24"],
    title: "Too many requests",
    clientMust: "wait as long as it is asked to, if that is bearable, in sight; else report it",
    rule: "CR-96, MR-26",
    switches: {
      "rate-limit": limited("answers the first token request with 429 and Retry-After: 1", () => "1"),
      "rate-limit-date": limited("the same with a date", () => new Date(Date.now() + 1000).toUTCString()),
      "rate-limit-absurd": limited("the same with a hundred years", () => "3153600000"),
      "rate-limit-metadata": bent("answers the first metadata request with 429 and Retry-After: 1", () =>
        instead("metadata", () => json(429, { error: "slow_down" }, { "retry-after": "1" }), 1),
      ),
    },
  },
  {
    numbers: ["F-25"],
    title: "Two failures, then all is well",
    clientMust: "report a retryable failure; a token request is not repeated by itself",
    rule: "CR-13, CR-53",
    switches: {
      "flaky-503": bent("answers metadata with 503 twice", () =>
        instead("metadata", () => json(503, { error: "temporarily_unavailable" }), 2),
      ),
      "flaky-503-token": bent("answers token requests with 503 twice", () =>
        instead("token", () => json(503, { error: "temporarily_unavailable" }), 2),
      ),
    },
  },
  {
    numbers: ["F-26"],
    title: "Connection reset",
    clientMust: "repeat what only reads; never a call that may have run",
    rule: "CR-53, MR-26",
    switches: {
      "conn-reset": bent("resets the connection of every tool call, after reading it", () => ({
        async intercept(exchange, response) {
          const named = exchange.header("mcp-method")
          if (exchange.path !== "/mcp" || named !== "tools/call") return false
          exchange.event.rpc = named
          await exchange.text(1024 * 1024)
          response.destroy()
          return true
        },
      })),
      "conn-reset-metadata": bent("resets the connection of the first metadata request", () =>
        seize(SERVER_METADATA, hangUp, 1),
      ),
      "conn-reset-list": bent("resets the connection of the first tools/list, after reading it", () => {
        let left = 1
        return {
          async intercept(exchange, response) {
            if (exchange.header("mcp-method") !== "tools/list" || left === 0) return false
            left -= 1
            await exchange.text(1024 * 1024)
            return hangUp(exchange, response)
          },
        }
      }),
    },
  },
  {
    numbers: ["F-27"],
    title: "Reset after the code was taken",
    clientMust: "not send the code again",
    rule: "CR-53",
    switches: {
      "reset-on-code": bent("resets the connection of the first token request, after reading it", () =>
        seize(
          "/token",
          async (exchange, response) => {
            await exchange.text(1024 * 1024)
            response.destroy()
            return true
          },
          1,
        ),
      ),
    },
  },
]

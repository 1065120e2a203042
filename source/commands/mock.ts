import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { startMock } from "../../mock/index.ts"
import { usageFailure } from "./failure.ts"
import { line, makePrinter } from "./print.ts"

export interface MockInput {
  readonly port: number
  readonly host: string
  readonly noAuth: boolean
  readonly autoApprove: boolean
  readonly diagnostics: boolean
  readonly tokenLifetime: Option.Option<number>
  readonly json: boolean
}

const hosts = ["127.0.0.1", "localhost", "::1"] as const

/** Until SIGINT or SIGTERM. */
const untilSignal = Effect.callback<void>((resume) => {
  const stop = () => resume(Effect.void)
  process.once("SIGINT", stop)
  process.once("SIGTERM", stop)
  return Effect.sync(() => {
    process.off("SIGINT", stop)
    process.off("SIGTERM", stop)
  })
})

/** `mock`: serves until it is stopped. */
export const mock = Effect.fn("commands.mock")(function* (input: MockInput) {
  const printer = makePrinter({ color: process.stdout.isTTY === true, ascii: false })
  const host = hosts.find((candidate) => candidate === input.host)
  if (host === undefined)
    return yield* usageFailure("host_not_loopback", { received: input.host, expected: hosts.join(", ") })
  const server = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        startMock({
          port: input.port,
          host,
          noAuth: input.noAuth,
          autoApprove: input.autoApprove,
          diagnostics: input.diagnostics,
          ...(input.tokenLifetime._tag === "Some" ? { tokenLifetime: input.tokenLifetime.value } : {}),
        }),
      catch: (error) =>
        usageFailure(
          error instanceof Error && "code" in error && error.code === "EADDRINUSE" ? "port_taken" : "port_invalid",
          { received: `${host}:${input.port}`, detail: error instanceof Error ? error.message : "" },
        ),
    }),
    (running) => Effect.promise(() => running.close()),
  )
  if (input.json)
    printer.json({ url: server.url, issuer: server.issuer, origin: server.origin, port: server.port, pid: process.pid })
  else
    printer.out([
      line("mcp-dcr-tui mock server", "title"),
      line(`  MCP endpoint          ${server.url}`),
      line(`  authorization server  ${input.noAuth ? "none (--no-auth)" : server.issuer}`),
      line(`  page for people       ${server.origin}/`),
      line(""),
      line(`  Try:  mcp-dcr-tui ${server.url}`),
      line("  Ctrl-C stops it."),
    ])
  yield* untilSignal
  if (!input.json) printer.out([line("Stopped.")])
  return 0
}, Effect.scoped)

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { faultCatalogue, startMock } from "../../mock/index.ts"
import { portHolder } from "../oauth/port-holder.ts"
import { usageFailure } from "./failure.ts"
import { isAsciiLocale } from "./locale.ts"
import { line, makePrinter } from "./print.ts"
import { defaultInput } from "./server-input.ts"

export interface MockInput {
  readonly port: number
  readonly host: string
  readonly stdio: boolean
  readonly noAuth: boolean
  readonly autoApprove: boolean
  readonly diagnostics: boolean
  readonly tokenLifetime: Option.Option<number>
  readonly scenario: Option.Option<string>
  readonly list: boolean
  readonly json: boolean
}

const hosts = ["127.0.0.1", "localhost", "::1"] as const

const signals = ["SIGINT", "SIGTERM"] as const

/** Catches SIGINT and SIGTERM from now on; gives what waits for the first of them. */
const catchSignals = Effect.gen(function* () {
  const came = yield* Deferred.make<void>()
  const stop = () => void Deferred.doneUnsafe(came, Effect.void)
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      for (const signal of signals) process.on(signal, stop)
    }),
    () =>
      Effect.sync(() => {
        for (const signal of signals) process.off(signal, stop)
      }),
  )
  return Deferred.await(came)
})

/** `mock --list`: the fault catalogue by subject. */
const list = Effect.fn("commands.mockList")(function* (json: boolean) {
  const { FAULTS, NOT_SIMULATED, scenariosOf, SUBJECTS } = yield* Effect.promise(faultCatalogue)
  const printer = makePrinter({ color: process.stdout.isTTY === true, ascii: isAsciiLocale() })
  if (json) {
    const members = FAULTS.flatMap(scenariosOf).map(({ apply: _, ...rest }) => rest)
    printer.json({ scenarios: members })
  } else
    printer.out([
      ...Object.entries(SUBJECTS).flatMap(([subject, faults]) => [
        line(subject, "title"),
        ...faults
          .flatMap(scenariosOf)
          .map(({ name, numbers, does }) => line(`  ${name.padEnd(27)} ${numbers.join(" ").padEnd(10)} ${does}`)),
        line(""),
      ]),
      line("Not to be shown by one server", "title"),
      ...Object.entries(NOT_SIMULATED).map(([number, why]) => line(`  ${number.padEnd(6)} ${why}`)),
      line(""),
      line("Several together: mcp-dcr-tui mock --scenario NAME,NAME"),
    ])
  return 0
})

/** The names of `--scenario`, all of which exist. */
const scenarioNames = Effect.fn("commands.scenarioNames")(function* (given: string) {
  const { findScenarios } = yield* Effect.promise(faultCatalogue)
  const names = given.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]))
  return yield* Effect.try({
    try: () => findScenarios(names).map(({ name }) => name),
    catch: (error) =>
      usageFailure("scenario_unknown", { received: given, detail: error instanceof Error ? error.message : "" }),
  })
})

/** `mock`: serves until it is stopped. */
export const mock = Effect.fn("commands.mock")(function* (input: MockInput) {
  if (input.list) return yield* list(input.json)
  const printer = makePrinter({ color: process.stdout.isTTY === true, ascii: isAsciiLocale() })
  const scenarios = input.scenario._tag === "Some" ? yield* scenarioNames(input.scenario.value) : []
  const host = hosts.find((candidate) => candidate === input.host)
  if (host === undefined)
    return yield* usageFailure("host_not_loopback", { received: input.host, expected: hosts.join(", ") })
  const server = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        startMock({
          // The client on standard input is the only one that is meant.
          port: input.stdio ? 0 : input.port,
          host,
          noAuth: input.noAuth || input.stdio,
          autoApprove: input.autoApprove,
          diagnostics: input.diagnostics,
          scenarios,
          ...(input.tokenLifetime._tag === "Some" ? { tokenLifetime: input.tokenLifetime.value } : {}),
        }),
      catch: (error) =>
        usageFailure(
          error instanceof Error && "code" in error && error.code === "EADDRINUSE" ? "port_taken" : "port_invalid",
          { received: `${host}:${input.port}`, detail: error instanceof Error ? error.message : "" },
        ),
    }).pipe(
      Effect.catchIf(
        ({ code }) => code === "port_taken",
        ({ received = "" }) =>
          Effect.flatMap(portHolder(input.port), (holder) =>
            usageFailure("port_taken", {
              received,
              ...(holder === undefined ? {} : { detail: `held by process ${holder.pid} (${holder.command})` }),
            }),
          ),
      ),
    ),
    (running) => Effect.promise(() => running.close()),
  )
  if (input.stdio) {
    const { bridge } = yield* Effect.promise(() => import("./bridge.ts"))
    return yield* bridge({ ...defaultInput, url: Option.some(server.url), noStore: true, quiet: true })
  }
  // Before the ready line: whoever reads it may send a signal at once.
  const untilSignal = yield* catchSignals
  if (input.json)
    printer.json({ url: server.url, issuer: server.issuer, origin: server.origin, port: server.port, pid: process.pid })
  else
    printer.out([
      line("mcp-dcr-tui mock server", "title"),
      line(`  MCP endpoint          ${server.url}`),
      line(`  authorization server  ${input.noAuth ? "none (--no-auth)" : server.issuer}`),
      line(`  page for people       ${server.origin}/`),
      ...(scenarios.length > 0 ? [line(`  misbehaves            ${scenarios.join(", ")}`)] : []),
      line(""),
      line(`  Try:  mcp-dcr-tui ${server.url}`),
      line("  Ctrl-C stops it."),
    ])
  yield* untilSignal
  if (!input.json) printer.out([line("Stopped.")])
  return 0
}, Effect.scoped)

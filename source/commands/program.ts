import { appendFileSync, chmodSync, statSync, writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { asides } from "../flow/asides/index.ts"
import { CallbackDesk } from "../flow/callback-desk.ts"
import type { Flow } from "../flow/flow.ts"
import { Journal, reporting } from "../flow/journal.ts"
import { grantExtensions } from "../flow/machine-grant.ts"
import { flowLayer } from "../flow/runner.ts"
import type { MainStepId } from "../flow/step-id.ts"
import { steps } from "../flow/steps/index.ts"
import { ClientIdentity } from "../mcp/client.ts"
import { Respondent } from "../mcp/elicitation.ts"
import { httpSseLayer } from "../mcp/http-sse.ts"
import { KnownEras } from "../mcp/known-eras.ts"
import { Patience } from "../mcp/limits.ts"
import { WantedLogLevel } from "../mcp/log-level.ts"
import { ResultCache } from "../mcp/result-cache.ts"
import { Entropy } from "../text/entropy.ts"
import type { Findings } from "../text/finding.ts"
import { makeSecretBook, type SecretBook } from "../text/redaction.ts"
import { Vault } from "../vault/vault.ts"
import type { Recorder } from "../wire/exchange.ts"
import { wireLayer } from "../wire/live.ts"
import type { Wire } from "../wire/wire.ts"
import { type UsageFailure, usageFailure } from "./failure.ts"
import { localTransport } from "./local-transport.ts"
import { respondentLayer } from "./respondent.ts"
import type { Settings } from "./settings.ts"
import { version } from "./version.ts"

export type ProgramServices = Flow | Journal | Vault | Wire | CallbackDesk | Entropy | Findings | Recorder

/** The way to the server, where it is not Streamable HTTP. */
const transportOf = ({ stdio, legacySse }: Settings["target"], secrets: SecretBook) =>
  stdio !== undefined ? localTransport(stdio, secrets) : legacySse ? httpSseLayer({ secrets }) : Layer.empty

/** However much progress a server reports. */
const longestCall = 30 * 60_000

/** All services of one run, from the store to the runner. */
export const programLayer = (
  settings: Settings,
  options: {
    readonly goal: MainStepId
    readonly secrets?: SecretBook
    /** Whether the face puts questions of a server to a person. */
    readonly asks?: boolean
    /** The run serves another client, which answers what the server asks; answers that stay fresh are kept for it. */
    readonly serves?: Respondent | undefined
  },
): Layer.Layer<ProgramServices> => {
  const { target, store } = settings
  const { secrets = makeSecretBook() } = options
  const journal = reporting.pipe(Layer.provideMerge(Journal.layer))
  const wire = wireLayer({
    serverUrl: target.serverUrl,
    secrets,
    userAgent: `mcp-dcr-tui/${version}`,
    allowInsecure: settings.allowInsecure,
    headers: settings.headers,
    ...(settings.timeoutMillis === undefined ? {} : { timeoutMillis: settings.timeoutMillis }),
    ...(settings.certificateAuthority === undefined ? {} : { certificateAuthority: settings.certificateAuthority }),
  })
  const vault =
    store.kind === "memory"
      ? Vault.memory
      : Vault.layer({ directory: store.directory, key: store.key, profile: target.profile })
  const services = Layer.mergeAll(wire, vault, CallbackDesk.layer, Entropy.layer).pipe(Layer.provideMerge(journal))
  const identity = Layer.succeed(ClientIdentity, {
    name: target.clientName,
    version,
    title: "mcp-dcr-tui",
    capabilities: {},
    extensions: grantExtensions(target),
  })
  const patience =
    settings.timeoutMillis === undefined
      ? Layer.empty
      : Layer.succeed(Patience, { soft: settings.timeoutMillis, hard: Math.max(settings.timeoutMillis, longestCall) })
  const logs = settings.logLevel === undefined ? Layer.empty : Layer.succeed(WantedLogLevel, settings.logLevel)
  const { serves } = options
  const served =
    serves === undefined
      ? Layer.empty
      : Layer.merge(
          Layer.sync(ResultCache, () => new Map()),
          // What the user said on the command line comes first.
          target.elicit === "ask" ? Layer.succeed(Respondent, serves) : Layer.empty,
        )
  const eras = Layer.sync(KnownEras, () => new Map())
  return flowLayer({ target, steps, asides, goal: options.goal, version, asks: options.asks === true }).pipe(
    Layer.provide(transportOf(target, secrets)),
    Layer.provideMerge(services),
    Layer.provide(Layer.mergeAll(identity, patience, logs, eras, served, respondentLayer(target.elicit))),
  )
}

/**
 * Saves the journal as JSON lines while the run goes on. A file that cannot be written is said before anything runs; gives
 * the failure of a later line, after which no other one is written.
 */
export const saveJournal = Effect.fn("commands.saveJournal")(function* (file: string) {
  const journal = yield* Journal
  const failed = (code: "journal_unwritable" | "journal_cut_off", error: unknown) =>
    usageFailure(code, { received: file, detail: error instanceof Error ? error.message : "" })
  const past = journal.events().map((event) => `${JSON.stringify(event)}\n`)
  yield* Effect.try({
    try: () => {
      writeFileSync(file, past.join(""), { mode: 0o600 })
      // The mode above is for a new file only; devices and pipes keep theirs.
      if (statSync(file).isFile()) chmodSync(file, 0o600)
    },
    catch: (error) => failed("journal_unwritable", error),
  })
  let trouble: UsageFailure | undefined
  const stop = yield* Effect.acquireRelease(
    Effect.sync(() =>
      journal.subscribe((event) => {
        try {
          appendFileSync(file, `${JSON.stringify(event)}\n`)
        } catch (error) {
          trouble = failed("journal_cut_off", error)
          stop()
        }
      }),
    ),
    (stop) => Effect.sync(stop),
  )
  return () => trouble
})

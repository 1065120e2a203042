import * as Effect from "effect/Effect"
import type { FlowState } from "../flow/state.ts"
import { storeRule } from "../flow/stored.ts"
import { lifetime } from "./lifetime.ts"
import { type Line, line } from "./print.ts"
import { withReached } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

const summary = (state: FlowState): ReadonlyArray<Line> => {
  const { grant, identity, session } = state.facts
  if (grant === undefined) return [line(`${state.serverUrl} asks for no authorization.`)]
  return [
    line(`Signed in to ${state.serverUrl}`),
    line(`  issuer   ${grant.issuer}`),
    line(`  client   ${identity?.client.clientId ?? grant.clientId} (${identity?.client.source ?? "stored"})`),
    line(`  scope    ${grant.scope === "" ? "none" : (grant.scope ?? "as the server sees fit")}`, undefined, 11),
    line(
      `  token    ${lifetime(grant.expiresAt, state.at)}${grant.refreshToken === undefined ? "" : ", can be renewed"}`,
    ),
    line(`  protocol ${session?.protocolVersion ?? "?"}`),
  ]
}

/** What was wrong with the store while the sign-in was to be kept, if anything. */
const storeTrouble = ({ steps }: FlowState): string | undefined =>
  [...steps.client.findings, ...steps.token.findings].find(
    ({ rule, severity }) => rule === storeRule && severity === "warning",
  )?.text

const document = (state: FlowState, stored: boolean): object => {
  const { grant, identity, session, resource } = state.facts
  return {
    serverUrl: state.serverUrl,
    authorization: grant === undefined ? "none" : "bearer",
    ...(grant === undefined
      ? {}
      : {
          issuer: grant.issuer,
          clientId: grant.clientId,
          registration: identity?.client.source ?? null,
          resource: grant.resource ?? resource?.resource ?? null,
          scope: grant.scope ?? null,
          expiresAt: grant.expiresAt === undefined ? null : new Date(grant.expiresAt).toISOString(),
          refreshable: grant.refreshToken !== undefined,
          stored,
        }),
    protocolVersion: session?.protocolVersion ?? null,
    server: { name: session?.serverName ?? null, version: session?.serverVersion ?? null },
  }
}

/** `login URL`: through step 8, keeping the result. */
export const login = Effect.fn("commands.login")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  const { output } = settings
  return yield* withReached(settings, { goal: "connect", reach: "connect" }, (run, state) =>
    Effect.sync(() => {
      const trouble = storeTrouble(state)
      if (output.json) run.printer.json(document(state, trouble === undefined && settings.store.kind === "directory"))
      else run.printer.out(summary(state))
      if (trouble === undefined) return 0
      // What `login` is for is that later runs find it.
      run.printer.err([line(`✗ Nothing was kept for later runs: ${trouble}`, "bad")])
      return 1
    }),
  )
})

import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Findings } from "../../source/text/finding.ts"
import { reveal } from "../../source/text/secret.ts"
import { Vault } from "../../source/vault/vault.ts"
import { mocked, run, temporaryStore } from "./room.ts"

describe("signing out while another run renews the tokens (CR-94, CR-103)", () => {
  it.live("waits for it, revokes what came of it, and deletes just that", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      const arrived = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      mock.behave({
        intercept: async ({ event }) => {
          if (event.path !== "/token") return false
          Deferred.doneUnsafe(arrived, Effect.void)
          await Effect.runPromise(Deferred.await(go))
          return false
        },
      })
      const renewing = yield* Effect.forkChild(run(mock.url, { store }, ({ intend }) => intend({ _tag: "Refresh" })))
      yield* Deferred.await(arrived)
      const signingOut = yield* Effect.forkChild(
        run(mock.url, { store }, ({ flow, until }) =>
          Effect.gen(function* () {
            yield* flow.intend({ _tag: "Revoke" })
            yield* until(({ running }) => running === "revoke")
            yield* Deferred.succeed(go, undefined)
            return yield* flow.idle
          }),
        ),
      )
      const renewed = yield* Fiber.join(renewing)
      const ended = yield* Fiber.join(signingOut)
      assert.strictEqual(ended.steps.revoke.status, "done", JSON.stringify(ended.steps.revoke))
      const { accessToken, refreshToken } = renewed.facts.grant ?? {}
      assert.deepStrictEqual(
        mock.log.all("revoke").map(({ form }) => form?.token),
        [refreshToken && reveal(refreshToken), accessToken && reveal(accessToken)],
      )
      const [record] = yield* Vault.use((vault) => vault.list).pipe(
        Effect.provide(Vault.layer({ directory: store })),
        Effect.provideService(Findings, { raise: () => Effect.void }),
      )
      assert.deepStrictEqual([record?.grant, record?.client.source], [undefined, "dcr"])
    }).pipe(Effect.scoped),
  )
})

import * as Effect from "effect/Effect"
import { type MockOptions, startMock } from "../../mock/index.ts"

/** The mock inside this process, until the scope closes. */
export const embeddedMock = (options: MockOptions) =>
  Effect.acquireRelease(
    Effect.promise(() => startMock(options)),
    (mock) => Effect.promise(() => mock.close()),
  )

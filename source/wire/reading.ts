import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type WireFailure, wireFailure } from "./failure.ts"
import { legs } from "./legs.ts"
import type { OpenOnce } from "./opening.ts"
import type { Incoming, Outgoing } from "./wire.ts"

/** The whole answer to one request, within the limit of its leg (CR-42). */
export const readAll = (openOnce: OpenOnce, request: Outgoing, attempt: number): Effect.Effect<Incoming, WireFailure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { chunks, ...head } = yield* openOnce(request, attempt)
      const maxBytes = legs[request.leg].maxBytes
      const parts: Array<Uint8Array> = []
      let size = 0
      yield* Stream.runForEach(chunks, (chunk) => {
        parts.push(chunk)
        size += chunk.length
        return size > maxBytes
          ? Effect.fail(
              wireFailure(
                "body_too_large",
                { exchange: head.exchange, url: head.url, expected: `at most ${maxBytes} bytes` },
                true,
              ),
            )
          : Effect.void
      })
      return {
        ...head,
        body: Buffer.concat(parts)
          .toString("utf8")
          .replace(/^\uFEFF/, ""),
      }
    }),
  )

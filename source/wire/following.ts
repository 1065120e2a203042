import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { redactUrl, type SecretBook } from "../text/redaction.ts"
import type { Recorder } from "./exchange.ts"
import { type WireFailure, wireFailure } from "./failure.ts"
import { type LegPolicy, legs } from "./legs.ts"
import type { OpenOnce } from "./opening.ts"
import { readAll } from "./reading.ts"
import { retryDelay } from "./retry.ts"
import { header, type Incoming, type IncomingHead, type Outgoing } from "./wire.ts"

const redirectStatuses = new Set([301, 302, 303, 307, 308])
const transientStatuses = new Set([429, 502, 503, 504])

export const isRedirect = ({ status }: Pick<IncomingHead, "status">): boolean => redirectStatuses.has(status)

/** A redirect that is not followed: where it would have led, without what is secret there. */
export const redirectRefused = (answer: IncomingHead, target: string, secrets: SecretBook): WireFailure =>
  wireFailure(
    "redirect_refused",
    {
      exchange: answer.exchange,
      url: answer.url,
      received: `${answer.status} to ${redactUrl(secrets, target)}`,
    },
    true,
  )

/**
 * The address of a redirect that repeats method and body (RFC 9110 §15.4.8, §15.4.9) and changes nothing but the slash at
 * the end. Servers made with Starlette mount their endpoint so; everybody else follows.
 */
export const slashAway = (answer: IncomingHead): string | undefined => {
  const location = header(answer, "location") ?? ""
  if ((answer.status !== 307 && answer.status !== 308) || !URL.canParse(location, answer.url)) return undefined
  const [from, to] = [new URL(answer.url), new URL(location, answer.url)]
  const apart = `${from.pathname}/` === to.pathname || `${to.pathname}/` === from.pathname
  return apart && from.origin === to.origin && from.search === to.search ? to.href : undefined
}

interface Following {
  readonly openOnce: OpenOnce
  readonly recorder: Recorder["Service"]
  readonly secrets: SecretBook
}

/** The answer to a request after the redirects and the repetitions that its leg allows (CR-38). */
export const makeSending = ({ openOnce, recorder, secrets }: Following) => {
  /** Follows what the leg allows: same origin only, each hop checked anew (CR-38). */
  const followed = (
    request: Outgoing,
    attempt: number,
    left: LegPolicy["redirects"],
  ): Effect.Effect<Incoming, WireFailure> =>
    Effect.flatMap(readAll(openOnce, request, attempt), (answer) => {
      const location = header(answer, "location")
      if (left === "manual" || !isRedirect(answer) || location === undefined) return Effect.succeed(answer)
      const target = URL.canParse(location, answer.url) ? new URL(location, answer.url) : undefined
      const sameOrigin = target !== undefined && target.origin === new URL(answer.url).origin
      if (left === 0 || !sameOrigin) return Effect.fail(redirectRefused(answer, target?.href ?? location, secrets))
      return followed({ ...request, url: target.href }, attempt, left - 1)
    })

  const send = (request: Outgoing, attempt = 1): Effect.Effect<Incoming, WireFailure> => {
    const leg = legs[request.leg]
    const again = (delay: Duration.Duration, exchange: number, reason: string) =>
      recorder
        .waiting({ exchange, millis: Duration.toMillis(delay), reason })
        .pipe(Effect.andThen(Effect.sleep(delay)), Effect.andThen(Effect.suspend(() => send(request, attempt + 1))))
    return followed(request, attempt, leg.redirects).pipe(
      Effect.flatMap((answer) => {
        if (!leg.retry || !transientStatuses.has(answer.status)) return Effect.succeed(answer)
        const delay = retryDelay(attempt, answer)
        return delay ? again(delay, answer.exchange, `status ${answer.status}`) : Effect.succeed(answer)
      }),
      Effect.catchTag("WireFailure", (failure) => {
        const delay = leg.retry && failure.code === "connection_lost" ? retryDelay(attempt) : undefined
        return delay ? again(delay, failure.exchange ?? 0, failure.code) : Effect.fail(failure)
      }),
    )
  }

  return (request: Outgoing): Effect.Effect<Incoming, WireFailure> => send(request)
}

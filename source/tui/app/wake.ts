import { questionOf, untilAsked } from "../question/model.ts"
import type { Scene } from "./scene.ts"

const second = 1000
const minute = 60 * second
/** A wait shorter than this shows no spinner. */
export const spinnerAfter = 150

const tokenWake = (scene: Scene): number | undefined => {
  const expiresAt = scene.flow?.state.facts.grant?.expiresAt
  if (expiresAt === undefined) return undefined
  const left = expiresAt - scene.now
  if (left <= 0) return undefined
  return left > 5 * minute ? Math.max(second, left % minute) : second
}

/** A minute of a stored token's life has passed, on the screen that shows it. */
const storedWake = (scene: Scene): number | undefined => {
  if (scene.ui.screen !== "start") return undefined
  const lefts = scene.servers.flatMap(({ token }) =>
    token?.expiresAt === undefined || token.expiresAt <= scene.now ? [] : [token.expiresAt - scene.now],
  )
  return lefts.length === 0 ? undefined : Math.max(second, Math.min(...lefts.map((left) => left % minute)))
}

const runningWake = (scene: Scene): number | undefined => {
  const state = scene.flow?.state
  if (scene.opening !== undefined) return scene.still ? undefined : 100
  if (state?.running === undefined) return undefined
  // A countdown: with every second that is over.
  if (state.wait?.kind === "pause") return Math.max(20, (state.wait.until - scene.now) % second || second)
  // A wait for the person is long: its clock is enough of a sign of life.
  return scene.still || state.wait !== undefined ? second : 100
}

const questionWake = (scene: Scene): number | undefined => {
  const question = questionOf(scene)
  const left = question === undefined ? 0 : untilAsked(question, scene.now)
  return left > 0 ? left : undefined
}

/**
 * Milliseconds until the screen changes by the passing of time alone, or nothing: then no timer runs and nothing is drawn
 * until a key is pressed or something happens.
 */
export const nextWake = (scene: Scene): number | undefined => {
  const { toast, revealUntil } = scene.ui
  const wakes = [
    runningWake(scene),
    tokenWake(scene),
    storedWake(scene),
    questionWake(scene),
    toast?.until === undefined ? undefined : Math.max(1, toast.until - scene.now),
    revealUntil === undefined ? undefined : second,
  ].filter((delay) => delay !== undefined)
  return wakes.length === 0 ? undefined : Math.min(...wakes)
}

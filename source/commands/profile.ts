import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { usageFailure } from "./failure.ts"

const variable = "MCP_DCR_TUI_PROFILE"

/** What every file system, shell and screen can bear. */
const name = /^[a-z0-9][a-z0-9._-]{0,63}$/i

/** Whose account a run is about: `--profile`, else the environment; `undefined` is the account without a name. */
export const profileOf = Effect.fn("commands.profile")(function* (
  flag: Option.Option<string>,
  env: Readonly<Record<string, string | undefined>> = process.env,
) {
  const fromEnvironment = env[variable] === "" ? undefined : env[variable]
  const given = Option.getOrElse(flag, () => fromEnvironment)
  if (given === undefined || name.test(given)) return given
  return yield* usageFailure("profile_invalid", {
    received: Option.isSome(flag) ? `--profile ${given}` : `${variable}=${given}`,
  })
})

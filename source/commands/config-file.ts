import { existsSync } from "node:fs"
import path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { configDirectory } from "../vault/directory.ts"

/**
 * The clients of the configuration file: the one that `--config` names, else `config.json` in the program's folder, which need
 * not be there. What reads it comes with the file.
 */
export const configuredClients = Effect.fn("commands.configuredClients")(function* (flag: Option.Option<string>) {
  const file = Option.getOrElse(flag, () => path.join(configDirectory(), "config.json"))
  if (Option.isNone(flag) && !existsSync(file)) return []
  const { clientsIn } = yield* Effect.promise(() => import("./configuration.ts"))
  return yield* clientsIn(file)
})

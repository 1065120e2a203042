import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Secret, secret } from "../text/secret.ts"
import { readText } from "./read-text.ts"

/** The names of secrets, and the variables of the environment that may hold them. */
const variables = {
  client_secret: "MCP_DCR_TUI_CLIENT_SECRET",
  initial_access_token: "MCP_DCR_TUI_INITIAL_ACCESS_TOKEN",
} as const

/** A secret in the file that a flag names, without the line break at its end, else in the environment. */
export const secretFrom = Effect.fn("commands.secretFrom")(function* (
  label: keyof typeof variables,
  file: Option.Option<string>,
  flag: string,
) {
  const text = Option.isSome(file)
    ? (yield* readText(file.value, flag)).replace(/\r?\n$/, "")
    : (process.env[variables[label]] ?? "")
  return text === "" ? undefined : (secret(label, text) satisfies Secret)
})

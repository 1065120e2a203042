import * as Option from "effect/Option"
import type { ServerInput } from "./server-input.ts"

/** Flags that say where credentials are kept. */
const ofTheStore = ["store", "storeKeyFile", "keyring"] as const

/** Flags without which a sign-in would not be the one that this run looks for. Values of --header may be secrets and stay out. */
const ofTheSignIn = [
  "config",
  "clientId",
  "clientSecretFile",
  "privateKey",
  "signingAlg",
  "assertionAud",
  "clientMetadataUrl",
  "clientName",
  "redirectUri",
  "initialAccessTokenFile",
  "scope",
  "issuer",
  "acceptIssuer",
  "resource",
  "dpop",
  "strict",
  "legacyAuth",
  "legacySse",
  "allowInsecure",
  "caFile",
  ...ofTheStore,
] as const

const flagOf = (member: string): string => `--${member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

const repeat = <Member extends string>(
  members: ReadonlyArray<Member>,
  input: { readonly [member in Member]: Option.Option<string> | boolean },
): ReadonlyArray<string> =>
  members.flatMap((member) => {
    const given = input[member]
    if (typeof given === "boolean") return given ? [flagOf(member)] : []
    return Option.isSome(given) ? [flagOf(member), given.value] : []
  })

/** What a printed command has to repeat so that it finds the same store, word by word. */
export const storeWords = (input: Pick<ServerInput, (typeof ofTheStore)[number]>): ReadonlyArray<string> =>
  repeat(ofTheStore, input)

/** What `login` has to be told beside URL and profile so that this very run succeeds afterwards, word by word. */
export const signInWords = (
  input: Pick<ServerInput, (typeof ofTheSignIn)[number] | "registration">,
): ReadonlyArray<string> => [
  ...(input.registration === "auto" ? [] : ["--registration", input.registration]),
  ...repeat(ofTheSignIn, input),
]

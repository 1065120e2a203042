import type * as Option from "effect/Option"
import type { OutputFlags } from "./output.ts"
import type { ServerInput } from "./server-input.ts"

export type ClientsAction = "list" | "show" | "update" | "forget"

/** What effect/cli makes of the flags of `clients`. */
export interface ClientsInput
  extends OutputFlags,
    Pick<
      ServerInput,
      | "profile"
      | "clientName"
      | "redirectUri"
      | "scope"
      | "header"
      | "timeout"
      | "caFile"
      | "allowInsecure"
      | "store"
      | "storeKeyFile"
      | "keyring"
      | "journal"
      | "yes"
    > {
  readonly action: Option.Option<ClientsAction>
  readonly url: Option.Option<string>
  readonly remote: boolean
}

import * as Option from "effect/Option"
import { type StoreKey, storeKeyOf } from "../vault/store-key.ts"

export interface StoreKeyInput {
  readonly storeKeyFile: Option.Option<string>
  readonly keyring: boolean
}

/** Where the key of the store comes from, if it is to be encrypted: a flag, else MCP_DCR_TUI_STORE_KEY. */
export const storeKeyIn = (input: StoreKeyInput): { readonly key?: StoreKey } => {
  const key = storeKeyOf({ file: Option.getOrUndefined(input.storeKeyFile), keyring: input.keyring })
  return key === undefined ? {} : { key }
}

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Findings } from "../text/finding.ts"
import { Vault } from "../vault/vault.ts"
import { line, makePrinter } from "./print.ts"
import { type StoreKeyInput, storeKeyIn } from "./store-key-flags.ts"

/** For commands that only look into the store: what is wrong with it is said on standard error. */
const spokenFindings = Layer.succeed(Findings, {
  raise: ({ severity, text }) =>
    Effect.sync(() => {
      if (severity !== "pass") makePrinter({ color: false, ascii: false }).err([line(`! ${text}`)])
    }),
})

/** For a look before a run, which will say it itself. */
const unspoken = Layer.succeed(Findings, { raise: () => Effect.void })

/** The store that the flags name, and where it reports. */
export const vaultLayer = (
  input: StoreKeyInput & { readonly store: Option.Option<string>; readonly noStore?: boolean },
  reports: "aloud" | "quiet" = "aloud",
) =>
  Layer.merge(
    input.noStore === true
      ? Vault.memory
      : Vault.layer({ directory: Option.getOrUndefined(input.store), ...storeKeyIn(input) }),
    reports === "quiet" ? unspoken : spokenFindings,
  )

import type { Binding } from "../../keys/binding.ts"
import { browserKeys } from "./browser-keys.ts"
import { lookKeys } from "./look-keys.ts"
import { stepKeys } from "./step-keys.ts"

/** In the order in which they are tried, and hinted in the footer. */
export const flowBindings: ReadonlyArray<Binding> = [...browserKeys, ...stepKeys, ...lookKeys]

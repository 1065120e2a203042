import type { Aside } from "../step.ts"
import { refreshAside } from "./refresh.ts"
import { revokeAside } from "./revoke.ts"

/** What may be done with a grant beside using it. */
export const asides: ReadonlyArray<Aside> = [refreshAside, revokeAside]

import type { Event } from "../flow/event.ts"
import { storeRule } from "../flow/stored.ts"
import { vaultTexts } from "../vault/failure.ts"

const rules: ReadonlySet<string> = new Set([storeRule, ...Object.values(vaultTexts).map(({ rule }) => rule)])

/** Whether the event says that the store cannot be used as it should be: worth a line even to those who want the result only. */
export const isStoreTrouble = (event: Event): boolean =>
  event._tag === "FindingRaised" && event.finding.severity === "warning" && rules.has(event.finding.rule)

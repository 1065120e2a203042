import { keepSecrets, type SecretBook } from "../text/secret-book.ts"
import type { Event } from "./event.ts"
import type { FactName } from "./facts.ts"

/** Facts that hold secrets of ours. */
const secretive: ReadonlySet<FactName> = new Set(["probe", "identity", "attempt", "code", "grant", "session"])

/** Events whose texts are for people only, and may quote a server. Exchanges are redacted where they are captured. */
const quoting: ReadonlySet<Event["_tag"]> = new Set([
  "FindingRaised",
  "Progressed",
  "Notified",
  "ListeningEnded",
  "RemedyChosen",
  "StepEnded",
  "Reset",
  "Decided",
])

/** Members of facts that are shown and never acted upon. All others name things and addresses, and stay as they are. */
const shown: ReadonlySet<string> = new Set([
  "title",
  "description",
  "instructions",
  "serverName",
  "serverVersion",
  "realm",
  "errorDescription",
  "document",
])

type Change = (member: unknown, name: string) => unknown

/** Lists may be as long as a server likes: nothing is made for members that stay as they are. */
const mapItems = (items: ReadonlyArray<unknown>, change: Change): ReadonlyArray<unknown> => {
  let copy: Array<unknown> | undefined
  items.forEach((item, index) => {
    const after = change(item, "")
    if (Object.is(after, item)) return
    copy ??= [...items]
    copy[index] = after
  })
  return copy ?? items
}

/** The very same value where nothing changed: secrets and their values are bound to their identity. */
const mapMembers = (value: object, change: Change): object => {
  if (Array.isArray(value)) return mapItems(value, change)
  const before = Object.entries(value)
  const after = before.map(([name, member]): [string, unknown] => [name, change(member, name)])
  return after.every(([, member], index) => Object.is(member, before[index]?.[1])) ? value : Object.fromEntries(after)
}

/** Arrays as well. */
const hasMembers = (value: unknown): value is object => typeof value === "object" && value !== null

const concealAll =
  (book: SecretBook): ((value: unknown) => unknown) =>
  (value) =>
    typeof value === "string" ? book.conceal(value) : hasMembers(value) ? mapMembers(value, concealAll(book)) : value

const concealShown =
  (book: SecretBook): Change =>
  (member, name) =>
    shown.has(name) ? concealAll(book)(member) : hasMembers(member) ? mapMembers(member, concealShown(book)) : member

/**
 * The event as the journal may hold it: wherever a server repeats one of our secrets in its own words, the placeholder
 * takes its place (invariant I-2). A secret is known from the moment it is a fact.
 */
export const discreet = (book: SecretBook, event: Event): object => {
  if (quoting.has(event._tag)) return mapMembers(event, concealAll(book))
  if (event._tag !== "FactLearned") return event
  const { fact } = event
  if (secretive.has(fact.name)) keepSecrets(book, fact.value)
  const change: Change = fact.name === "result" || fact.name === "answer" ? concealAll(book) : concealShown(book)
  return mapMembers(event, (member, name) => (name === "fact" ? mapMembers(fact, change) : member))
}

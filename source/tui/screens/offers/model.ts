import type { OfferName, Prompt, Resource, ResourceTemplate } from "../../../mcp/offers.ts"
import type { Tool } from "../../../mcp/tools.ts"
import { templateVariables } from "../../../mcp/uri-template.ts"
import type { Scene } from "../../app/scene.ts"
import { clamp } from "../../ui/window.ts"
import { type FormRow, formOf } from "../tools/model.ts"

/** Something to read or to get, with the address or name that the server knows it by. */
export type Offer =
  | { readonly list: "resources"; readonly id: string; readonly item: Resource }
  | { readonly list: "templates"; readonly id: string; readonly item: ResourceTemplate }
  | { readonly list: "prompts"; readonly id: string; readonly item: Prompt }

/** In the order in which they stand on the screen. */
export const lists: ReadonlyArray<OfferName> = ["resources", "templates", "prompts"]

const filterOf = ({ ui }: Scene): string => (ui.fields.offerFilter?.text ?? "").trim().toLowerCase()

/** Whether `/` leaves some out. */
export const isFiltered = (scene: Scene): boolean => filterOf(scene) !== ""

/** Whether all three lists were read. */
export const isListed = ({ flow }: Scene): boolean => lists.every((list) => flow?.state.facts[list] !== undefined)

const all = ({ flow }: Scene): ReadonlyArray<Offer> => {
  const { resources = [], templates = [], prompts = [] } = flow?.state.facts ?? {}
  return [
    ...resources.map((item): Offer => ({ list: "resources", id: item.uri, item })),
    ...templates.map((item): Offer => ({ list: "templates", id: item.uriTemplate, item })),
    ...prompts.map((item): Offer => ({ list: "prompts", id: item.name, item })),
  ]
}

/** What a person calls it. */
export const titleOf = ({ item, id }: Offer): string => item.title ?? item.name ?? id

const keyOf = ({ list, id }: Offer): string => `${list} ${id}`

/** What the filter lets through. */
export const offersIn = (scene: Scene): ReadonlyArray<Offer> => {
  const filter = filterOf(scene)
  return all(scene).filter((offer) => `${titleOf(offer)} ${offer.id}`.toLowerCase().includes(filter))
}

/** What is under the cursor. */
export const chosenOffer = (scene: Scene): Offer | undefined => {
  const offers = offersIn(scene)
  return offers.find((offer) => keyOf(offer) === scene.ui.offers.entry) ?? offers[0]
}

/** Its place among them. */
export const cursorOf = (scene: Scene): number => {
  const offers = offersIn(scene)
  const chosen = chosenOffer(scene)
  return Math.max(
    0,
    offers.findIndex((offer) => chosen !== undefined && keyOf(offer) === keyOf(chosen)),
  )
}

/** The change that chooses it. */
export const choosing = (offer: Offer) => ({ entry: keyOf(offer), row: 0, problems: {}, scroll: 0 })

/** Names no tool: the fields of an offer are never those of a call. */
const mark = "\u0000offer "

interface Argument {
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly required?: boolean | undefined
}

const argumentsIn = (offer: Offer): ReadonlyArray<Argument> => {
  if (offer.list === "prompts") return offer.item.arguments ?? []
  return offer.list === "templates" ? templateVariables(offer.id).map((name) => ({ name })) : []
}

const forms = new WeakMap<object, Tool>()

/** Its arguments in the shape in which the rows of a tool's form are drawn and read: all of them are texts. */
export const asTool = (offer: Offer): Tool => {
  const known = forms.get(offer.item)
  if (known !== undefined) return known
  const args = argumentsIn(offer)
  const properties = args.map(({ name, title, description }) => {
    const words = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) }
    return [name, { type: "string", ...words }] as const
  })
  const required = args.flatMap(({ name, required }) => (required === true ? [name] : []))
  const tool: Tool = {
    name: `${mark}${keyOf(offer)}`,
    inputSchema: { type: "object", properties: Object.fromEntries(properties), required },
  }
  forms.set(offer.item, tool)
  return tool
}

/** The row of its form that has the cursor. */
export const rowOf = (scene: Scene, offer: Offer): FormRow | undefined => {
  const { rows } = formOf(asTool(offer))
  return rows[clamp(scene.ui.offers.row, 0, rows.length - 1)]
}

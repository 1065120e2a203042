/** How each operator of RFC 6570 writes its values (§3.2.2 to §3.2.9). */
interface Operator {
  readonly first: string
  readonly between: string
  /** With their names, and what stands for an empty value then. */
  readonly named: boolean
  readonly ifEmpty: string
  /** Reserved characters stay as they are. */
  readonly reserved: boolean
}

const simple: Operator = { first: "", between: ",", named: false, ifEmpty: "", reserved: false }

const operators: Readonly<Record<string, Operator>> = {
  "": simple,
  "+": { ...simple, reserved: true },
  "#": { ...simple, first: "#", reserved: true },
  ".": { ...simple, first: ".", between: "." },
  "/": { ...simple, first: "/", between: "/" },
  ";": { ...simple, first: ";", between: ";", named: true },
  "?": { ...simple, first: "?", between: "&", named: true, ifEmpty: "=" },
  "&": { ...simple, first: "&", between: "&", named: true, ifEmpty: "=" },
}

const expression = /\{([+#./;?&]?)([^{}]*)\}/g

interface Variable {
  readonly name: string
  /** Only the first so many characters (`{name:3}`). */
  readonly most?: number
}

/** Lists and maps are not among the values here, so that a trailing `*` changes nothing. */
const variablesIn = (list: string): ReadonlyArray<Variable> =>
  list.split(",").flatMap((text) => {
    const [, name, most] = /^([\w.%]+?)(?::([1-9]\d{0,3}))?\*?$/.exec(text.trim()) ?? []
    if (name === undefined) return []
    return [{ name, ...(most === undefined ? {} : { most: Number(most) }) }]
  })

/** The names that a template asks for, each once, in its order. */
export const templateVariables = (template: string): ReadonlyArray<string> => [
  ...new Set(
    [...template.matchAll(expression)].flatMap(([, , list = ""]) => variablesIn(list).map(({ name }) => name)),
  ),
]

const encode = (value: string, { reserved }: Operator): string => {
  const strictly = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
  // Half of a surrogate pair is no character, and has no bytes.
  const whole = value.toWellFormed()
  if (!reserved) return strictly(whole)
  return whole
    .split(/(%[0-9A-Fa-f]{2}|[:/?#[\]@!$&'()*+,;=])/)
    .map((part, index) => (index % 2 === 1 ? part : strictly(part)))
    .join("")
}

/** The address that a template of RFC 6570 stands for with these texts; a variable without one is left out. */
export const expandTemplate = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(expression, (_, sign: string, list: string) => {
    const operator = operators[sign] ?? simple
    const parts = variablesIn(list).flatMap(({ name, most }) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      if (value === undefined) return []
      const text = encode(most === undefined ? value : [...value].slice(0, most).join(""), operator)
      if (!operator.named) return [text]
      return [text === "" ? `${name}${operator.ifEmpty}` : `${name}=${text}`]
    })
    return parts.length === 0 ? "" : operator.first + parts.join(operator.between)
  })

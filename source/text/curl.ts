import { placeholderPattern } from "./secret.ts"
import { shellWord, type WordPart } from "./shell.ts"

/** The members of a recorded request that a command line needs; `RequestRecord` of the wire has them. */
export interface CurlRequest {
  readonly method: string
  readonly url: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: { readonly text: string; readonly mediaType: string; readonly truncated: boolean }
}

/** curl writes these itself, and a copied value would be wrong as soon as anything is edited. */
const ownHeaders = new Set(["host", "content-length", "connection", "transfer-encoding", "accept-encoding"])

/** A secret as a shell variable, with what tells which value belongs there. */
export interface CurlVariable {
  readonly name: string
  readonly length: string
  readonly fingerprint: string
}

/** Names of shell variables for secrets: one per label, numbered when several secrets share it. */
const makeVariables = () => {
  const byFingerprint = new Map<string, string>()
  const named: Array<CurlVariable> = []
  return {
    named,
    nameFor: (label: string, length: string, print: string): string => {
      const known = byFingerprint.get(print)
      if (known !== undefined) return known
      const stem = label.toUpperCase().replace(/\W/g, "_")
      const taken = new Set(byFingerprint.values())
      let name = stem
      for (let count = 2; taken.has(name); count += 1) name = `${stem}_${count}`
      byFingerprint.set(print, name)
      named.push({ name, length, fingerprint: print })
      return name
    },
  }
}

type Variables = ReturnType<typeof makeVariables>

/** Splits a redacted text into what is written out and what comes from a variable. */
const parts = (variables: Variables, text: string): ReadonlyArray<WordPart> => {
  const out: Array<WordPart> = []
  let from = 0
  for (const match of text.matchAll(placeholderPattern)) {
    const [whole, label = "", length = "", print = ""] = match
    if (match.index > from) out.push(text.slice(from, match.index))
    out.push({ variable: variables.nameFor(label, length, print) })
    from = match.index + whole.length
  }
  if (from < text.length || out.length === 0) out.push(text.slice(from))
  return out
}

const header = (variables: Variables, [name, value]: readonly [string, string]): string =>
  // `Name;` is how curl sends a field without a value; `Name:` would remove it.
  `--header ${shellWord(value === "" ? [`${name};`] : [`${name}: `, ...parts(variables, value)])}`

/** A form reads best with one parameter a line; curl joins them with `&` and encodes what comes from a variable. */
const formBody = (variables: Variables, text: string): ReadonlyArray<string> =>
  text.split("&").map((pair) => {
    const pieces = parts(variables, pair)
    const [name, value, ...more] = pieces
    const soleSecret = typeof name === "string" && name.endsWith("=") && typeof value === "object" && more.length === 0
    return `${soleSecret ? "--data-urlencode" : "--data-raw"} ${shellWord(pieces)}`
  })

/** The command alone, one option a line. */
const commandOf = (variables: Variables, request: CurlRequest): string => {
  const { body } = request
  const lines = [`--url ${shellWord(parts(variables, request.url))}`]
  const implied = body === undefined ? "GET" : "POST"
  if (request.method === "HEAD") lines.push("--head")
  else if (request.method !== implied) lines.push(`--request ${shellWord([request.method])}`)
  // Brackets and braces are patterns to curl.
  if (/[[\]{}]/.test(request.url)) lines.push("--globoff")
  if (request.headers.some(([name]) => name.toLowerCase() === "accept-encoding")) lines.push("--compressed")
  for (const field of request.headers) {
    if (!ownHeaders.has(field[0].toLowerCase())) lines.push(header(variables, field))
  }
  if (body !== undefined) {
    const isForm = body.mediaType === "application/x-www-form-urlencoded"
    lines.push(...(isForm ? formBody(variables, body.text) : [`--data-raw ${shellWord(parts(variables, body.text))}`]))
  }
  const cut = body?.truncated === true ? ["# The recorded body was cut off; this one is not complete."] : []
  return [...cut, `curl ${lines.join(" \\\n  ")}`].join("\n")
}

/**
 * A recorded request as a curl command, one option a line. Secrets are shell variables, named in comments above it with
 * the length and fingerprint that tell which value belongs there. Safe to print, and exact when a shell reads it.
 */
export const toCurl = (request: CurlRequest): string => {
  const variables = makeVariables()
  const command = commandOf(variables, request)
  const notes = variables.named.map(
    ({ name, length, fingerprint }) => `# ${name}: ${length} characters, sha256 ${fingerprint}…`,
  )
  return [...notes, command].join("\n")
}

/** Several requests that share their variables: the same secret has the same name in all of them. */
export const toCurls = (
  requests: ReadonlyArray<CurlRequest>,
): { readonly variables: ReadonlyArray<CurlVariable>; readonly commands: ReadonlyArray<string> } => {
  const variables = makeVariables()
  return { commands: requests.map((request) => commandOf(variables, request)), variables: variables.named }
}

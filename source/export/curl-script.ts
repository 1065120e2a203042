import { toCurls } from "../text/curl.ts"
import { sanitize } from "../text/sanitize.ts"
import type { SavedExchange, SavedRun } from "./saved-run.ts"

/** A comment is one line, whatever a server has put into it. */
const comment = (text: string): string => `# ${sanitize(text, { lines: "one" })}`

const headline = ({ request, response, step }: SavedExchange): string => {
  const outcome = response?.status ?? response?.failure?.code ?? "no answer"
  return `#${request.exchange} ${step ?? request.leg}${request.label === undefined ? "" : `, ${request.label}`}: ${outcome}`
}

/** Every request of the run as a command, in a script. Secrets are variables, which are empty until somebody fills them. */
export const toCurlScript = (run: SavedRun): string => {
  const { variables, commands } = toCurls(run.exchanges.map(({ request }) => request))
  // Not taken from the environment: a server may have chosen the name of a variable, and would be sent its value.
  const settings = variables.map(
    ({ name, length, fingerprint }) => `${name}='' # ${length} characters, sha256 ${fingerprint}…`,
  )
  return [
    "#!/bin/sh",
    comment(`The requests of a run against ${run.state.serverUrl}, ${new Date(run.state.startedAt).toISOString()}.`),
    "# Some are good for one time only: a code, a state, a refresh token that the server replaces.",
    ...(run.holdsSecrets === true ? ["# It holds secrets that were in the store: keep it to yourself."] : []),
    ...(settings.length === 0 ? [] : ["", "# Secrets are in no journal. Put yours between the quotes:", ...settings]),
    ...run.exchanges.flatMap((exchange, index) => ["", comment(headline(exchange)), commands[index] ?? ""]),
    "",
  ].join("\n")
}

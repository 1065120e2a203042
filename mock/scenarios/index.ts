import type { MockOptions } from "../options.ts"
import { AUTHORIZATION_RESPONSE } from "./authorization-response.ts"
import { DISCOVERY } from "./discovery.ts"
import { ENDLESS } from "./endless.ts"
import { FIRST_DEMO } from "./first-demo.ts"
import { LEADS } from "./leads.ts"
import { MCP } from "./mcp.ts"
import { ODD_TOOLS } from "./odd-tools.ts"
import { OLD_TRANSPORT } from "./old-transport.ts"
import { QUESTIONS } from "./questions.ts"
import { REGISTRATION } from "./registration.ts"
import { RESPONSES } from "./responses.ts"
import type { Changes, Fault, Scenario } from "./scenario.ts"
import { STREAMS } from "./streams.ts"
import { TOKENS } from "./tokens.ts"
import { TOOLS } from "./tools.ts"
import { TWO_SERVERS } from "./two-servers.ts"

export { NOT_SIMULATED } from "./not-simulated.ts"
export type { Changes, Fault, Scenario, Switch } from "./scenario.ts"

/** The fault catalogue by subject. */
export const SUBJECTS: Readonly<Record<string, readonly Fault[]>> = {
  Discovery: DISCOVERY,
  "Challenges, addresses and redirects": LEADS,
  Registration: REGISTRATION,
  "Authorization response": AUTHORIZATION_RESPONSE,
  "Somebody else's part": TWO_SERVERS,
  Responses: RESPONSES,
  Tokens: TOKENS,
  "Sessions, versions and headers": MCP,
  "Messages and streams": STREAMS,
  "Tools and results": TOOLS,
  "Without an end": ENDLESS,
  "Questions to the user": QUESTIONS,
  "Odd tools": ODD_TOOLS,
  "Old transport": OLD_TRANSPORT,
  "Old clients": FIRST_DEMO,
}

export const FAULTS: readonly Fault[] = Object.values(SUBJECTS).flat()

/** The switches of a fault, each with all that is known of it. */
export const scenariosOf = ({ switches, ...fault }: Fault): readonly Scenario[] =>
  Object.entries(switches).map(([name, one]) => ({ name, ...fault, ...one }))

export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  FAULTS.flatMap(scenariosOf).map((scenario) => [scenario.name, scenario]),
)

/** Names that share the most words, or a beginning, with the given one. */
function suggestions(name: string): readonly string[] {
  const words = name.toLowerCase().split(/[^a-z0-9]+/)
  const score = (known: string) =>
    known.split("-").filter((word) => words.includes(word)).length + (known.startsWith(name.slice(0, 3)) ? 0.5 : 0)
  return [...SCENARIOS.keys()]
    .map((known) => ({ known, likeness: score(known) }))
    .filter(({ likeness }) => likeness > 0)
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, 3)
    .map(({ known }) => known)
}

/** The scenarios of these names. @throws RangeError for a name that is none. */
export const findScenarios = (names: readonly string[]): readonly Scenario[] =>
  [...new Set(names)].map((name) => {
    const found = SCENARIOS.get(name)
    if (found) return found
    const alike = suggestions(name)
    const hint = alike.length > 0 ? `did you mean ${alike.join(" or ")}?` : "mock --list shows all of them"
    throw new RangeError(`there is no scenario ${JSON.stringify(name)}; ${hint}`)
  })

/** Later options win, nested ones member by member; behaviours add up. */
const merge = (one: Changes, other: Changes): Changes => ({
  ...one,
  ...other,
  refresh: { ...one.refresh, ...other.refresh },
  registration: { ...one.registration, ...other.registration },
  behaviours: [...(one.behaviours ?? []), ...(other.behaviours ?? [])],
})

/** The options with their scenarios applied; what was set by hand wins. */
export function withScenarios({ scenarios = [], ...options }: MockOptions): MockOptions {
  const changes = findScenarios(scenarios).map((scenario) => scenario.apply())
  return { ...options, ...merge(changes.reduce(merge, {}), options) }
}

import type { Facts } from "../../../flow/facts.ts"
import { nextStep } from "../../../flow/state.ts"
import { tokenState } from "../../app/facts.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { shortUrl } from "../../app/short-url.ts"
import { pad } from "../../ui/cells.ts"
import { blank, type Row, row, type Span, span } from "../../ui/row.ts"
import { titleOf } from "./current.ts"

const labelWidth = 12

const unknown = span("-", "dim")

const line = (label: string, ...value: ReadonlyArray<Span>): Row => row(span(pad(label, labelWidth), "dim"), ...value)

const yesNo = (known: boolean, yes: boolean, scene: Scene, words: readonly [string, string]): Span => {
  if (!known) return unknown
  return yes ? span(`${words[0]} ${scene.theme.glyphs.done}`, "good") : span(words[1])
}

const text = (value: string | undefined): Span => (value === undefined || value === "" ? unknown : span(value))

/** Scopes as the grant has them, else as the challenge or the metadata asks for them. */
const scopes = ({ grant, probe, resource }: Facts): string | undefined =>
  grant?.scope ?? probe?.challenge?.scope ?? resource?.scopesSupported?.join(" ")

/** The state of the run made visible: facts appear as steps pass. `tall`: long values may have a line of their own. */
export const knownRows = (scene: Scene, flow: FlowScene, tall: boolean): ReadonlyArray<Row> => {
  const { facts } = flow.state
  const { server, resource, identity, session, tools } = facts
  const long = (label: string, value: string | undefined): ReadonlyArray<Row> =>
    tall && value !== undefined
      ? [row(span(label, "dim")), row(`  ${value}`)]
      : [line(label, text(value && shortUrl(value)))]
  const known = server !== undefined
  const next = nextStep(flow.state)
  return [
    ...long("resource", resource?.resource),
    ...long("auth server", server?.issuer ?? resource?.authorizationServers[0]),
    line(
      "PKCE",
      yesNo(known, server?.codeChallengeMethodsSupported.includes("S256") === true, scene, ["S256", "not offered"]),
    ),
    line("DCR", yesNo(known, server?.registrationEndpoint !== undefined, scene, ["offered", "not offered"])),
    line("CIMD", yesNo(known, server?.clientIdMetadataDocumentSupported === true, scene, ["offered", "not offered"])),
    line("scopes", text(scopes(facts))),
    line("client_id", text(identity?.client.clientId)),
    line(
      "token",
      facts.grant === undefined ? unknown : span(tokenState(flow.state, scene.now).replace(/^token /, "") || "yes"),
    ),
    line("revision", text(session?.protocolVersion)),
    line("tools", text(tools === undefined ? undefined : String(tools.length))),
    ...(next === undefined || !tall ? [] : [blank, row(span(`Next: ${titleOf(flow, next)}`, "dim"))]),
  ]
}

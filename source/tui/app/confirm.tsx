import { clean, wrap } from "../ui/cells.ts"
import { innerWidth } from "../ui/frame.ts"
import { Overlay } from "../ui/overlay.tsx"
import { blank, row, span } from "../ui/row.ts"
import type { KnownServer, Layer, Scene } from "./scene.ts"
import { shortUrl, withProfile } from "./short-url.ts"

type ConfirmLayer = Extract<Layer, { readonly kind: "confirm" }>

/** A question before something that cannot be taken back: what it is about, what follows from a yes, and the words of both. */
interface Asked {
  readonly title: string
  readonly head: string
  readonly lines: ReadonlyArray<string>
  readonly no: string
  readonly yes: string
}

const nameOf = (server: KnownServer): string => withProfile(shortUrl(server.serverUrl), server.profile)

/** What the next visit needs: a client that others use as well is still there. */
const fateOfClient = (server: KnownServer, { servers }: Scene): string => {
  const others = servers.filter(
    (each) => each !== server && each.issuer === server.issuer && each.clientId === server.clientId,
  )
  const [other] = others
  if (other !== undefined) return `The client stays: ${nameOf(other)} uses it as well.`
  return server.source === "DCR"
    ? "The next visit registers anew and signs in again."
    : "The next visit signs in again."
}

type Asking = {
  readonly [Ask in ConfirmLayer["ask"]]: (layer: Extract<ConfirmLayer, { readonly ask: Ask }>, scene: Scene) => Asked
}

const table: Asking = {
  quit: () => ({
    title: "Quit?",
    head: "A step is running.",
    lines: ["Quitting cancels it.", "What is already stored stays stored."],
    no: "Stay",
    yes: "Quit",
  }),
  call: ({ tool, args }) => ({
    title: "Call it?",
    head: `${tool} says of itself that it may destroy something.`,
    lines: [JSON.stringify(args), "The call is sent once. It cannot be taken back from here."],
    no: "No",
    yes: "Call",
  }),
  start: ({ command }) => ({
    title: "Start this program?",
    head: "It runs on this machine, with your rights:",
    lines: [command],
    no: "No",
    yes: "Start",
  }),
  forget: ({ server }, scene) => ({
    title: "Forget what is stored?",
    head: nameOf(server),
    lines: [
      `Its tokens are deleted from this machine, and its client ${server.clientId} with them.`,
      `At ${shortUrl(server.issuer)} nothing changes: the tokens stay valid until they expire.`,
      fateOfClient(server, scene),
    ],
    no: "Cancel",
    yes: "Forget",
  }),
  signOut: ({ server }) => ({
    title: "Sign out?",
    head: nameOf(server),
    lines: [
      `The tokens are revoked at ${shortUrl(server.issuer)} and deleted here.`,
      "The client is kept: the next sign-in needs no new registration.",
      "You will have to sign in again.",
    ],
    no: "Cancel",
    yes: "Sign out",
  }),
}

const askedBy = <Ask extends ConfirmLayer["ask"]>(
  layer: Extract<ConfirmLayer, { readonly ask: Ask }> & { readonly ask: Ask },
  scene: Scene,
): Asked => table[layer.ask](layer, scene)

const width = 72
/** Lines of one consequence that are shown; arguments may be long. */
const mostLines = 6

/** The question, the consequences, and how to answer; Enter alone is a no. */
export const Confirm = ({ scene, layer }: { readonly scene: Scene; readonly layer: ConfirmLayer }) => {
  const { title, head, lines, no, yes } = askedBy(layer, scene)
  const body = [
    ...wrap(clean(head), innerWidth(width)).map((line, index) => row(span(line, index === 0 ? "strong" : "plain"))),
    blank,
    ...lines.flatMap((text) =>
      wrap(clean(text), innerWidth(width) - 2)
        .slice(0, layer.ask === "start" ? undefined : mostLines)
        .map((line, index) => row(span(index === 0 ? `${scene.theme.glyphs.bullet} ` : "  ", "dim"), line)),
    ),
    blank,
    row(span(`[ ${no} ]`, "strong"), span("  Esc", "key"), `        ${yes}  `, span("y", "key")),
  ]
  return (
    <Overlay
      columns={scene.columns}
      rows={scene.rows}
      width={width}
      height={body.length + 2}
      title={title}
      body={body}
    />
  )
}

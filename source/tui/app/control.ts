import type { Intent } from "../../flow/intent.ts"
import type { ContentFile } from "../../mcp/content-files.ts"
import type { Action } from "./reduce.ts"
import type { KnownServer, Scene } from "./scene.ts"

export type Choice =
  /** `fault`: the one that it shows. */
  | { readonly kind: "mock"; readonly fault?: string }
  | { readonly kind: "url"; readonly url: string; readonly profile?: string }
  /** A local server; the person has seen the command and said yes. */
  | { readonly kind: "command"; readonly command: string }

/** Everything a key can bring about. */
export interface Control {
  readonly scene: () => Scene
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly dispatch: (action: Action) => void
  /** To the runner, where there is one. */
  readonly intend: (intent: Intent) => void
  /** The same, one after the other: each when the one before is done, and none after a failure. */
  readonly intendInOrder: (intents: ReadonlyArray<Intent>) => void
  readonly open: (choice: Choice) => void
  /** Opens the list of what the embedded mock can do wrong. */
  readonly showFaults: () => void
  /** Deletes what is stored of a server, or its tokens alone after revoking them, and says what came of it. */
  readonly endCredentials: (how: "forget" | "signOut", server: KnownServer) => void
  /** To the system clipboard by the terminal (OSC 52). `what` is named in the message. */
  readonly copy: (text: string, what: string) => void
  /** Writes what a server sent into new files of the working directory, and says where. */
  readonly save: (files: ReadonlyArray<ContentFile>) => void
  /** Prints the address alone, outside the full screen, until Enter. */
  readonly printAlone: (text: string) => void
  readonly say: (text: string, tone?: "plain" | "good" | "bad") => void
  /** Stops the program as the shell's job, until the shell lets it go on. */
  readonly suspend: () => void
  readonly quit: (reason: "quit" | "interrupted") => void
}

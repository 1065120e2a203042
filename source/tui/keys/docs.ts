import { answerFieldBindings, questionBindings } from "../question/bindings.ts"
import { screens } from "../screens/index.ts"
import type { Binding } from "./binding.ts"
import { fieldBindings } from "./field-bindings.ts"
import { globalBindings, moveBindings } from "./global-bindings.ts"
import { confirmBindings, faultsBindings, helpBindings } from "./layer-bindings.ts"

/** A place where keys work, and the keys that work there. */
export interface KeyContext {
  readonly title: string
  readonly bindings: ReadonlyArray<Binding>
}

/** The whole registry. */
export const keyContexts: ReadonlyArray<KeyContext> = [
  { title: "Everywhere", bindings: globalBindings },
  { title: "Movement", bindings: moveBindings },
  ...screens.map(({ title, bindings }) => ({ title, bindings })),
  { title: "In a text field", bindings: fieldBindings },
  { title: "In the help", bindings: helpBindings },
  { title: "In the list of faults", bindings: faultsBindings },
  { title: "When asked", bindings: confirmBindings },
  { title: "When the server asks", bindings: questionBindings },
  { title: "In an answer to the server", bindings: answerFieldBindings },
]

const cell = (text: string): string => text.replaceAll("|", "\\|")

const line = ({ keys, title, id }: Binding): string =>
  `| ${keys.map((key) => `\`${cell(key)}\``).join(" ")} | ${cell(title)} | \`${id}\` |`

const section = ({ title, bindings }: KeyContext): string =>
  [`## ${title}`, "", "| key | does | id |", "|---|---|---|", ...bindings.map(line), ""].join("\n")

/** `docs/keys.md`: every key of the screen. */
export const keysMarkdown = (): string =>
  [
    "# Keys",
    "",
    "Made from the key registry in `source/tui/keys`; a test holds this page against it.",
    "One key can mean different things at different moments: the first line whose action is possible wins, and the last row of",
    "the screen shows what is possible now. `?` shows the same list on the screen, `Ctrl+C` cancels what runs, and twice within",
    "two seconds it quits; `Ctrl+Z` stops the program until the shell's `fg`.",
    "",
    ...keyContexts.map(section),
  ].join("\n")

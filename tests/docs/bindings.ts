import type { Binding } from "../../source/tui/keys/binding.ts"
import { fieldBindings } from "../../source/tui/keys/field-bindings.ts"
import { globalBindings, moveBindings } from "../../source/tui/keys/global-bindings.ts"
import { confirmBindings, helpBindings } from "../../source/tui/keys/layer-bindings.ts"
import { screens } from "../../source/tui/screens/index.ts"

export interface Place {
  readonly title: string
  readonly bindings: ReadonlyArray<Binding>
}

/** The whole key registry, in the order in which a reader meets it. */
export const places: ReadonlyArray<Place> = [
  { title: "Everywhere", bindings: globalBindings },
  { title: "Moving", bindings: moveBindings },
  ...screens.map(({ title, bindings }) => ({ title: `${title} screen`, bindings })),
  { title: "In a text field", bindings: fieldBindings },
  { title: "In the help", bindings: helpBindings },
  { title: "When asked whether to quit", bindings: confirmBindings },
]

export const allBindings: ReadonlyArray<Binding> = places.flatMap(({ bindings }) => bindings)

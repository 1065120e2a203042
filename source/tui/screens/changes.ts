import type { ListName } from "../../flow/state.ts"
import type { Scene } from "../app/scene.ts"
import type { Binding } from "../keys/binding.ts"

const names: Readonly<Record<ListName, string>> = {
  tools: "tool list",
  resources: "resource list",
  prompts: "prompt list",
}

/** "The tool list changed: r lists again", where it has since it was read. */
export const changed = ({ flow }: Scene, lists: ReadonlyArray<ListName>): string | undefined => {
  const stale = lists.filter((list) => flow?.state.stale.includes(list) && flow.state.facts[list] !== undefined)
  return stale.length === 0
    ? undefined
    : `The ${stale.map((list) => names[list]).join(" and the ")} changed: r lists again`
}

/** Begins to listen to changes of every list, or stops. `screen` makes its id one of its own. */
export const listenBinding = (screen: string): Binding => ({
  id: `${screen}.listen`,
  keys: ["f"],
  title: "follow changes of the lists, or stop it",
  group: "pane",
  when: ({ flow }) => flow?.state.facts.session !== undefined,
  run: (control, { flow }) => {
    const on = flow?.state.listening === undefined
    const filter = on ? { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true } : {}
    control.intend({ _tag: "Listen", filter })
    control.say(on ? "The server is asked to tell of changes." : "Changes are not listened to any more.")
  },
})

/** Said at the foot of a list while changes are listened to and the server tells of any. */
export const followingNote = ({ flow }: Scene): string =>
  flow?.state.listening?.granted === undefined ? "" : "following"

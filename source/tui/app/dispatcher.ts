import { isBusy } from "../keys/busy.ts"
import { bindingFor, bindingNotNow } from "../keys/match.ts"
import type { Stroke } from "../keys/stroke.ts"
import { editingIn, isAsked } from "../question/model.ts"
import { screenOf } from "../screens/index.ts"
import type { Control } from "./control.ts"
import { tooSmall } from "./layout.ts"
import type { Scene } from "./scene.ts"

/** Two of them within this many milliseconds end the program. */
const twice = 2000

/** The one way from a key to what it does. */
export const makeDispatcher = (control: Control) => {
  let interruptedAt = Number.NEGATIVE_INFINITY

  /** Cancels what runs; a second press quits. */
  const interrupt = (scene: Scene) => {
    const now = control.now()
    const again = now - interruptedAt <= twice
    interruptedAt = now
    if (again) return control.quit("interrupted")
    if (isBusy(scene)) {
      control.intend({ _tag: "Cancel" })
      control.say("Cancelled. Ctrl+C again quits.")
    } else control.say("Ctrl+C again quits.")
  }

  return {
    press: ({ name, text }: Stroke) => {
      const scene = control.scene()
      if (name === "Ctrl+C") return interrupt(scene)
      if (name === "Ctrl+Z") return control.suspend()
      if (scene.ui.toast?.tone === "bad") control.dispatch({ type: "untoast" })
      if (tooSmall(scene.columns, scene.rows)) {
        if (name === "q") control.quit("quit")
        return
      }
      if (editingIn(scene) !== undefined && text !== undefined)
        return control.dispatch({ type: "edited", change: { edit: "insert", text } })
      const binding = bindingFor(scene, name)
      if (binding !== undefined) return binding.run(control, scene)
      const notNow = bindingNotNow(scene, name)
      if (notNow === undefined) return
      control.say(isBusy(scene) ? "Not now: a step is running. c cancels it." : `Not possible now: ${notNow.title}.`)
    },
    paste: (text: string) => {
      const scene = control.scene()
      if (tooSmall(scene.columns, scene.rows)) return
      if (editingIn(scene) !== undefined)
        return control.dispatch({ type: "edited", change: { edit: "insert", text: text.trim() } })
      if (scene.ui.layers.length > 0 || isAsked(scene) || screenOf(scene).paste?.(control, scene, text.trim()) !== true)
        control.say("Nothing here takes pasted text.")
    },
  }
}

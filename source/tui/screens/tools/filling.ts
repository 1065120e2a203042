import type { Field } from "../../../mcp/schema-form.ts"
import type { Tool } from "../../../mcp/tools.ts"
import type { Control } from "../../app/control.ts"
import type { Scene } from "../../app/scene.ts"
import { argumentField, choiceTexts, formOf, isTyped, textOf } from "./model.ts"

/** Opens a field for typing where text is typed in it, with the schema's default where nothing was typed yet. */
export const openForTyping = (control: Control, tool: Tool, field: Field | undefined) => {
  if (field === undefined || !isTyped(field)) return
  const name = argumentField(tool, field)
  const known = control.scene().ui.fields[name]
  control.dispatch({
    type: "edit",
    field: name,
    ...(known === undefined ? { text: formOf(tool).presets.get(field.path) ?? "" } : {}),
  })
}

/** Goes on to the next choice of a field, or the one before; round and round. */
export const goThroughChoices = (control: Control, scene: Scene, tool: Tool, field: Field, by: 1 | -1) => {
  const texts = choiceTexts(field)
  const at = texts.indexOf(textOf(scene, tool, field))
  const text = texts[(at + by + texts.length) % texts.length]
  if (text !== undefined) control.dispatch({ type: "setField", field: argumentField(tool, field), text })
}

import { useMemo } from "react"
import { useTheme } from "../theme/context.ts"
import { drawFrame } from "./frame.ts"
import { Lines, type Rect } from "./lines.tsx"
import type { Row } from "./row.ts"

interface PaneProps {
  readonly at: Rect
  readonly title: string
  readonly note?: string | undefined
  readonly foot?: string | undefined
  readonly focused?: boolean
  /** The visible rows only. */
  readonly rows: ReadonlyArray<Row>
}

/** A titled box. A heavy border means that it has the focus. */
export const Pane = ({ at, title, note = "", foot = "", focused = false, rows }: PaneProps) => {
  const theme = useTheme()
  const lines = useMemo(
    () => drawFrame({ title, note, foot, focused }, rows, at.width, at.height, theme),
    [title, note, foot, focused, rows, at.width, at.height, theme],
  )
  return <Lines at={at} lines={lines} />
}

import { useMemo } from "react"
import { useTheme } from "../theme/context.ts"
import { Lines, type Rect } from "./lines.tsx"
import { draw, type Row } from "./row.ts"

/** Rows without a border. */
export const Rows = ({ at, rows }: { readonly at: Rect; readonly rows: ReadonlyArray<Row> }) => {
  const theme = useTheme()
  const lines = useMemo(() => rows.map((line) => draw(line, at.width, theme)), [rows, at.width, theme])
  return <Lines at={at} lines={lines} />
}

import { Box, Text } from "ink"
import { memo } from "react"

/** One painted line. Memoised: a line that did not change is not laid out again by React. */
const Line = memo(({ text }: { readonly text: string }) => <Text wrap="truncate">{text}</Text>)
Line.displayName = "Line"

export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Painted lines at a place of their own. Only what is given is mounted, so give only what can be seen. */
export const Lines = memo(({ at, lines }: { readonly at: Rect; readonly lines: ReadonlyArray<string> }) => (
  <Box
    position="absolute"
    marginLeft={at.x}
    marginTop={at.y}
    width={at.width}
    height={at.height}
    flexDirection="column"
    overflow="hidden"
  >
    {lines.slice(0, at.height).map((text, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line of a screen is its position
      <Line key={index} text={text} />
    ))}
  </Box>
))
Lines.displayName = "Lines"

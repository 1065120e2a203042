/**
 * What the parts of a screen look like. Only the 16 colours of the terminal's own palette and the default colours are
 * used, so that the user's palette decides what is light and what is dark. State is always carried by a glyph or a word;
 * colour only repeats it.
 */
export type Tone =
  | "plain"
  | "dim"
  | "strong"
  | "accent"
  | "good"
  | "warn"
  | "bad"
  | "key"
  | "border"
  | "focus"
  | "selected"

export interface Glyphs {
  readonly done: string
  readonly failed: string
  readonly current: string
  readonly todo: string
  readonly skipped: string
  readonly warning: string
  readonly bullet: string
  readonly cursor: string
  readonly arrow: string
  readonly ellipsis: string
  readonly hidden: string
  readonly full: string
  readonly empty: string
  readonly open: string
  readonly closed: string
  readonly spinner: ReadonlyArray<string>
  readonly box: Readonly<Record<"light" | "heavy", Box>>
}

/** Top left, horizontal, top right, vertical, bottom left, bottom right. */
export interface Box {
  readonly topLeft: string
  readonly across: string
  readonly topRight: string
  readonly down: string
  readonly bottomLeft: string
  readonly bottomRight: string
}

export interface Theme {
  readonly glyphs: Glyphs
  /** Wraps text in the escape sequences of a tone; the text must be sanitized already. */
  readonly paint: (tone: Tone, text: string) => string
}

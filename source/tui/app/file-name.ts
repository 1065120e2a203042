/** Something a server sent that a terminal cannot show. */
export interface SavedContent {
  /** What it is called there: the end of its address, or the tool that made it. */
  readonly called: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

const endings: Readonly<Record<string, string>> = {
  "application/json": "json",
  "application/pdf": "pdf",
  "audio/mpeg": "mp3",
  "audio/ogg": "ogg",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "image/gif": "gif",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/webp": "webp",
  "text/markdown": "md",
  "text/plain": "txt",
}

/** Of a name that a server chose only what is harmless everywhere: no folder, no dot in front, nothing but plain letters. */
const harmless = (name: string): string =>
  (name.split(/[\\/]/).at(-1) ?? "")
    .replace(/[?#].*$/s, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 60)

/** Under which name the `attempt`-th try is made: `logo.png`, then `logo-2.png`. The ending is that of the media type. */
export const fileName = ({ called, mediaType }: SavedContent, attempt: number): string => {
  const type = mediaType.replace(/;.*$/s, "").trim().toLowerCase()
  const ending = endings[type] ?? "bin"
  const name = harmless(called)
  const stem = (name.toLowerCase().endsWith(`.${ending}`) ? name.slice(0, -ending.length - 1) : name) || "content"
  return `${stem}${attempt > 1 ? `-${attempt}` : ""}.${ending}`
}

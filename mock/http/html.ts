import { createHash } from "node:crypto"
import { type Answer, page } from "./answer.ts"

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Text made safe for element content and quoted attributes. Control and bidi characters are shown, not obeyed. */
const escapeHtml = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
    .replace(
      /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu,
      (character) => {
        const code = character.codePointAt(0) ?? 0
        return `&#xFFFD;<small>U+${code.toString(16).toUpperCase().padStart(4, "0")}</small>`
      },
    )

/** Markup that needs no further escaping. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Markup | readonly Markup[]

/** A template tag that escapes every value which is not markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const show = (part: Part): string =>
    part instanceof Markup
      ? part.text
      : typeof part === "string" || typeof part === "number"
        ? escapeHtml(String(part))
        : part.map((item) => item.text).join("")
  return new Markup(strings.reduce((text, string, index) => text + show(parts[index - 1] ?? "") + string))
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } code, kbd { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem } dt { opacity: .7 } dd { margin: 0 }
table { border-collapse: collapse } td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top }
.warning { border-left: .25rem solid #d97706; padding: .25rem .75rem }
button { font: inherit; padding: .4rem 1.2rem; margin-right: .5rem }
td:first-child code { white-space: nowrap; overflow-wrap: normal }
`

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64")

/** A whole page that may not be framed, runs no script and loads nothing (RFC 9700 §4.16). */
export function document(status: number, title: string, body: Markup, formTargets: readonly string[] = []): Answer {
  const text = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><h1>${title}</h1>
${body}
</body></html>
`
  return page(status, text.text, {
    // Browsers apply form-action to the redirect that answers the form as well, so the client's address is listed.
    "content-security-policy": [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_HASH}'`,
      `form-action ${["'self'", ...formTargets].join(" ")}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    // Not no-referrer: that would make browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
  })
}

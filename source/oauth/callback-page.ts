import { createHash } from "node:crypto"

/** How far the sign-in is, as far as the browser may know (CR-115): details are for the terminal only. */
export type PageState = "waiting" | "success" | "failure"

const style = `:root{color-scheme:light dark;--ink:#1d2330;--paper:#f6f5f1;--card:#fff;--soft:#667085;--mark:#5b5bd6}
@media(prefers-color-scheme:dark){:root{--ink:#eceef2;--paper:#14161b;--card:#1d2027;--soft:#98a2b3;--mark:#9e9eff}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);
color:var(--ink);font:17px/1.5 system-ui,sans-serif}main{max-width:30em;padding:40px 44px;background:var(--card);border-radius:16px;
box-shadow:0 1px 2px #0002,0 12px 40px #0001;text-align:center}.mark{width:56px;height:56px;margin:0 auto 20px;border-radius:50%;
display:grid;place-items:center;font-size:28px;color:#fff;background:var(--mark)}.success .mark{background:#1f8a5b}.failure .mark{background:#c2413b}
.waiting .mark{animation:breathe 1.6s ease-in-out infinite}@keyframes breathe{50%{opacity:.45}}
@media(prefers-reduced-motion:reduce){.waiting .mark{animation:none}}h1{margin:0 0 8px;font-size:24px;line-height:1.25}p{margin:0;color:var(--soft)}
small{display:block;margin-top:24px;color:var(--soft)}`

const words: Readonly<Record<PageState, { readonly mark: string; readonly title: string; readonly text: string }>> = {
  waiting: {
    mark: "&hellip;",
    title: "One moment",
    text: "The answer has arrived. The terminal is exchanging it for a token; this page will say how that went.",
  },
  success: {
    mark: "&check;",
    title: "Signed in",
    text: "The terminal has its token. You may close this tab and go back to it.",
  },
  failure: {
    mark: "&times;",
    title: "Not signed in",
    text: "The sign-in did not finish. The terminal says what happened and what to do. You may close this tab.",
  },
}

const page = (state: PageState): string => {
  const { mark, title, text } = words[state]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · mcp-dcr-tui</title><style>${style}</style></head>
<body><main class="${state}"><div class="mark" aria-hidden="true">${mark}</div><h1>${title}</h1><p>${text}</p>
<small>mcp-dcr-tui</small></main></body></html>
`
}

/** The only three pages there are. Static: nothing of a request is ever in them (CR-114). */
export const pages: Readonly<Record<PageState, string>> = {
  waiting: page("waiting"),
  success: page("success"),
  failure: page("failure"),
}

const styleHash = createHash("sha256").update(style).digest("base64")

/** On every answer of the listener, also on refusals. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  Connection: "close",
}

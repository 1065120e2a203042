import { appendFileSync } from "node:fs"
import { attribute } from "../flow/person.ts"

/**
 * A program that can stand in `$BROWSER`: opens the address it is given, follows redirects, keeps cookies, fills in the
 * forms it meets, and stops at the first page without one. It writes a line for each request to the file
 * STAND_IN_LOG; STAND_IN_ANSWER=deny makes it say no. Never anything but loopback.
 */
const log = process.env.STAND_IN_LOG
const denies = process.env.STAND_IN_ANSWER === "deny"
const cookies = new Map<string, Map<string, string>>()

const request = async (url: URL, form?: URLSearchParams): Promise<Response> => {
  if (url.hostname !== "127.0.0.1" && url.hostname !== "localhost") throw new Error(`not on this machine: ${url}`)
  const jar = cookies.get(url.origin) ?? new Map<string, string>()
  cookies.set(url.origin, jar)
  const answer = await fetch(url, {
    redirect: "manual",
    headers: { accept: "text/html", cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
    ...(form === undefined ? {} : { method: "POST", body: form }),
  })
  for (const field of answer.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(field) ?? []
    jar.set(name, value)
  }
  if (log !== undefined)
    appendFileSync(log, `${form === undefined ? "GET" : "POST"} ${url.origin}${url.pathname} ${answer.status}\n`)
  return answer
}

/** What a person would send: hidden fields as they are, a name and a password, and the button for the decision. */
const filledIn = (html: string): URLSearchParams => {
  const form = new URLSearchParams()
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, "name")
    if (name !== undefined)
      form.set(name, attribute(tag, "type") === "hidden" ? (attribute(tag, "value") ?? "") : "ada")
  }
  const buttons = [...html.matchAll(/<button\b[^>]*>/g)].map(([tag]) => tag)
  const wanted = buttons.find((tag) => attribute(tag, "value") === (denies ? "deny" : "approve")) ?? buttons[0]
  const name = wanted && attribute(wanted, "name")
  if (wanted !== undefined && name !== undefined) form.set(name, attribute(wanted, "value") ?? "")
  return form
}

let url = new URL(process.argv[2] ?? "")
let form: URLSearchParams | undefined
for (let pages = 0; pages < 30; pages++) {
  const answer = await request(url, form)
  form = undefined
  const location = answer.headers.get("location")
  if (answer.status >= 300 && answer.status < 400 && location !== null) {
    url = new URL(location, url)
    continue
  }
  const html = await answer.text()
  const refresh = answer.headers.get("refresh")
  // The page of the callback asks to be loaded again while the program is still at work.
  if (refresh !== null) continue
  const tag = /<form\b[^>]*>/.exec(html)?.[0]
  const abort = /href="([^"]*\/abort)"/.exec(html)?.[1]
  if (denies && abort !== undefined) url = new URL(abort, url)
  else if (tag !== undefined) {
    form = filledIn(html)
    url = new URL(attribute(tag, "action") ?? "", url)
  } else break
}

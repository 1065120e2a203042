import * as Effect from "effect/Effect"

/** What an attribute of a tag says, entities decoded. */
export const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll("&amp;", "&")

const hiddenFields = (html: string): Array<[string, string]> =>
  [...html.matchAll(/<input type="hidden"[^>]*>/g)].map(([tag]) => [
    attribute(tag, "name") ?? "",
    attribute(tag, "value") ?? "",
  ])

/**
 * A person with a browser in front of the mock's pages: says who they are, decides, and follows every redirect. Gives the
 * addresses they were at; the last one is where they ended.
 */
const browse = async (start: string, decision: "approve" | "deny", stopBefore: string | undefined) => {
  const visited: Array<{ readonly url: string; readonly status: number; readonly html: string }> = []
  const cookies = new Map<string, string>()
  let url = new URL(start)
  let form: URLSearchParams | undefined
  for (let page = 0; page < 20; page++) {
    if (stopBefore !== undefined && url.href.startsWith(stopBefore)) return { visited, ended: url.href }
    const answer = await fetch(url, {
      redirect: "manual",
      headers: { accept: "text/html", cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: form }),
    })
    for (const field of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(field) ?? []
      cookies.set(name, value)
    }
    const html = await answer.text()
    visited.push({ url: url.href, status: answer.status, html })
    form = undefined
    const location = answer.headers.get("location")
    const refresh = answer.headers.get("refresh")
    if (location !== null) url = new URL(location, url)
    else if (refresh !== null) await new Promise((resolve) => setTimeout(resolve, 20))
    else {
      const action = attribute(/<form [^>]*>/.exec(html)?.[0] ?? "", "action")
      if (action === undefined) break
      form = new URLSearchParams(hiddenFields(html))
      const user = /<button name="user" value="([^"]*)"/.exec(html)?.[1]
      if (user === undefined) form.set("decision", decision)
      else form.set("user", user)
      url = new URL(action, url)
    }
  }
  return { visited, ended: url.href }
}

/** Signs in at the mock's pages. With `stopBefore`, the browser does not open addresses that begin with it. */
export const person = (start: string, decision: "approve" | "deny" = "approve", stopBefore?: string) =>
  Effect.promise(() => browse(start, decision, stopBefore))

/** As much of a page as is looked at, in characters: a style sheet may come before the first word. */
const longestPage = 65_536

/** Elements whose content no browser shows as text. */
const unseen = /^<(script|style|svg|template)\b/i

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&apos;": "'",
  "&nbsp;": " ",
  "&amp;": "&",
}

/** Where the markup that begins at `open` is over; the end of the page where it never is. */
const endOfMarkup = (page: string, open: number): number => {
  const element = unseen.exec(page.slice(open, open + 12))?.[1]
  const comment = page.startsWith("<!--", open)
  const last = comment ? "-->" : ">"
  let from = open
  if (element !== undefined) {
    const closing = new RegExp(`</${element}`, "gi")
    closing.lastIndex = open
    from = closing.exec(page)?.index ?? page.length
  }
  const end = page.indexOf(last, from)
  return end === -1 ? page.length : end + last.length
}

/** Whether a body is a web page, whatever its Content-Type says. */
const isPage = (body: string): boolean => /^\s*(<!doctype html|<html|<head|<body)\b/i.test(body.slice(0, 200))

/** What a person would read of a web page: its text without markup, scripts and styles. Other bodies as they are. */
export const visibleText = (body: string): string => {
  if (!isPage(body)) return body
  const page = body.slice(0, longestPage)
  let text = ""
  for (let at = 0; at < page.length; ) {
    const open = page.indexOf("<", at)
    text += `${page.slice(at, open === -1 ? page.length : open)} `
    at = open === -1 ? page.length : endOfMarkup(page, open)
  }
  const words = text.replace(/&(?:lt|gt|quot|#39|apos|nbsp|amp);/g, (entity) => entities[entity] ?? entity)
  // A page without a word is better shown as what it is than as nothing.
  return words.trim() === "" ? body : words
}

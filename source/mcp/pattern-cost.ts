/**
 * How much work a regular expression may make, before it is run: JavaScript's own engine tries one way after the other,
 * and cannot be stopped in between, so a hostile pattern could hang us (MR-54). The number of ways is bounded from above
 * by what the pattern leaves open; everything here is linear in the length of the pattern.
 */

/** Base-10 logarithm of a number of ways, and whether the piece can repeat. */
type Ways = number

interface Cursor {
  readonly text: string
  at: number
  depth: number
}

const deepestGroup = 50

interface Repeat {
  readonly least: number
  readonly most: number
}

const repeats: Readonly<Record<string, Repeat>> = {
  "*": { least: 0, most: Number.POSITIVE_INFINITY },
  "+": { least: 1, most: Number.POSITIVE_INFINITY },
  "?": { least: 0, most: 1 },
}

const repeatAt = (cursor: Cursor): Repeat | undefined => {
  const sign = cursor.text[cursor.at] ?? ""
  let repeat = Object.hasOwn(repeats, sign) ? repeats[sign] : undefined
  if (repeat !== undefined) cursor.at += 1
  else if (sign === "{") {
    const braces = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(cursor.text.slice(cursor.at, cursor.at + 24))
    if (braces === null) return undefined
    const least = Number(braces[1])
    const most = braces[2] === undefined ? least : braces[3] === "" ? Number.POSITIVE_INFINITY : Number(braces[3])
    cursor.at += braces[0].length
    repeat = { least, most }
  }
  // Lazy: the same ways in another order.
  if (repeat !== undefined && cursor.text[cursor.at] === "?") cursor.at += 1
  return repeat
}

const skipClass = (cursor: Cursor): void => {
  cursor.at += 1
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== "]")
    cursor.at += cursor.text[cursor.at] === "\\" ? 2 : 1
  cursor.at += 1
}

/** One atom; a group is looked into. */
const atomWays = (cursor: Cursor, length: number): Ways => {
  const sign = cursor.text[cursor.at]
  if (sign === "[") skipClass(cursor)
  else if (sign === "\\") cursor.at += 2
  else if (sign === "(") {
    const head = /^\((\?(:|=|!|<=|<!|<[^>]{0,60}>))?/.exec(cursor.text.slice(cursor.at, cursor.at + 64))
    cursor.at += head?.[0].length ?? 1
    cursor.depth += 1
    const inner = cursor.depth > deepestGroup ? Number.POSITIVE_INFINITY : branchesWays(cursor, length)
    cursor.depth -= 1
    if (cursor.depth + 1 <= deepestGroup) cursor.at += 1
    return inner
  } else cursor.at += 1
  return 0
}

const repeatedWays = (inner: Ways, { least, most }: Repeat, length: number): Ways => {
  const times = Math.min(most, Math.max(least, length + 1))
  return inner * times + Math.log10(Math.max(1, Math.min(most, length + least) - least + 1))
}

const branchesWays = (cursor: Cursor, length: number): Ways => {
  let branches = 1
  let ways = 0
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== ")") {
    if (cursor.text[cursor.at] === "|") {
      branches += 1
      cursor.at += 1
      continue
    }
    const inner = atomWays(cursor, length)
    if (inner === Number.POSITIVE_INFINITY) return inner
    const repeat = repeatAt(cursor)
    ways += repeat === undefined ? inner : repeatedWays(inner, repeat, length)
  }
  return ways + Math.log10(branches)
}

/** Base-10 logarithm of the steps that a search for `pattern` in a text of `length` characters takes at most. */
export const patternCost = (pattern: string, length: number): number => {
  const cursor: Cursor = { text: pattern, at: 0, depth: 0 }
  let ways = 0
  // A closing parenthesis without an opening one would end the walk early; the expression is invalid then anyway.
  while (cursor.at < pattern.length && ways !== Number.POSITIVE_INFINITY) {
    ways += branchesWays(cursor, length)
    cursor.at += 1
  }
  // Each way may look at the whole text, and a search may begin at every place.
  const starts = pattern.startsWith("^") && !pattern.includes("|") ? 0 : Math.log10(length + 1)
  return ways + starts + Math.log10(length + 1)
}

/** About a tenth of a second. */
const mostSteps = 7
const longestPattern = 2000

/** Whether a text holds a match, or `undefined` where finding out could take too long or the pattern is none. */
export const matches = (pattern: string, text: string): boolean | undefined => {
  if (pattern.length > longestPattern || patternCost(pattern, text.length) > mostSteps) return undefined
  try {
    return new RegExp(pattern, "u").test(text)
  } catch {
    return undefined
  }
}

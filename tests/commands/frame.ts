import { expect } from "vitest"
import type { Ended } from "./program.ts"

/** What every failure says, on both faces: the error frame on standard error, and one JSON document for `--json`. */
export const expectFailure = (
  ended: Ended,
  expected: { readonly exit: number; readonly code: string; readonly step?: string; readonly says?: RegExp | string },
): void => {
  expect(ended, ended.stderr).toMatchObject({ code: expected.exit, signal: null })
  const { error } = ended.document()
  expect(error).toMatchObject({
    code: expected.code,
    exit: expected.exit,
    what: expect.stringMatching(/./),
    why: expect.stringMatching(/./),
    remedy: expect.arrayContaining([expect.stringMatching(/./)]),
    rule: expect.stringMatching(/./),
    ...(expected.step === undefined ? {} : { step: expected.step }),
  })
  const { what, why, remedy, rule } = error as { what: string; why: string; remedy: Array<string>; rule: string }
  // The four parts in their order, with the very same words.
  const parts = [
    `${what}\n`,
    "Why\n",
    why,
    "What to do\n",
    ...remedy.map((each) => `· ${each}`),
    "Evidence\n",
    `rule      ${rule}`,
    `code      ${expected.code} (exit ${expected.exit})`,
  ]
  let from = ended.stderr.indexOf("✗")
  expect(from, ended.stderr).toBeGreaterThanOrEqual(0)
  for (const part of parts) {
    const found = ended.stderr.indexOf(part, from)
    expect(found, `${part} after ${from} in:\n${ended.stderr}`).toBeGreaterThanOrEqual(from)
    from = found
  }
  if (expected.says !== undefined) expect(ended.stderr).toMatch(expected.says)
  // Never a stack trace, never an object that nobody formatted.
  expect(ended.stderr).not.toMatch(/^\s+at |\[object |undefined/m)
}

import { expect, test } from "vitest"
import { sources } from "../architecture/sources.ts"

test("SR-29 the mock fetches in one file only: client documents", () => {
  const mock = sources("mock")
  const fetching = mock.filter(({ text }) => /import \{[^}]*\bget\b[^}]*\} from ".*node-http\.ts"/.test(text))
  expect(fetching.map(({ path }) => path)).toEqual(["mock/authorization/client-document.ts"])
  const builtin = mock.filter(({ text }) => text.includes("getBuiltinModule"))
  expect(builtin.map(({ path }) => path)).toEqual(["mock/authorization/client-document.ts", "mock/http/node-http.ts"])
  // Node's own modules that can connect are used for what they say of addresses, or to listen.
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
  const others = mock.filter(({ text }) => /\bfetch\(|\bcreateConnection\b|\.(?:connect|request)\(/.test(code(text)))
  expect(others.map(({ path }) => path)).toEqual([])
})

/** What hostile servers put where something else belongs. Everything is harmless to look at, and nothing leaves this machine. */

const control = "\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\u200b"

const nested = (depth: number): unknown => {
  let value: unknown = "deep"
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Addresses that may not be used; those of this machine lead to a closed port. */
export const addresses = (origin: string): ReadonlyArray<string> => [
  "javascript:alert(1)",
  "file:///etc/passwd",
  "data:text/html,<script>alert(1)</script>",
  "ftp://127.0.0.1/",
  "//127.0.0.1:1/",
  "/relative",
  "http://10.0.0.1/",
  "https://169.254.169.254/latest",
  "https://[fd00::1]/",
  "https://[::ffff:10.0.0.1]/",
  "https://2130706433:1/",
  "https://0x7f.1:1/",
  "https://user:secret@127.0.0.1:1/",
  "http://127.0.0.1:1/",
  "https://127.0.0.1:1/",
  "http://[::1]:1/",
  `${origin}/token#fragment`,
  `${origin}/\u0000\r\nX: y`,
  `${origin}/${"a".repeat(40_000)}`,
  `${origin}/nothing-here`,
  `${origin}/.well-known/../../authorize?x=$(id)"'\`|^`,
  "http://999.999.999.999/",
  "https://",
  "http://127.0.0.1:99999/",
]

export const values = (origin: string): ReadonlyArray<unknown> => [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  "",
  " ",
  control,
  "\ud800",
  "x".repeat(100_000),
  "a b\tc\nd",
  [],
  {},
  [null],
  ["", control, 7, {}],
  [["S256"]],
  { length: 1, 0: "x" },
  { toString: "no function", valueOf: 1, constructor: "nor this" },
  nested(40),
  nested(500),
  Array.from({ length: 2000 }, (_, index) => `item ${index}`),
  ...addresses(origin),
]

/** `__proto__` is written into the text itself, or our own serializer would drop it. */
export const PROTO = "@@proto@@"

export const keys: ReadonlyArray<string> = [
  PROTO,
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  control,
  "then",
  "_tag",
]

export const texts = (honest: string): ReadonlyArray<string> => [
  "",
  " ",
  "null",
  "[]",
  "0",
  '"text"',
  "{",
  "{}",
  honest.slice(0, honest.length / 2),
  honest + honest,
  `\ufeff${honest}`,
  `\ufeff\ufeff${honest}`,
  `${" ".repeat(300_000)}${honest}`,
  honest.replace("{", '{"issuer":"https://127.0.0.1:1","access_token":7,"access_token":"x y",'),
  "<!doctype html><title>Sign in</title><script>1</script>",
  `\u0000${honest}\u0000`,
  "[".repeat(100_000),
  '{"a":'.repeat(100_000),
  `{"a":${"9".repeat(10_000)}}`,
  '{"a":1e999999}',
  '{"a":"\\ud800\\u001b[31m"}',
  `${honest},`,
  `)]}',\n${honest}`,
  "error=invalid_grant&error_description=%1b%5b31m",
  `data: ${honest}\n\n`,
  `event: endpoint\ndata: file:///etc/passwd\n\n`,
  "data: \n\ndata: []\n\nretry: 99999999999\n\n",
]

export const contentTypes: ReadonlyArray<string | ReadonlyArray<string>> = [
  "text/html",
  "text/plain; charset=utf-16",
  "text/event-stream",
  "Application/JSON;charset=UTF-8",
  "application/json, text/html",
  ["application/json", "text/html"],
  "application/x-www-form-urlencoded",
  "application/problem+json",
  "image/png",
  "",
  ";;;",
  "application/json; charset=\u00ff",
  "x".repeat(10_000),
]

export const statuses: ReadonlyArray<number> = [
  100, 102, 199, 200, 201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 305, 306, 307, 308, 400, 401,
  402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422, 425, 426, 428, 429, 431, 451, 499,
  500, 501, 502, 503, 504, 505, 507, 511, 599, 600, 999,
]

type Fields = Readonly<Record<string, string | ReadonlyArray<string>>>

export const headers = (origin: string): ReadonlyArray<Fields> => [
  { "content-encoding": "gzip" },
  { "content-encoding": "br" },
  { "content-encoding": "deflate, gzip, gzip" },
  { "content-encoding": "no-such-coding" },
  { "content-length": "7" },
  { "content-length": "999999" },
  { "transfer-encoding": "gzip, chunked" },
  { "set-cookie": ["a=b", `c=${"d".repeat(5000)}`] },
  { "mcp-session-id": "two words" },
  { "mcp-session-id": "x".repeat(20_000) },
  { "retry-after": "-1" },
  { "retry-after": "soon" },
  { connection: "upgrade", upgrade: "h2c" },
  { "x-flood": Array.from({ length: 500 }, () => "y".repeat(20)) },
  { "www-authenticate": "" },
  { "www-authenticate": "Bearer" },
  { "www-authenticate": 'Bearer error="insufficient_scope", scope="a b c"' },
  { "www-authenticate": `Bearer scope="${"s ".repeat(5000)}"` },
  { "www-authenticate": 'Bearer realm="\\", resource_metadata="https://10.0.0.1/"' },
  { "www-authenticate": ["Basic", 'DPoP algs="none"', 'bearer resource_metadata="file:///etc/passwd"'] },
  ...addresses(origin)
    .slice(0, 16)
    .map((address) => ({ "www-authenticate": `Bearer resource_metadata="${address.replace(/[^\x20-\x7e]/g, "")}"` })),
  ...addresses(origin).map((address) => ({ location: address.replace(/[^\x20-\x7e]/g, "") })),
]

const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

/** Bytes in place of an answer; the connection is closed after them. */
export const wires: ReadonlyArray<string> = [
  "",
  "\r\n\r\n",
  "SSH-2.0-OpenSSH_9.9\r\n",
  "HTTP/2 200\r\n\r\n",
  "HTTP/1.1 200\r\n\r\n{}",
  "HTTP/0.9 200 OK\r\n\r\n{}",
  `HTTP/1.1 200 ${control.replace(/[^\x00-\xff]/g, "")}\r\nContent-Length: 2\r\n\r\n{}`,
  "HTTP/1.1 99 No\r\nContent-Length: 2\r\n\r\n{}",
  `${ok}Content-Length: 1000\r\n\r\n{}`,
  `${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`,
  `${ok}Content-Length: -2\r\n\r\n{}`,
  `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
  `${ok}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}`,
  `${ok}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  `${ok}X: a\r\n folded\r\nContent-Length: 2\r\n\r\n{}`,
  `${ok}X\u0000Y: a\r\nContent-Length: 2\r\n\r\n{}`,
  `${ok}X-Title: \u001b]0;owned\u0007\r\nContent-Length: 2\r\n\r\n{}`,
  `${ok}${"X-Many: y\r\n".repeat(5000)}Content-Length: 2\r\n\r\n{}`,
  `${ok}X-Long: ${"y".repeat(70_000)}\r\nContent-Length: 2\r\n\r\n{}`,
  `${"HTTP/1.1 100 Continue\r\n\r\n".repeat(500)}${ok}Content-Length: 2\r\n\r\n{}`,
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
  `${ok}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u001f\u008b\u0008\u0000`,
]

import { execFileSync } from "node:child_process"
import { describe, expect, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import { type CurlRequest, toCurl } from "../../source/text/curl.ts"
import { makeSecretBook, redactBody, redactHeaders, redactUrl } from "../../source/text/redaction.ts"
import { shellQuote, shellWord } from "../../source/text/shell.ts"
import type { RequestRecord } from "../../source/wire/exchange.ts"
import { remoteString } from "./strings.ts"

/** What a real shell makes of a script that prints its words with NUL after each. */
const run = (script: string, env: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  execFileSync("bash", ["--norc", "-c", script], {
    env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
    .toString("utf8")
    .split("\0")
    .slice(0, -1)

const readBack = (words: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): ReadonlyArray<string> =>
  run(`printf '%s\\0' ${words.join(" ")}`, env)

/** NUL cannot be an argument; a lone surrogate cannot be UTF-8. */
const carried = (text: string): string => text.replaceAll("\0", "␀").toWellFormed()

/** Many strings to one shell, since starting it is what costs. */
const several = Arbitrary.array(remoteString, { minLength: 40, maxLength: 60 })
const few = { arbitrary: { runs: 15 } }

describe("shell words", () => {
  it.prop(
    "a shell reads back exactly what was quoted, and nothing dangerous is printed",
    { several },
    ({ several }) => {
      const words = several.map(shellQuote)
      expect(readBack(words)).toEqual(several.map(carried))
      expect(words.join("").replace(/[\n\t]/g, "")).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    },
    few,
  )

  it.prop(
    "variables stand for their value beside any text",
    { several },
    ({ several }) => {
      const value = `s3cret $HOME "'`
      const words = several.map((text) => shellWord([text, { variable: "ACCESS_TOKEN" }, text]))
      expect(readBack(words, { ACCESS_TOKEN: value })).toEqual(
        several.map((text) => carried(text) + value + carried(text)),
      )
    },
    few,
  )
})

const redacted = (request: CurlRequest): CurlRequest => {
  const book = makeSecretBook()
  return {
    ...request,
    url: redactUrl(book, request.url),
    headers: redactHeaders(book, request.headers),
    ...(request.body && {
      body: { ...request.body, text: redactBody(book, request.body.mediaType, request.body.text) },
    }),
  }
}

/** The arguments that curl would be called with. */
const argumentsOf = (command: string, env: Readonly<Record<string, string>> = {}): ReadonlyArray<string> =>
  run(`curl() { printf '%s\\0' "$@"; }\n${command}`, env)

// The wire lies above this floor; its record must stay acceptable here.
const ofRecord: (record: RequestRecord) => string = toCurl

describe("toCurl", () => {
  it("takes a record of the wire as it is", () => {
    expect(
      ofRecord({ exchange: 1, leg: "mcp", attempt: 1, at: 0, method: "GET", url: "https://h.example/", headers: [] }),
    ).toBe("curl --url https://h.example/")
  })

  it("writes a token request that a person can read and complete", () => {
    const command = toCurl(
      redacted({
        method: "POST",
        url: "https://as.example/token",
        headers: [
          ["host", "as.example"],
          ["content-type", "application/x-www-form-urlencoded"],
          ["authorization", `Basic ${Buffer.from("me:canary-secret").toString("base64")}`],
          ["content-length", "99"],
        ],
        body: {
          mediaType: "application/x-www-form-urlencoded",
          text: "grant_type=authorization_code&code=canary-code-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb",
          truncated: false,
        },
      }),
    )
    expect(command.replace(/sha256 \w{8}/g, "sha256 xxxxxxxx")).toBe(
      [
        "# CREDENTIALS: 24 characters, sha256 xxxxxxxx…",
        "# CODE: 13 characters, sha256 xxxxxxxx…",
        "curl --url https://as.example/token \\",
        "  --header 'content-type: application/x-www-form-urlencoded' \\",
        '  --header "authorization: Basic $CREDENTIALS" \\',
        "  --data-raw 'grant_type=authorization_code' \\",
        '  --data-urlencode "code=$CODE" \\',
        "  --data-raw 'redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb'",
      ].join("\n"),
    )
    expect(argumentsOf(command, { CODE: "a b&c", CREDENTIALS: "xyz" })).toEqual([
      "--url",
      "https://as.example/token",
      "--header",
      "content-type: application/x-www-form-urlencoded",
      "--header",
      "authorization: Basic xyz",
      "--data-raw",
      "grant_type=authorization_code",
      "--data-urlencode",
      "code=a b&c",
      "--data-raw",
      "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb",
    ])
  })

  it("numbers secrets of the same name, and one secret has one variable", () => {
    const command = toCurl(
      redacted({
        method: "POST",
        url: "https://as.example/x?token=canary-token-1",
        headers: [["x-again", "canary-token-1"]],
        body: { mediaType: "application/json", text: '{"token":"canary-token-2"}', truncated: true },
      }),
    )
    expect(command).toContain('"https://as.example/x?token=$TOKEN"')
    expect(command).toContain('"x-again: $TOKEN"')
    expect(command).toContain(`'{"token":"'"$TOKEN_2"'"}'`)
    expect(command).toContain("not complete")
    expect(command).not.toContain("canary")
  })

  it("chooses the options that keep the request as it was", () => {
    expect(toCurl({ method: "GET", url: "https://h.example/", headers: [["x-empty", ""]] })).toBe(
      "curl --url https://h.example/ \\\n  --header 'x-empty;'",
    )
    expect(toCurl({ method: "HEAD", url: "https://h.example/", headers: [] })).toContain("--head")
    expect(toCurl({ method: "DELETE", url: "https://h.example/a[1]", headers: [["accept-encoding", "gzip"]] })).toBe(
      "curl --url 'https://h.example/a[1]' \\\n  --request DELETE \\\n  --globoff \\\n  --compressed",
    )
    const at = toCurl({
      method: "POST",
      url: "https://h.example/",
      headers: [],
      body: { mediaType: "text/plain", text: "@/etc/passwd", truncated: false },
    })
    expect(argumentsOf(at)).toEqual(["--url", "https://h.example/", "--data-raw", "@/etc/passwd"])
  })
})

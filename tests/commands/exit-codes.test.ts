import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { root } from "../architecture/sources.ts"
import { run, start } from "./program.ts"

test("each exit code that is documented is one that the program ends with, and the other way round", async () => {
  await using closed = await startMock()
  await using open = await startMock({ noAuth: true })
  await using broken = await startMock({ scenarios: ["issuer-mismatch"] })
  const ended = async (...args: ReadonlyArray<string>) => (await run([...args, "--no-store", "--quiet"])).code
  const waiting = start(["login", closed.url, "--browser", "print", "--no-store"], { input: "open" })
  await waiting.says("stderr", /Waiting for the answer/)
  waiting.kill("SIGINT")
  const codes = [
    await ended("tools", open.url),
    await ended("call", open.url, "fail"),
    await ended("tools", "ftp://host.example"),
    await ended("tools", closed.url, "--no-input"),
    await ended("refresh", closed.url),
    await ended("tools", broken.url),
    await ended("tools", "http://127.0.0.1:1/mcp"),
    (await waiting.end).code,
  ]
  expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 130])
  const readme = readFileSync(path.join(root, "README.md"), "utf8").split("## Exit codes\n")[1]?.split("\n## ")[0] ?? ""
  const documented = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  const helped = [...(await run(["--help"])).stdout.matchAll(/^ {2}(\d+) {2,}/gm)].map(([, code]) => Number(code))
  expect([documented, helped]).toEqual([codes, codes])
})

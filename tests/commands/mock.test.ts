import net from "node:net"
import path from "node:path"
import { describe, expect, inject, test } from "vitest"
import { expectFailure } from "./frame.ts"
import { run, start } from "./program.ts"

describe("mock", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("serves from its one ready line until %s", async (signal) => {
    const running = start(["mock", "--json", "--port", "0", "--auto-approve"])
    const [line] = await running.says("stdout", /^.*\n/)
    const ready = JSON.parse(line)
    expect(ready).toMatchObject({ pid: running.pid, port: expect.any(Number), url: expect.stringMatching(/\/mcp$/) })
    expect(await fetch(`${ready.origin}/health`)).toMatchObject({ status: 200 })
    const login = await run(["login", ready.url, "--browser", "follow", "--no-store", "--json"])
    expect(login.document()).toMatchObject({ serverUrl: ready.url, issuer: ready.issuer })
    running.kill(signal)
    const ended = await running.end
    expect(ended).toMatchObject({ code: 0, stdout: line, stderr: "" })
    expect(ended.millis).toBeLessThan(1000)
    await expect(fetch(`${ready.origin}/health`)).rejects.toThrow()
  })

  test("says where it is, and what to try", async () => {
    const running = start(["mock", "--port", "0"])
    const [, url] = await running.says("stdout", /MCP endpoint +(http:\S+)\n[\s\S]*Try: +mcp-dcr-tui http/)
    expect(await fetch(new URL("/health", url))).toMatchObject({ status: 200 })
    running.kill("SIGTERM")
    expect(await running.end).toMatchObject({ code: 0 })
  })

  test("--list: every number of the catalogue, those that one server cannot show with the reason", async () => {
    const { stdout } = await run(["mock", "--list"])
    for (let number = 1; number <= 63; number++) expect(stdout, `F-${number}`).toMatch(new RegExp(`\\bF-${number}\\b`))
    for (let number = 1; number <= 38; number++) expect(stdout, `Q-${number}`).toMatch(new RegExp(`\\bQ-${number}\\b`))
    expect(stdout).toMatch(/^ {2}F-12 +needs a name server/m)
  })

  test("--stdio: one client on standard input and output, for whoever starts local servers", async () => {
    const served = `"${process.execPath}" "${path.join(inject("dist"), "bin.js")}" mock --stdio`
    const call = ["call", "add", "a=1", "b=2", "--stdio", served, "--yes", "--no-store", "--json"]
    const ended = await run(call)
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ result: { structuredContent: { sum: 3 } } })
  })

  test("does not take a port from somebody else", async () => {
    const holder = net.createServer()
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve))
    const { port } = holder.address() as net.AddressInfo
    const ended = await run(["mock", "--json", "--port", `${port}`])
    holder.close()
    expectFailure(ended, {
      exit: 2,
      code: "port_taken",
      says: new RegExp(`127\\.0\\.0\\.1:${port}\n.*held by process ${process.pid} `),
    })
  })
})

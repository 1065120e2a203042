import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, vi } from "vitest"
import { run, temporaryFolder } from "../commands/program.ts"
import type { ThirdParty } from "./third-party.ts"

const standIn = path.resolve("tests/commands/stand-in-browser.ts")

/** Starts the stand-in browser instead of a real one, and tells what it was asked to open. */
export const standInBrowser = (log: string, answer: "approve" | "deny" = "approve") => {
  const visits = (): ReadonlyArray<string> => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [])
  return {
    env: { BROWSER: `${process.execPath} ${standIn}`, STAND_IN_LOG: log, STAND_IN_ANSWER: answer },
    visits,
    /** Its last page was the one that says how it ended. It is a process of its own, and may write that line late. */
    sawTheEnd: () =>
      vi.waitFor(() => expect(visits().at(-1)).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/callback\/done 200$/), 5_000),
  }
}

const matching = (server: ThirdParty, pattern: RegExp) => server.seen.filter((line) => pattern.test(line))
const registrations = /^POST \/(register|reg) /
const authorizations = /^GET \/(authorize|auth) /
const tokenRequests = /^POST \/token /
/** Calls of tools, and what a resource server asks its authorization server to check a token. */
const ordinary = /^(POST|GET|DELETE) \/mcp |^POST \/token\/introspection |^GET \/jwks /
const revocations = /^POST \/(revoke|token\/revocation) /

/**
 * What the commands must do with any honest server: sign in once, list, call, go on with the stored token, renew it
 * when it is refused, and sign out at the server as well.
 */
export const wholeLife = async (server: ThirdParty, how: "follow" | "browser", expected: object) => {
  using folder = temporaryFolder()
  const browser = standInBrowser(folder.file("visits"))
  const command = (name: string, ...more: ReadonlyArray<string>) =>
    run([name, server.url, ...more, "--store", folder.file("store"), "--json"], { env: browser.env })

  const login = await command("login", "--browser", how === "follow" ? "follow" : "system")
  expect(login, login.stderr).toMatchObject({ code: 0 })
  expect(login.document()).toMatchObject({
    serverUrl: server.url,
    authorization: "bearer",
    issuer: server.issuer,
    registration: "dcr",
    resource: server.url,
    refreshable: true,
    ...expected,
  })
  expect(matching(server, registrations)).toHaveLength(1)
  if (how === "browser") await browser.sawTheEnd()
  const visits = browser.visits()
  if (how === "follow") expect(visits).toEqual([])

  // The second run: nothing is registered, nothing is opened, nobody is asked.
  const before = server.seen.length
  const tools = await command("tools", "--browser", "system")
  expect(tools, tools.stderr).toMatchObject({ code: 0 })
  expect(tools.document()).toMatchObject({ serverUrl: server.url, tools: [{ name: "add" }, { name: "whoami" }] })
  const call = await command("call", "add", "a=2", "b=40")
  expect(call, call.stderr).toMatchObject({ code: 0 })
  expect(call.document()).toMatchObject({ tool: "add", isError: false, result: { content: [{ text: "42" }] } })
  for (const line of server.seen.slice(before)) expect(line).toMatch(ordinary)

  // A token that is refused before its time is renewed without a browser, and what was asked for is done.
  server.expireAccessTokens()
  const renewed = server.seen.length
  const again = await command("call", "whoami", "--no-input")
  expect(again, again.stderr).toMatchObject({ code: 0 })
  expect(again.document()).toMatchObject({ result: { content: [{ text: login.document().clientId }] } })
  expect(server.seen.slice(renewed).filter((line) => tokenRequests.test(line))).toHaveLength(1)
  expect(matching(server, registrations)).toHaveLength(1)
  const pages = how === "follow" ? matching(server, authorizations).length : browser.visits().length
  expect(browser.visits()).toEqual(visits)

  const logout = await command("logout", "--yes")
  expect(logout, logout.stderr).toMatchObject({ code: 0 })
  expect(logout.document()).toMatchObject({ loggedOut: true, note: server.afterLogout })
  expect(matching(server, revocations).length).toBeGreaterThan(0)
  expect(server.liveTokens()).toBe(0)

  // Signed out is signed out; the registration is kept for the next sign-in.
  const refused = await command("tools", "--no-input")
  expect(refused.code).toBe(3)
  expect(matching(server, registrations)).toHaveLength(1)
  expect(how === "follow" ? matching(server, authorizations).length : browser.visits().length).toBe(pages)
}

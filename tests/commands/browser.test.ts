import { chmodSync, writeFileSync } from "node:fs"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { type Ended, type Running, start, temporaryFolder } from "./program.ts"

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ autoApprove: true })
})
beforeEach(() => mock.reset())
afterAll(() => mock.close())

const login = (how: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Running =>
  start(["login", mock.url, "--no-store", "--json", ...how], { input: "open", env })

/** The address of the sign-in page, which stands alone on its line so that it can be copied. */
const pageOf = async (running: Running): Promise<URL> => {
  const [url] = await running.says("stderr", /^http:\S+\/authorize\?\S+$/m)
  return new URL(url)
}

/** Where the browser is sent after the user has approved. */
const answerOf = async (page: URL): Promise<string> =>
  (await fetch(page, { redirect: "manual" })).headers.get("location") ?? ""

const expectSignedIn = (ended: Ended): void => {
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  expect(ended.document()).toMatchObject({ authorization: "bearer", issuer: mock.issuer })
  expect(mock.log.failures()).toEqual([])
}

describe("signing in without a browser on this machine", () => {
  test("--browser print shows the address and waits for the callback", async () => {
    const running = login(["--browser", "print"])
    const answer = await answerOf(await pageOf(running))
    const page = await fetch(answer)
    expect(page.status).toBe(200)
    // The code does not stay in the address bar.
    expect(page.url).not.toMatch(/code=/)
    expectSignedIn(await running.end)
  })

  test("a callback with another state changes nothing", async () => {
    const running = login(["--browser", "print"])
    const page = await pageOf(running)
    const forged = new URL(page.searchParams.get("redirect_uri") ?? "")
    forged.search = "?code=stolen&state=guessed"
    expect((await fetch(forged)).status).toBe(400)
    await fetch(await answerOf(page))
    expectSignedIn(await running.end)
    expect(mock.log.all("token")).toHaveLength(1)
  })

  test("the address that the browser ended on can be pasted, after slips as well", async () => {
    const running = login(["--browser", "print"])
    const answer = await answerOf(await pageOf(running))
    running.write("not an address\n")
    await running.says("stderr", /pasted text: /)
    running.write(`\n${answer.replace(/state=[^&]+/, "state=old")}\n`)
    await running.says("stderr", /pasted text: [\s\S]*pasted text: /)
    running.write(`  "${answer}"\n`)
    expectSignedIn(await running.end)
  })

  test("a closed standard input is no reason to stop waiting", async () => {
    const running = start(["login", mock.url, "--no-store", "--json", "--browser", "print"])
    await fetch(await answerOf(await pageOf(running)))
    expectSignedIn(await running.end)
  })

  test.each([
    { name: "does not exist", program: undefined },
    { name: "fails", program: "#!/bin/sh\nexit 3\n" },
  ])("a BROWSER that $name is said, and the address works all the same", async ({ program }) => {
    using folder = temporaryFolder()
    const file = folder.file("browser")
    if (program !== undefined) {
      writeFileSync(file, program)
      chmodSync(file, 0o755)
    }
    const running = login(["--browser", "system"], { BROWSER: file })
    const page = await pageOf(running)
    await running.says("stderr", /No browser could be opened: open the address yourself\. .*browser/)
    await fetch(await answerOf(page))
    expectSignedIn(await running.end)
  })

  test("CR-56 says who asks for what and for which server before any browser is started", async () => {
    using folder = temporaryFolder()
    const file = folder.file("browser")
    writeFileSync(file, "#!/bin/sh\nexit 0\n")
    chmodSync(file, 0o755)
    const running = login(["--browser", "system"], { BROWSER: file })
    const page = await pageOf(running)
    // The address is the last thing that is said before the browser starts.
    const { index, input } = await running.says("stderr", /^http:\S+\/authorize\?\S+$/m)
    const before = input.slice(0, index)
    for (const word of [mock.issuer, mock.url, "mcp:tools", "files:read"]) expect(before).toContain(word)
    await fetch(await answerOf(page))
    expectSignedIn(await running.end)
  })

  test("an https redirect URI is somebody else's page: the answer is pasted", async () => {
    const redirect = "https://host.example/callback"
    const running = login(["--browser", "print", "--redirect-uri", redirect])
    const page = await pageOf(running)
    await running.says("stderr", /Paste here the address/)
    expect(page.searchParams.get("redirect_uri")).toBe(redirect)
    const answer = await answerOf(page)
    expect(answer).toMatch(/^https:\/\/host\.example\/callback\?/)
    running.write(`${answer}\n`)
    expectSignedIn(await running.end)
  })
})

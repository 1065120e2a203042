import { readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { type Running, run, start, temporaryFolder } from "./program.ts"

test("CR-93 killed after the server has used up the refresh token: the next run says so and signs in, with its registration", async () => {
  await using mock = await startMock({ autoApprove: true })
  using folder = temporaryFolder()
  const store = folder.file("store")
  const args = ["--store", store, "--browser", "follow"]
  expect(await run(["login", mock.url, ...args])).toMatchObject({ code: 0 })
  let running: Running | undefined
  mock.behave({
    // The tokens are issued, and on their way.
    token: (answer, { event }) => {
      if (event.form?.grant_type === "refresh_token") running?.kill("SIGKILL")
      return answer
    },
  })
  running = start(["refresh", mock.url, "--force", ...args])
  expect(await running.end).toMatchObject({ signal: "SIGKILL" })
  expect(mock.log.last("token")?.status).toBe(200)
  mock.behave()
  mock.rotateKeys(true)

  // Nobody may be asked: it says what happened and how to go on.
  const asked = await run(["tools", mock.url, "--store", store, "--no-input"])
  expect(asked, asked.stderr).toMatchObject({ code: 3 })
  expect(asked.stderr).toMatch(/The refresh before this one \(process \d+, .*\) ended before its answer was stored/)
  expect(asked.stderr).toContain("the registration is kept")

  const again = await run(["tools", mock.url, ...args])
  expect(again, again.stderr).toMatchObject({ code: 0 })
  expect([mock.log.all("register").length, mock.log.all("authorize").length]).toEqual([1, 2])
  // The lock and the note of the dead are gone, and said once.
  expect(again.stderr).not.toContain("ended before its answer was stored")
  expect(readdirSync(store).filter((name) => !name.endsWith(".json"))).toEqual([])
})

test("CR-126 killed around the write: the next run finds a whole store, and the same registration", async () => {
  await using mock = await startMock({ autoApprove: true })
  using folder = temporaryFolder()
  const store = folder.file("store")
  const args = ["--store", store, "--browser", "follow"]
  expect(await run(["login", mock.url, ...args])).toMatchObject({ code: 0 })
  for (const wait of [0, 1, 2, 3, 5, 8]) {
    let running: Running | undefined
    mock.behave({
      token: (answer) => {
        // From the answer to the end of the write it takes a few milliseconds.
        setTimeout(() => running?.kill("SIGKILL"), wait)
        return answer
      },
    })
    running = start(["refresh", mock.url, "--force", ...args])
    await running.end
    mock.behave()
    const ended = await run(["call", mock.url, "add", "a=1", "b=2", ...args])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
  }
  expect(mock.log.all("register")).toHaveLength(1)
})

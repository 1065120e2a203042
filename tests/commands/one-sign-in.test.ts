import { expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { start, temporaryFolder } from "./program.ts"

/** The address of the sign-in page. */
const page = /^http:\S+\/authorize\?\S+$/m

test("CR-94 a second login waits for the one that waits for the browser, says so, and takes its token", async () => {
  await using mock = await startMock({ autoApprove: true })
  using folder = temporaryFolder()
  const args = ["login", mock.url, "--store", folder.file("store"), "--browser", "print", "--json"]
  const first = start(args, { input: "open" })
  const [url] = await first.says("stderr", page)
  const second = start(args, { input: "open" })
  await second.says("stderr", new RegExp(`Waiting for process ${first.pid}, which is signing in: at most \\d+ s`))
  const answer = await fetch(url, { redirect: "manual" })
  await fetch(answer.headers.get("location") ?? "")
  for (const ended of await Promise.all([first.end, second.end])) {
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ authorization: "bearer", stored: true })
  }
  expect((await second.end).stderr).toContain("another run has signed in meanwhile")
  expect([mock.log.all("register").length, mock.log.all("authorize").length]).toEqual([1, 1])
})

test("CR-126 a login that was killed keeps nobody waiting: the next one signs in, with its registration", async () => {
  await using mock = await startMock({ autoApprove: true })
  using folder = temporaryFolder()
  const args = ["login", mock.url, "--store", folder.file("store"), "--json"]
  const first = start([...args, "--browser", "print"], { input: "open" })
  await first.says("stderr", page)
  const second = start([...args, "--browser", "follow"])
  await second.says("stderr", /Waiting for process \d+/)
  first.kill("SIGKILL")
  const ended = await second.end
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  expect(mock.log.all("register")).toHaveLength(1)
  expect(mock.log.failures()).toEqual([])
})

import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { run } from "./program.ts"

const mount = (...args: ReadonlyArray<string>): boolean => spawnSync("mount", args).status === 0

/** A disk of 256 kB in memory, gone after the test; nothing where this user may not mount. */
const smallDisk = () => {
  const place = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-disk-"))
  if (!mount("-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", place)) {
    rmdirSync(place)
    return undefined
  }
  return {
    file: (name: string) => path.join(place, name),
    /** Leaves so many bytes. */
    fill: (left: number) => {
      const { bavail, bsize } = statfsSync(place)
      writeFileSync(path.join(place, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - left)))
    },
    freeze: () => mount("-o", "remount,ro", place),
    [Symbol.dispose]: () => {
      spawnSync("umount", ["-l", place])
      rmdirSync(place)
    },
  }
}

const mayMount = (() => {
  using disk = smallDisk()
  return disk !== undefined
})()

test("--journal where nothing can be written: 2, with the file, before anything is sent", async () => {
  await using mock = await startMock({ autoApprove: true })
  for (const [file, says] of [
    ["/dev/full", /ENOSPC/],
    ["/proc/journal", /ENOENT|EACCES|EPERM/],
    [`${tmpdir()}/`, /EISDIR/],
  ] as const) {
    const ended = await run(["tools", mock.url, "--no-store", "--browser", "follow", "--journal", file])
    expect(ended, ended.stderr).toMatchObject({ code: 2, stdout: "" })
    expect(ended.stderr).toContain(file)
    expect(ended.stderr).toMatch(says)
  }
  expect(mock.log.size).toBe(0)
})

describe.skipIf(!mayMount)("a disk that fills up or cannot be written (needs root to make one)", () => {
  const call = (url: string, ...more: ReadonlyArray<string>) =>
    run(["call", url, "add", "a=1", "b=2", "--browser", "follow", ...more])

  test("--journal: the run goes on and gives its result, then 1 with the file and the reason", async () => {
    await using mock = await startMock({ autoApprove: true })
    using disk = smallDisk()
    disk?.fill(16_384)
    const file = disk?.file("journal.jsonl") ?? ""
    const ended = await call(mock.url, "--no-store", "--journal", file)
    expect(ended, ended.stderr).toMatchObject({ code: 1, stdout: expect.stringContaining("3") })
    expect(ended.stderr).toContain("The journal could not be saved to its end")
    expect(ended.stderr).toContain(file)
    expect(ended.stderr).toContain("ENOSPC")
    // What there is of it can still be read.
    const replayed = await run(["replay", file])
    expect(replayed, replayed.stderr).toMatchObject({ code: 0 })
  })

  test("the store: nothing is kept, with the file and the reason; the run goes on", async () => {
    await using mock = await startMock({ autoApprove: true })
    using disk = smallDisk()
    disk?.fill(0)
    const store = disk?.file("store") ?? ""
    const login = await run(["login", mock.url, "--browser", "follow", "--store", store])
    expect(login, login.stderr).toMatchObject({ code: 1 })
    expect(login.stderr).toMatch(/Nothing was kept for later runs/)
    expect(login.stderr).toContain(store)
    expect(login.stderr).toContain("ENOSPC")
    expect(await call(mock.url, "--store", store)).toMatchObject({ code: 0 })
  })

  test("a home that became read-only: what it holds is used, what is new lives in memory, and it says so", async () => {
    await using mock = await startMock({ autoApprove: true })
    using disk = smallDisk()
    const home = disk?.file("") ?? ""
    const env = { HOME: home }
    const login = await run(["login", mock.url, "--browser", "follow"], { env })
    expect(login, login.stderr).toMatchObject({ code: 0 })
    expect(disk?.freeze()).toBe(true)
    const before = readdirSync(home, { recursive: true, encoding: "utf8" })
    // The stored token is good, or is renewed in memory.
    const ended = await run(["call", mock.url, "add", "a=1", "b=2", "--no-input"], { env })
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("3") })
    mock.rotateKeys(true)
    const renewed = await run(["call", mock.url, "add", "a=1", "b=2", "--no-input"], { env })
    expect(renewed, renewed.stderr).toMatchObject({ code: 0 })
    expect(renewed.stderr).toMatch(/The token was renewed, and then: .*EROFS.*The next run may have to sign in again/s)
    expect(readdirSync(home, { recursive: true, encoding: "utf8" })).toEqual(before)
    expect(readFileSync("/proc/mounts", "utf8")).toContain(`${path.dirname(path.join(home, "x"))} tmpfs ro`)
    // Signing out ends the tokens there, and says that they still lie here.
    const logout = await run(["logout", mock.url, "--yes"], { env })
    expect(logout, logout.stderr).toMatchObject({ code: 1 })
    expect(logout.stderr).toMatch(/could not be deleted here.*the refresh token is revoked.*EROFS/s)
    expect(logout.stderr).not.toContain("only this run still has them")
    expect(mock.log.all("revoke")).toHaveLength(2)
  })

  test("a read-only home without anything in it: the run signs in, and says that nothing was kept", async () => {
    await using mock = await startMock({ autoApprove: true })
    using disk = smallDisk()
    expect(disk?.freeze()).toBe(true)
    const env = { HOME: disk?.file("") ?? "" }
    const ended = await run(["call", mock.url, "add", "a=1", "b=2", "--browser", "follow"], { env })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stderr).toContain("only this run still has them")
    expect(ended.stderr).toContain("EROFS")
  })
})

import { expect, test } from "vitest"
import { type Behaviour, startMock } from "../../mock/index.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

const unwilling: Behaviour = {
  answer: (answer, { event }) =>
    event.method === "DELETE" && event.path.startsWith("/register/") ? { status: 403, headers: {}, json: {} } : answer,
}

test.each([
  { server: "deletes it", behaviours: [], outcome: "deleted", says: /is deleted at the server and here/ },
  { server: "refuses", behaviours: [unwilling], outcome: "unsupported", says: /no way to delete it there/ },
])("logout --forget-client: a server that $server, told as it is", async ({ behaviours, outcome, says }) => {
  await using mock = await startMock({ autoApprove: true, behaviours })
  using folder = temporaryFolder()
  const command = (name: string, ...more: ReadonlyArray<string>) =>
    run([name, mock.url, "--store", folder.file("store"), ...more])
  const registered = () => mock.clients().filter(({ kind }) => kind === "registered").length

  expect(await command("login", "--browser", "follow")).toMatchObject({ code: 0 })
  expect(registered()).toBe(1)
  const ended = await command("logout", "--forget-client", "--yes", "--json")
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  expect(ended.document()).toMatchObject({ loggedOut: true, clients: [{ issuer: mock.issuer, outcome }] })
  if (outcome === "deleted") expect(registered()).toBe(0)
  // Here it is gone in any case.
  expect((await run(["clients", "--store", folder.file("store"), "--json"])).document()).toEqual({ clients: [] })
  expectFailure(await command("logout", "--forget-client", "--yes", "--json"), { exit: 2, code: "nothing_stored" })

  expect(await command("login", "--browser", "follow")).toMatchObject({ code: 0 })
  expect((await command("logout", "--yes")).code).toBe(0)
  // Signed out already: the client is there all the same.
  const plain = await command("logout", "--forget-client", "--yes")
  expect(plain, plain.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(says) })
})

import { type Clock, systemClock } from "../../mock/clock.ts"
import { startMock } from "../../mock/index.ts"

// The server in a process of its own, told what to do by its parent. argv: token lifetime in seconds.

const [lifetime = "2"] = process.argv.slice(2)

// Goes on like any other, for one that stood still would take a second use of a refresh token for the first one; and is put
// ahead when tokens are to end before their time.
let ahead = 0
const clock: Clock = { now: () => Date.now() + ahead, sleep: systemClock.sleep }

/** What happened at the authorization server since the last tally. */
const fresh = () => ({
  refreshes: 0,
  refused: [] as Array<string>,
  signIns: 0,
  registrations: 0,
  needless: 0,
  calls: 0,
})
let tally = fresh()
let issuedAt = 0
/** Whether the newest token was refused: tokens end at a whole second, which may be earlier than the answer said. */
let refused = false

/** When the token of a request was issued, in seconds. */
const bornAt = (authorization: string | undefined): number => {
  const [, payload = ""] = authorization?.split(".") ?? []
  const claims: unknown = payload === "" ? {} : JSON.parse(Buffer.from(payload, "base64url").toString())
  return typeof claims === "object" && claims !== null && "iat" in claims ? Number(claims.iat) : 0
}

const mock = await startMock({
  clock,
  tokenLifetime: Number(lifetime),
  autoApprove: true,
  rateLimits: { registration: 1_000_000 },
  onEvent: ({ route, form, status, error, at, tool, headers }) => {
    if (route === "mcp" && status === 401 && bornAt(headers.authorization) >= Math.floor(issuedAt / 1_000))
      refused = true
    if (route === "register" && status === 201) tally.registrations += 1
    if (tool !== undefined && status === 200) tally.calls += 1
    if (route !== "token") return
    if (form?.grant_type === "refresh_token") {
      if (status === 200) tally.refreshes += 1
      else tally.refused.push(error ?? `${status}`)
      // More than a tenth of its life was left, and nobody had refused it: somebody renewed what was new.
      if (status === 200 && !refused && at - issuedAt < Number(lifetime) * 900) tally.needless += 1
    } else if (status === 200) tally.signIns += 1
    if (status !== 200) return
    issuedAt = clock.now()
    refused = false
  },
})

process.on("message", (message) => {
  if (message === "expire") ahead += (Number(lifetime) + 1) * 1_000
  if (message === "tally") {
    process.send?.({ tally, issuedAt })
    tally = fresh()
  }
  if (message === "close") void mock.close().then(() => process.disconnect())
})
process.send?.({ url: mock.url })

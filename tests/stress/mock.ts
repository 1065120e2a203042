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
  /** Refresh tokens that were traded for new tokens. */
  refreshes: 0,
  /** Among these, in place of an access token that had ended, or had less than a tenth of its life left. */
  expiries: 0,
  /** Errors of the token endpoint; a refresh token that was used twice is among them. */
  refused: [] as Array<string>,
  signIns: 0,
  registrations: 0,
  calls: 0,
})
let tally = fresh()

/** The newest access token, and its times by the server's clock in milliseconds. */
let newest = { issuedAt: 0, expiresAt: 0 }
let token = ""

const mock = await startMock({
  clock,
  tokenLifetime: Number(lifetime),
  autoApprove: true,
  rateLimits: { registration: 1_000_000 },
  behaviours: [
    {
      // Where each token is made, and so the one place that knows both the old one and the new one.
      claims: (claims, { event }) => {
        const dueAt = Math.min(newest.expiresAt, newest.issuedAt + Number(lifetime) * 900)
        if (event.form?.grant_type === "refresh_token") {
          tally.refreshes += 1
          tally.expiries += event.at >= dueAt ? 1 : 0
        } else tally.signIns += 1
        newest = { issuedAt: clock.now(), expiresAt: Number(claims.exp) * 1_000 }
        return claims
      },
      token: (answer) => {
        const issued: unknown = answer.json
        if (typeof issued === "object" && issued !== null && "access_token" in issued) token = `${issued.access_token}`
        return answer
      },
    },
  ],
  onEvent: ({ route, status, error, tool }) => {
    if (route === "register" && status === 201) tally.registrations += 1
    if (tool !== undefined && status === 200) tally.calls += 1
    if (route === "token" && status !== 200) tally.refused.push(error ?? `${status}`)
  },
})

process.on("message", (message) => {
  if (message === "expire") ahead += (Number(lifetime) + 1) * 1_000
  if (message === "revoke") mock.revokeToken(token)
  if (message === "tally") {
    // The end by the clock that parent and server share.
    process.send?.({ tally, endsAt: newest.expiresAt - ahead })
    tally = fresh()
  }
  if (message === "close") void mock.close().then(() => process.disconnect())
})
// Whatever becomes of the parent, nothing is left behind.
process.once("disconnect", () => process.exit())
process.send?.({ url: mock.url })

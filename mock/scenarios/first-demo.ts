import { isObject } from "../json.ts"
import { type Fault, members, originOf } from "./scenario.ts"

/** The server that the first demo's clients were written for. */
export const FIRST_DEMO: readonly Fault[] = [
  {
    numbers: [],
    title: "Server of the first demo",
    clientMust: "be a client of that time",
    rule: "docs/first-demo-clients.md",
    switches: {
      "first-demo": {
        does: "registers with 200, keeps refresh tokens valid, names its origin as the resource, answers in plain JSON",
        apply: () => ({
          mode: "observe",
          answers: "json",
          originResource: true,
          refresh: { rotation: false },
          behaviours: [
            {
              registration: (answer) => (answer.status === 201 ? { ...answer, status: 200 } : answer),
              prm: (honest, exchange) => ({ ...honest, resource: originOf(exchange) }),
              // Its clients keep the refresh token that came last, and expect one each time.
              token(answer, exchange) {
                const sent = isObject(exchange.event.form) ? exchange.event.form.refresh_token : undefined
                return sent === undefined ? answer : members({ refresh_token: sent })(answer, exchange)
              },
            },
          ],
        }),
      },
    },
  },
]

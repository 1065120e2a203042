import { bearer } from "./authorization/registration.ts"
import { json, oauthError } from "./http/answer.ts"
import { logLine } from "./log.ts"
import type { Mock } from "./mock.ts"
import type { Settings } from "./options.ts"
import { sameText } from "./randomness.ts"
import type { Handler, Route } from "./routes.ts"

/** Adds `/__mock`, through which a test in another process reads the log and resets the server. */
export function withControl(
  mock: Mock,
  settings: Settings,
  route: (path: string) => Route | undefined,
): (path: string) => Route | undefined {
  if (!settings.control) return route
  const guarded =
    (handler: Handler): Handler =>
    (world, exchange) => {
      const token = bearer(exchange)
      if (token === undefined || !sameText(token, mock.controlToken))
        throw oauthError(401, "invalid_token", "wrong control token")
      return handler(world, exchange)
    }
  const done = (work: () => void) =>
    guarded(() => {
      work()
      return json(200, {})
    })
  const methods: Readonly<Record<string, Route["methods"]>> = {
    "/__mock/log": {
      GET: guarded(() =>
        json(
          200,
          mock.log.all().map((event) => JSON.parse(logLine(event))),
        ),
      ),
    },
    "/__mock/reset": { POST: done(() => mock.reset()) },
    "/__mock/rotate-keys": { POST: done(() => mock.rotateKeys()) },
    "/__mock/drop-sessions": { POST: done(() => mock.dropSessions()) },
  }
  return (path) => {
    const found = Object.hasOwn(methods, path) ? methods[path] : undefined
    return found ? { name: "control", cors: "none", methods: found } : route(path)
  }
}

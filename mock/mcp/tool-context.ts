import { isObject } from "../json.ts"
import { declares } from "../tools/client-request.ts"
import { LOG_LEVELS, type ToolContext } from "../tools/tool.ts"
import type { Call, Outlet } from "./call.ts"
import { announce } from "./changes.ts"
import { askingOf } from "./client-input.ts"
import { CODES, RpcError } from "./message.ts"
import { ownerOf } from "./owner.ts"
import { FIRST } from "./revisions.ts"

/** What a tool sees of its call. */
export function toolContext(call: Call, outlet: Outlet): ToolContext {
  const { world, capabilities, principal, signal } = call
  const { _meta: meta } = call.message.params
  const token = isObject(meta) ? meta.progressToken : undefined
  const threshold = call.logLevel === undefined ? Number.POSITIVE_INFINITY : LOG_LEVELS.indexOf(call.logLevel)
  return {
    principal,
    owner: ownerOf(principal),
    signal,
    catalogue: world.catalogue,
    errands: world.errands,
    sleep: (milliseconds) => world.clock.sleep(milliseconds, signal),
    progress(progress, total, message) {
      if (typeof token !== "string" && typeof token !== "number") return
      // `message` came with 2025-03-26.
      const words = call.revision === FIRST ? {} : { message }
      outlet.notify("notifications/progress", { progressToken: token, progress, total, ...words })
    },
    log(level, data) {
      if (LOG_LEVELS.indexOf(level) >= threshold)
        outlet.notify("notifications/message", { level, logger: "mock", data })
    },
    ask: askingOf(call, outlet),
    visitFirst(request) {
      if (call.revision !== "2025-11-25" || world.settings.pages !== "refuse") return
      const elicitations = [request.params]
      throw new RpcError(CODES.urlElicitationRequired, "a page has to be visited first", 200, { elicitations })
    },
    can: (request) => declares(capabilities, request),
    announce: (change) => announce(world, change),
    hangUp: () => outlet.hangUp(),
  }
}

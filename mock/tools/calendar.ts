import { accepted, link } from "./client-request.ts"
import { failure, type Tool, text } from "./tool.ts"

/** Sends the user to a page of this server (MCP elicitation, URL Mode). */
export const connectCalendar: Tool = {
  name: "connect_calendar",
  title: "Connect your calendar",
  description: "Connects your (invented) calendar. For that you have to open a page of this server in your browser.",
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
  annotations: {
    title: "Connect your calendar",
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run(_input, { ask, visitFirst, errands, owner, principal }) {
    const errand = errands.of(owner, principal?.sub)
    if (errand.done) return text("Your calendar is connected.")
    const visit = link("To connect your calendar, please open this page of the mock server.", errand.url, errand.id)
    visitFirst(visit)
    const { page } = await ask({ page: visit })
    // Consent to open the page is all that an answer in this mode means.
    if (!accepted(page)) return failure("The calendar was not connected.")
    return errand.done
      ? text("Your calendar is connected.")
      : text("Press Connect on the page that was opened, then call this tool again.")
  },
}

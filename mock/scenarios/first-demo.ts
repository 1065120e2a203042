import { isObject, type JsonObject } from "../json.ts"
import { structured, type Tool } from "../tools/tool.ts"
import { weatherOf } from "../tools/weather.ts"
import { type Fault, members, originOf } from "./scenario.ts"

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }

/** A tool with the arguments of that time, which answers with a message and the thing itself. */
const tool = (
  name: string,
  description: string,
  properties: JsonObject,
  required: readonly string[],
  answer: (input: JsonObject, user: string) => { readonly message: string; readonly data: JsonObject },
): Tool => ({
  name,
  title: description,
  description,
  inputSchema: { type: "object", properties, required },
  annotations: READ_ONLY,
  run: (input, { principal }) => structured({ success: true, ...answer(input, principal?.sub ?? "nobody") }),
})

const TEXT = { type: "string" }

const TOOLS: readonly Tool[] = [
  tool(
    "get_weather",
    "The weather of a place",
    { location: TEXT, units: { type: "string", enum: ["celsius", "fahrenheit"] } },
    ["location"],
    ({ location, units = "fahrenheit" }) => ({
      message: `The weather of ${String(location)}`,
      data: weatherOf(String(location), units),
    }),
  ),
  tool("list_files", "The files of a folder", { path: TEXT, pattern: TEXT }, ["path"], ({ path, pattern = "*" }) => ({
    message: `The files of ${String(path)}`,
    data: { path, pattern, files: [{ name: "notes.txt", size: 512, type: "file" }], total: 1 },
  })),
  tool("get_user_profile", "Who is signed in", {}, [], (_, user) => ({
    message: `The profile of ${user}`,
    data: { user_id: user, email: `${user}@example.com` },
  })),
]

/** Names of scopes at that time; together they were all there was to ask for. */
const OLD_SCOPE = /^mcp:tools:(read|execute)$/

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
          // Its clients say neither, prove themselves by PKCE alone, and refresh.
          registration: {
            defaults: {
              token_endpoint_auth_method: "none",
              grant_types: ["authorization_code", "refresh_token"],
            },
          },
          tools: TOOLS,
          behaviours: [
            {
              intercept(exchange) {
                const scopes = exchange.query.get("scope")?.split(" ") ?? []
                // To ask for no scope in particular is to ask for all of them.
                if (scopes.length > 0 && scopes.every((scope) => OLD_SCOPE.test(scope))) exchange.query.delete("scope")
                return false
              },
              registration: (answer) => (answer.status === 201 ? { ...answer, status: 200 } : answer),
              prm: (honest, exchange) => ({ ...honest, resource: originOf(exchange) }),
              // Its clients keep the refresh token that came last, and expect one each time.
              token(answer, exchange) {
                const sent = isObject(exchange.event.form) ? exchange.event.form.refresh_token : undefined
                return sent === undefined ? answer : members({ refresh_token: sent })(answer, exchange)
              },
              // They look for both in the result itself.
              mcp: (message) =>
                isObject(message.result) && isObject(message.result.structuredContent)
                  ? { ...message, result: { ...message.result.structuredContent, ...message.result } }
                  : message,
            },
          ],
        }),
      },
    },
  },
]

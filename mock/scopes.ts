/** The scopes of the demo and what they mean to a person. */
export const SCOPES = {
  "mcp:tools": "list and call the tools of this server",
  "files:read": "see the names and sizes of your files",
  profile: "see your name and email address",
  offline_access: "keep this access while you are away",
} as const satisfies Record<string, string>

/** Whether this server knows the scope. */
export const isScope = (scope: string): scope is keyof typeof SCOPES => Object.hasOwn(SCOPES, scope)

/** Scopes that the MCP server itself asks for; `offline_access` concerns only the authorization server. */
export const RESOURCE_SCOPES: readonly string[] = ["mcp:tools", "files:read", "profile"]

/** Needed for every request. */
export const BASE_SCOPE = "mcp:tools"

/** A scope parameter as a list without repetitions; order is kept. */
export const parseScope = (scope: string | undefined): readonly string[] => [
  ...new Set((scope ?? "").split(" ").filter((item) => item !== "")),
]

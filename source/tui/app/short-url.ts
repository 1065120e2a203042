/** `https://mcp.example.com/mcp` as `mcp.example.com/mcp`; plain http keeps its scheme, because it matters. */
export const shortUrl = (url: string): string =>
  url.replace(/^https:\/\//i, "").replace(/^(http:\/\/(?:127\.|localhost|\[::1\]))/i, (all) => all.slice(7))

/** Without the origin where it is the one that everybody knows: that of the MCP server. */
export const relativeUrl = (url: string, serverUrl: string): string => {
  // A message to a local server: the program's own name says enough.
  if (url.startsWith("stdio:")) return url.slice(Math.max(url.lastIndexOf("/"), url.indexOf(":")) + 1)
  if (!URL.canParse(url) || !URL.canParse(serverUrl)) return url
  const { origin } = new URL(serverUrl)
  return url.startsWith(`${origin}/`) ? url.slice(origin.length) : shortUrl(url)
}

/** The same with the account, where it has a name. */
export const withProfile = (name: string, profile: string | undefined): string =>
  profile === undefined ? name : `${name} (${profile})`

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]

/** The Host values that mean this server: a page that rebinds its name to 127.0.0.1 still sends its own name. */
export const ownHosts = (port: string): readonly string[] =>
  LOOPBACK.flatMap((host) => (port === "80" ? [host, `${host}:80`] : [`${host}:${port}`]))

/** Whether a browser page of that origin may talk to the MCP endpoint: pages served from this machine, and those listed. */
export function originAllowed(listed: readonly string[], origin: string): boolean {
  if (listed.includes(origin)) return true
  return URL.canParse(origin) && LOOPBACK.includes(new URL(origin).hostname) && /^https?:/.test(origin)
}

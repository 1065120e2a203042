import { createHash } from "node:crypto"
import os from "node:os"
import path from "node:path"
import type { Key } from "./record.ts"

const program = "mcp-dcr-tui"

/** The platform's directory for what belongs to a user and a program. A relative XDG path counts as none (XDG §3). */
export const configDirectory = (
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = os.homedir(),
): string => {
  const xdg = env.XDG_CONFIG_HOME
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, program)
  if (platform === "win32") return path.join(env.APPDATA ?? path.join(home, "AppData", "Roaming"), program)
  if (platform === "darwin") return path.join(home, "Library", "Application Support", program)
  return path.join(home, ".config", program)
}

/**
 * Where credentials are kept unless `--store` says otherwise: `$MCP_DCR_TUI_STORE`, else a directory of their own below
 * the program's, so that its mode can be 0700 whatever else a user keeps beside it.
 */
export const defaultDirectory = (
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = os.homedir(),
): string =>
  env.MCP_DCR_TUI_STORE
    ? path.resolve(env.MCP_DCR_TUI_STORE)
    : path.join(configDirectory(env, platform, home), "credentials")

/** A name that a person can recognise and that no two keys share: the resource's host, and a hash of the key. */
export const fileNameOf = ({ issuer, resource, profile }: Key): string => {
  const host = URL.canParse(resource) ? new URL(resource).hostname : ""
  const readable =
    host
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, "-")
      .replace(/^[.-]+|[.-]+$/g, "")
      .slice(0, 60) || "server"
  const hash = createHash("sha256")
    .update(JSON.stringify([issuer, resource, ...(profile === undefined ? [] : [profile])]))
    .digest("hex")
    .slice(0, 16)
  return `${readable}-${hash}`
}

import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import type { TestProject } from "vitest/node"

/**
 * For all tests that start the program itself: bundles it once per run, with the same build as `dist/` but in a folder of
 * its own, so that neither a stale `dist/` nor another run can be what is tested. `MCP_DCR_TUI_DIST` names a bundle to
 * test instead.
 */
export default function setup(project: TestProject): (() => void) | undefined {
  const given = process.env.MCP_DCR_TUI_DIST
  if (given !== undefined) {
    project.provide("dist", path.resolve(given))
    return undefined
  }
  const cache = path.join("node_modules", ".cache", "mcp-dcr-tui")
  mkdirSync(cache, { recursive: true })
  const dist = path.resolve(mkdtempSync(path.join(cache, "bundle-")))
  execFileSync(process.execPath, ["build.js", dist], { stdio: "inherit" })
  // Below node_modules, package.json of this project does not say any more that these files are modules.
  writeFileSync(path.join(dist, "package.json"), '{ "type": "module" }\n')
  project.provide("dist", dist)
  return () => rmSync(dist, { recursive: true, force: true })
}

declare module "vitest" {
  interface ProvidedContext {
    readonly dist: string
  }
}

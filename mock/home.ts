import { metadataPaths } from "./authorization/metadata.ts"
import type { Answer } from "./http/answer.ts"
import { document, html } from "./http/html.ts"
import { resourceMetadataPaths } from "./resource/metadata.ts"
import type { World } from "./world.ts"

/** The page at `/`: what this is, what is where, and how to connect. */
export function home(world: World): Answer {
  const { settings } = world
  const rows = [...world.catalogue.tools.values()].map(
    (tool) =>
      html`<tr><td><code>${tool.name}</code></td><td>${tool.description}</td><td>${
        tool.open ? "no sign-in needed" : (tool.scopes ?? []).join(" ")
      }</td></tr>\n`,
  )
  const { resources, templates, prompts } = world.catalogue
  const offers = [
    ...[...resources.values()].map(({ uri, description }) => [uri, description]),
    ...[...templates.values()].map(({ uriTemplate, description }) => [uriTemplate, description]),
    ...[...prompts.values()].map(({ name, description }) => [name, description]),
  ].map(([name = "", description = ""]) => html`<tr><td><code>${name}</code></td><td>${description}</td></tr>\n`)
  const links = [
    ...resourceMetadataPaths(world),
    ...metadataPaths(world),
    `${settings.issuerPath}/jwks`,
    "/health",
  ].map((path) => html`<li><a href="${path}"><code>${path}</code></a></li>\n`)
  return document(
    200,
    "mcp-dcr-tui mock server",
    html`<p>A practice server for MCP authorization: an authorization server and an MCP server in one. Everything on it
is invented.</p>
<h2>Connect</h2>
<p><kbd>mcp-dcr-tui ${world.resource}</kbd></p>
<dl><dt>MCP endpoint</dt><dd><code>${world.resource}</code></dd>
<dt>Issuer</dt><dd><code>${world.issuer}</code></dd>
<dt>Authorization</dt><dd>${settings.noAuth ? "off" : settings.autoApprove === false ? "with login and consent" : "approved without asking"}</dd>
<dt>Revisions</dt><dd>${settings.revisions.join(", ")}</dd></dl>
<h2>Documents</h2>
<ul>${links}</ul>
<h2>Tools</h2>
<table><tr><th>Tool</th><th>What it does</th><th>Needs</th></tr>
${rows}</table>
<h2>Resources and prompts</h2>
<table><tr><th>Address or name</th><th>What it is</th></tr>
${offers}</table>`,
  )
}

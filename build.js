// Bundles dist/: the bin alone and small, everything else as code-split ESM that is loaded when its face is chosen.
import { chmodSync, readFileSync, rmSync } from "node:fs"
import { build } from "esbuild"

const { version } = JSON.parse(readFileSync("package.json", "utf8"))

const common = {
  bundle: true,
  platform: "node",
  format: "esm",
  define: { "process.env.NODE_ENV": '"production"', __VERSION__: JSON.stringify(version) },
  logLevel: "warning",
}

rmSync("dist", { recursive: true, force: true })

// The bin must at least say something sensible on a Node that is too old for the rest.
await build({
  ...common,
  entryPoints: { bin: "source/cli.ts" },
  outdir: "dist",
  target: "node14",
  external: ["./main.js"],
  minifySyntax: true,
})

await build({
  ...common,
  entryPoints: { main: "source/commands/main.ts", mock: "mock/index.ts" },
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  target: "node22",
  splitting: true,
  minify: true,
  keepNames: true,
  jsx: "automatic",
  // Some packages inside the bundle are CommonJS and call require.
  banner: { js: 'import{createRequire as __r}from"node:module";const require=__r(import.meta.url);' },
  // Ink loads its devtools only when DEV is set; a bundle would hoist the import and fail at start.
  alias: { "react-devtools-core": "./build-empty.js" },
  metafile: true,
})

chmodSync("dist/bin.js", 0o755)

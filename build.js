// Bundles dist/: the bin alone and small, everything else as code-split ESM that is loaded when its face is chosen.
//   node build.js            dist/
//   node build.js FOLDER     the same elsewhere, for tests that must not meet another build
//   node build.js --types    and the type declarations of the mock, for the published package
import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { build } from "esbuild"

const into = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "dist"
const { version } = JSON.parse(readFileSync("package.json", "utf8"))

// Built elsewhere and moved into place at the end: a build that fails, or a program that runs meanwhile, loses nothing.
const out = mkdtempSync("node_modules/.dist-")
process.once("exit", () => rmSync(out, { recursive: true, force: true }))

const common = {
  bundle: true,
  platform: "node",
  format: "esm",
  define: { "process.env.NODE_ENV": '"production"', __VERSION__: JSON.stringify(version) },
  logLevel: "warning",
}

// The bin must at least say something sensible on a Node that is too old for the rest.
await build({
  ...common,
  entryPoints: { bin: "source/cli.ts" },
  outdir: out,
  target: "node14",
  external: ["./main.js"],
  minifySyntax: true,
})

const { metafile } = await build({
  ...common,
  entryPoints: { main: "source/commands/main.ts", mock: "mock/index.ts" },
  outdir: out,
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

// What each chunk is made of: the tests read it to see that no command loads what it does not need.
writeFileSync(`${out}/meta.json`, JSON.stringify(metafile).replaceAll(`${out}/`, "dist/"))
chmodSync(`${out}/bin.js`, 0o755)

if (process.argv.includes("--types")) {
  const tsc = "node_modules/typescript/bin/tsc"
  const options = "--ignoreConfig --declaration --emitDeclarationOnly --rootDir . --module nodenext --target es2024"
  const rest = "--allowImportingTsExtensions --strict --skipLibCheck --types node mock/index.ts"
  execFileSync(process.execPath, [tsc, ...`${options} ${rest}`.split(" "), "--outDir", `${out}/types`])
}

chmodSync(out, 0o755)
rmSync(into, { recursive: true, force: true })
renameSync(out, into)

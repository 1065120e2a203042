// Bundles dist/: the bin alone and small, everything else as code-split ESM that is loaded when its face is chosen.
//   node build.js            dist/
//   node build.js FOLDER     the same elsewhere, for tests that must not meet another build
//   node build.js --types    and the type declarations of the mock, for the published package
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { build } from "esbuild"

const into = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "dist"
const { version } = JSON.parse(readFileSync("package.json", "utf8"))

// Built elsewhere and moved into place at the end: a build that fails, or a program that runs meanwhile, loses nothing.
const out = mkdtempSync("node_modules/.dist-")
process.once("exit", () => rmSync(out, { recursive: true, force: true }))

/**
 * Node's own modules, fetched as values. An `import` of one reads all of its exports at once, getters included: `node:http`
 * alone then loads the whole of undici for its WebSocket, and `node:process` opens three streams. Here only what is used
 * is read.
 */
const builtins = {
  name: "builtins",
  setup(bundler) {
    // One copy for each importer, or every one of Node's modules would become a chunk, a file to load, of its own.
    bundler.onResolve({ filter: /^(?:node:)?[a-z_]+(?:\/[a-z_]+)?$/ }, ({ path, kind, importer }) =>
      isBuiltin(path) && kind !== "require-call"
        ? { path: `${path} for ${importer}`, namespace: "builtin", pluginData: path.replace("node:", "") }
        : undefined,
    )
    bundler.onLoad({ filter: /^/, namespace: "builtin" }, ({ pluginData: path }) => {
      const names = Object.getOwnPropertyNames(process.getBuiltinModule(path)).filter((name) =>
        /^[A-Za-z_]\w*$/.test(name),
      )
      const lines = names.map((name, index) => `const _${index} = /* @__PURE__ */ (() => all.${name})()`)
      const exported = names.map((name, index) => `_${index} as ${name}`)
      return {
        contents: [
          `const all = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`,
          "export default all",
          ...lines,
          `export { ${exported.join(", ")} }`,
        ].join("\n"),
        loader: "js",
      }
    })
  },
}

/**
 * The layout engine of Ink carries its WebAssembly as a data URL and `fetch`es it, which loads undici. Here it becomes a
 * file, given by the option that the engine has for it.
 */
const layoutEngine = {
  name: "layout engine",
  setup(bundler) {
    bundler.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8")
      const [url, base64] = /"data:application\/octet-stream;base64,([^"]+)"/.exec(text) ?? []
      const options = "loadYoga = loadYoga || {}"
      if (base64 === undefined || !text.includes(options)) throw new Error("yoga-layout is built in another way now")
      mkdirSync(`${out}/chunks`, { recursive: true })
      writeFileSync(`${out}/chunks/yoga.wasm`, Buffer.from(base64, "base64"))
      const file = 'process.getBuiltinModule("node:fs").readFileSync(new URL("yoga.wasm", import.meta.url))'
      return {
        contents: text.replace(url, '"yoga.wasm"').replace(options, `loadYoga = { wasmBinary: ${file} }`),
        loader: "js",
      }
    })
  },
}

/** Ink measures every string several times for each frame. It does so with our own measure: quicker, and the same for all. */
const measure = {
  name: "measure",
  setup(bundler) {
    bundler.onResolve({ filter: /^string-width$/ }, ({ path }) => ({ path, namespace: "measure" }))
    bundler.onLoad({ filter: /^/, namespace: "measure" }, () => ({
      contents: [
        'import stripAnsi from "strip-ansi"',
        'import { width } from "./source/text/width.ts"',
        "export default (text) => width(stripAnsi(text))",
      ].join("\n"),
      resolveDir: process.cwd(),
      loader: "js",
    }))
  },
}

/** Ink loads its devtools only when DEV is set; a bundle would hoist the import and fail at start. */
const noDevtools = {
  name: "no devtools",
  setup(bundler) {
    bundler.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: "no devtools" }))
    bundler.onLoad({ filter: /^/, namespace: "no devtools" }, () => ({ contents: "export default {}" }))
  },
}

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
  jsx: "automatic",
  plugins: [builtins, layoutEngine, measure, noDevtools],
  // got asks of every body whether it is a FormData. None is, and naming the class would load undici.
  define: { ...common.define, FormData: "NoFormData" },
  // Some packages inside the bundle are CommonJS; all that they still require is Node's own.
  banner: { js: "const require=name=>process.getBuiltinModule(name);class NoFormData{}" },
  metafile: true,
})

// What each chunk is made of: the tests read it to see that no command loads what it does not need.
writeFileSync(`${out}/meta.json`, JSON.stringify(metafile).replaceAll(`${out}/`, "dist/"))
chmodSync(`${out}/bin.js`, 0o755)

if (process.argv.includes("--types")) {
  const tsc = "node_modules/typescript/bin/tsc"
  // Only written here; `npm run types` checks them.
  const options = "--ignoreConfig --noCheck --declaration --emitDeclarationOnly --rootDir . --module nodenext"
  const rest = "--target es2024 --allowImportingTsExtensions --strict --skipLibCheck --types node mock/index.ts"
  execFileSync(process.execPath, [tsc, ...`${options} ${rest}`.split(" "), "--outDir", `${out}/types`], {
    stdio: "inherit",
  })
}

chmodSync(out, 0o755)
rmSync(into, { recursive: true, force: true })
renameSync(out, into)

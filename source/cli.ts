#!/usr/bin/env node
declare const __VERSION__: string

// This file is bundled alone and imports nothing: `--version` must cost no more than Node itself, and on a Node that is too
// old it must still be able to say so. An import of a module of Node's, and the stream `process.stdout`, are loaded whole
// when they are named; `getBuiltinModule` (which old ones lack) is not.

const needed = [22, 19] as const

const isTooOld = (): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  return major < needed[0] || (major === needed[0] && minor < needed[1])
}

const first = process.argv[2]

if (first === "--version" || first === "-v") {
  const fs = process.getBuiltinModule?.("node:fs")
  if (fs === undefined) process.stdout.write(`${__VERSION__}\n`)
  else fs.writeSync(1, `${__VERSION__}\n`)
} else if (isTooOld()) {
  process.stderr.write(
    `mcp-dcr-tui needs Node ${needed.join(".")} or newer; this is ${process.versions.node}. Install a current Node from https://nodejs.org, or start it in its own folder with: npm start\n`,
  )
  process.exitCode = 2
} else {
  process.getBuiltinModule("node:module").enableCompileCache()
  const face: string = "./main.js"
  import(face).then((main: { readonly main: (argv: ReadonlyArray<string>) => Promise<number> }) =>
    main.main(process.argv.slice(2)).then((code) => {
      process.exitCode = code
    }),
  )
}

import { describe, expect, it } from "vitest"
import { at, type Node, nodes, type SourceFile, sources } from "./sources.ts"

// The invariants of the design, as far as the text of a program can show them. Each list of seams is complete: a file that
// appears in it without need fails the test as well, so the lists stay true.

/** Source text of a node. */
const textOf = (file: SourceFile, node: unknown): string => {
  const { start, end } = node as Node
  return file.text.slice(start, end)
}

/** Places in source/ where the check finds something, by file. */
const places = (check: (file: SourceFile, node: Node) => boolean): Map<string, ReadonlyArray<string>> =>
  new Map(
    sources("source").flatMap((file) => {
      const found = nodes(file)
        .filter((node) => check(file, node))
        .map((node) => at(file, node.start))
      return found.length === 0 ? [] : [[file.path, found] as const]
    }),
  )

/** Fails with the exact places outside of the seams, and with the seams that are not needed. */
const onlyIn = (seams: ReadonlyArray<string>, found: Map<string, ReadonlyArray<string>>) => {
  const outside = [...found].flatMap(([file, where]) => (seams.includes(file) ? [] : where))
  const idle = seams.filter((file) => !found.has(file))
  expect({ outside, idle }).toEqual({ outside: [], idle: [] })
}

const importsOf = (specifiers: RegExp) => (file: SourceFile, node: Node) =>
  ((node.type === "ImportDeclaration" && node.importKind !== "type") || node.type === "ImportExpression") &&
  specifiers.test(textOf(file, node.source).slice(1, -1))

/** Calls (and constructions) of something, as written before the parenthesis. */
const callsOf = (callee: RegExp) => (file: SourceFile, node: Node) =>
  (node.type === "CallExpression" || node.type === "NewExpression") && callee.test(textOf(file, node.callee))

const names = (identifiers: RegExp) => (file: SourceFile, node: Node) =>
  (node.type === "Identifier" || node.type === "MemberExpression") && identifiers.test(textOf(file, node))

describe("I-1: one door to the network", () => {
  it("imports got in the wire only", () => {
    onlyIn(["source/wire/opening.ts"], places(importsOf(/^got(?:\/|$)/)))
  })

  it("imports modules with sockets in the wire and for the callback listener only", () => {
    onlyIn(
      [
        "source/wire/opening.ts",
        "source/wire/lookup.ts",
        // net.isIP and net.BlockList, no sockets.
        "source/wire/address.ts",
        "source/oauth/callback-server.ts",
        // Finds a free port for the callback by listening on it.
        "source/oauth/redirect-uri.ts",
      ],
      places(importsOf(/^(?:node:)?(?:http|https|http2|net|tls|dgram|dns|dns\/promises)$/)),
    )
  })

  it("opens no client socket in oauth: its two files only listen", () => {
    const clients = places(callsOf(/^(?:net|http)\.(?!createServer$)/))
    expect([...clients.keys()].filter((file) => file.startsWith("source/oauth/"))).toEqual([])
  })

  it("listens nowhere else", () => {
    onlyIn(
      ["source/oauth/callback-server.ts", "source/oauth/redirect-uri.ts"],
      places(callsOf(/createServer$|\.listen$|createSocket$/)),
    )
  })

  it("uses none of the network globals of the platform", () => {
    onlyIn([], places(names(/^(?:globalThis\.)?(?:fetch|WebSocket|EventSource|XMLHttpRequest|navigator)$/)))
  })

  it("starts programs in named files only, and never a shell", () => {
    onlyIn(
      [
        // A local server, on its standard input and output.
        "source/mcp/stdio-child.ts",
        "source/oauth/browser.ts",
        // Who holds the callback's port, and whether the holder of a lock still runs.
        "source/oauth/port-holder.ts",
        "source/vault/process-life.ts",
        // The tool of the system's keyring.
        "source/vault/keyring.ts",
      ],
      places(importsOf(/^(?:node:)?(?:child_process|cluster|worker_threads|vm)$/)),
    )
    onlyIn([], places(callsOf(/^(?:child_?process\.)?exec(?:Sync)?$/i)))
    const shells = sources("source").filter((file) => /\bshell\s*:(?!\s*false\b)/.test(file.text))
    expect(shells.map((file) => file.path)).toEqual([])
  })
})

describe("I-2: secrets are revealed where the header or body is built, and in the vault", () => {
  it("reveals nowhere else", () => {
    onlyIn(
      [
        // The environment of a local server is its header: what `--env` names goes there and nowhere else (CR-2).
        "source/commands/local-transport.ts",
        "source/oauth/authorization-headers.ts",
        "source/oauth/client-authentication.ts",
        "source/oauth/client-management.ts",
        "source/oauth/dpop-key.ts",
        "source/oauth/id-jag.ts",
        "source/oauth/introspection.ts",
        "source/oauth/machine-grants.ts",
        "source/oauth/refresh.ts",
        "source/oauth/registration.ts",
        "source/oauth/revocation.ts",
        "source/oauth/signing-key.ts",
        "source/oauth/token.ts",
        "source/mcp/http-request.ts",
        "source/mcp/initialize.ts",
        "source/vault/keyring.ts",
        "source/vault/record.ts",
        "source/vault/renewal.ts",
        "source/vault/sealing.ts",
        "source/vault/store-key.ts",
        "source/vault/vault.ts",
        // Shows the secrets of one exchange for 30 seconds, when a person asks for it.
        "source/text/secret-book.ts",
        // `export --reveal`: what the store still holds, in the output that a person asked to have it in.
        "source/export/stored-secrets.ts",
      ],
      places(callsOf(/^reveal$/)),
    )
  })

  it("takes the value out of effect's Redacted in one file", () => {
    onlyIn(["source/text/secret.ts"], places(callsOf(/^Redacted\.value$/)))
  })
})

describe("I-3: what reaches a terminal is sanitized", () => {
  it("writes to the terminal in named files only", () => {
    onlyIn(
      [
        // The one printer of plain commands; sanitizes every line.
        "source/commands/print.ts",
        // Its own version and its own words about an old Node.
        "source/cli.ts",
        // The clipboard sequence, in base64.
        "source/tui/app/main.tsx",
        // One address alone on the ordinary screen; the URL parser wrote it.
        "source/tui/app/print-alone.ts",
      ],
      places(callsOf(/(?:stdout|stderr)\.write$|^console\.|^Console\.|^process\.emitWarning$/)),
    )
  })

  it("mounts text in Ink in one file, from lines that `draw` sanitized", () => {
    const texts = sources("source").filter((file) => /import \{[^}]*\bText\b[^}]*\} from "ink"/.test(file.text))
    expect(texts.map((file) => file.path)).toEqual(["source/tui/ui/lines.tsx"])
    onlyIn(
      ["source/tui/ui/cells.ts", "source/commands/print.ts"],
      new Map([...places(importsOf(/text\/sanitize\.ts$/))].filter(([file]) => /\/(?:tui|commands)\//.test(file))),
    )
  })
})

describe("I-4: time and randomness come through seams", () => {
  it("reads the real clock in named files only", () => {
    onlyIn(
      [
        // How long a saved run has been looked at.
        "source/commands/replay-screen.ts",
        // The seam of the screen: `options.now`.
        "source/tui/app/main.tsx",
        // Frames of the screen, never anything that is kept.
        "source/tui/app/store.ts",
        // Whether a second Ctrl-C is one, or the echo of the first.
        "source/commands/run.ts",
      ],
      places(
        (file, node) =>
          names(/^(?:Date\.now|performance\.now|process\.hrtime|process\.uptime)$/)(file, node) ||
          (node.type === "NewExpression" && textOf(file, node) === "new Date()"),
      ),
    )
  })

  it("draws randomness in one file", () => {
    onlyIn([], places(names(/^Math\.random$|^crypto\.(?:subtle|getRandomValues|random\w+)$/)))
    const random = /\b(?:randomBytes|randomUUID|randomInt|getRandomValues|generateKeyPair\w*|webcrypto)\b/
    expect(
      sources("source")
        .filter((file) => random.test(file.text))
        .map((file) => file.path),
    ).toEqual(["source/text/entropy.ts"])
  })

  it("sets timers of the platform in named files only", () => {
    onlyIn(
      [
        // Closes held connections of the callback listener, whatever becomes of the fiber.
        "source/oauth/callback.ts",
        // Frames of the screen.
        "source/tui/app/store.ts",
        // A signal that does not come.
        "source/tui/app/stop-as-job.ts",
      ],
      places(callsOf(/^set(?:Timeout|Interval|Immediate)$/)),
    )
  })
})

describe("I-5: failures are values", () => {
  it("throws nothing that could cross a border", () => {
    onlyIn(
      [
        // Inside functions whose own file catches it: conf takes a parser that throws.
        "source/vault/record-file.ts",
        // Pass on what the system threw; shelf and lock turn it into a failure.
        "source/vault/housekeeping.ts",
        "source/vault/claim.ts",
        "source/vault/place.ts",
      ],
      places((_, node) => node.type === "ThrowStatement"),
    )
  })

  it("knows no `any`, no non-null `!` and no @ts- comment", () => {
    onlyIn(
      [],
      places((_, node) => node.type === "TSAnyKeyword" || node.type === "TSNonNullExpression"),
    )
    const silenced = [...sources("source"), ...sources("mock")].filter((file) =>
      file.comments.some(({ value }) => /@ts-(?:ignore|expect-error|nocheck)/.test(value)),
    )
    expect(silenced.map((file) => file.path)).toEqual([])
  })

  it("casts only where our own types are too weak, never what came from outside", () => {
    onlyIn(
      [
        // Object.fromEntries, Object.keys and spreads lose the names of members that we know.
        "source/commands/settings.ts",
        "source/oauth/server-metadata-document.ts",
        "source/flow/state.ts",
        "source/flow/facts.ts",
        "source/flow/journal.ts",
        // A table by tag cannot say that handler and value belong together.
        "source/flow/runner.ts",
        "source/tui/app/reduce.ts",
        // indexOf of a narrower list.
        "source/flow/step-id.ts",
        // got's stream is not typed as the iterable it is.
        "source/wire/opening.ts",
      ],
      places((file, node) => node.type === "TSAsExpression" && textOf(file, node.typeAnnotation) !== "const"),
    )
  })

  it("ends the process nowhere: every face gives back an exit code", () => {
    onlyIn(
      [
        // Nobody reads the output any more.
        "source/commands/main.ts",
        // A second Ctrl-C does not wait for anything.
        "source/commands/run.ts",
        // The process group of a local server that we started.
        "source/mcp/stdio-child.ts",
        // Signal 0, which only asks whether somebody is there.
        "source/vault/process-life.ts",
        // Ctrl+Z: the whole job stops, as it would where the terminal does it.
        "source/tui/app/stop-as-job.ts",
      ],
      places(callsOf(/^process\.(?:exit|abort|kill|reallyExit)$/)),
    )
  })
})

describe("I-6: React holds no business state", () => {
  const hooks = (file: SourceFile): ReadonlyArray<string> =>
    nodes(file).flatMap((node) =>
      node.type === "ImportDeclaration" && node.importKind !== "type" && /"react"$/.test(textOf(file, node.source))
        ? [...textOf(file, node).matchAll(/\b(?:use[A-Z]?\w*|createContext|memo|Component)\b/g)].map(([name]) => name)
        : [],
    )

  it("uses no state, reducer or ref of React anywhere", () => {
    const used = new Set(sources("source").flatMap(hooks))
    expect([...used].sort()).toEqual(
      ["createContext", "memo", "use", "useContext", "useEffect", "useMemo", "useSyncExternalStore"].filter((hook) =>
        used.has(hook),
      ),
    )
  })

  it("subscribes to the store, and has an effect, in the shell only", () => {
    const stateful = sources("source").filter((file) =>
      hooks(file).some((hook) => hook === "useSyncExternalStore" || hook === "useEffect"),
    )
    expect(stateful.map((file) => file.path)).toEqual(["source/tui/app/shell.tsx"])
  })

  it("reads keys in the shell only: one reader, one dispatcher", () => {
    const readers = sources("source").filter((file) => /\buse(?:Input|Paste)\b/.test(file.text))
    expect(readers.map((file) => file.path)).toEqual(["source/tui/app/shell.tsx"])
  })

  it("keeps screens free of effects: they know no service, no wire and no vault", () => {
    const reaching = sources("source")
      .filter((file) => /^source\/tui\/(?:screens|ui|keys|theme)\//.test(file.path))
      .flatMap((file) =>
        file.imports
          .filter(
            ({ specifier, to, typeOnly }) =>
              /^effect\/(?:Effect|Layer|ManagedRuntime)$/.test(specifier) ||
              (!typeOnly && /^source\/(?:vault|wire\/live)/.test(to)),
          )
          .map(({ specifier }) => `${file.path} imports ${specifier}`),
      )
    expect(reaching).toEqual([])
  })
})

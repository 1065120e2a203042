import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { LocalServer } from "../flow/target.ts"
import { stdioLayer } from "../mcp/stdio.ts"
import { Findings } from "../text/finding.ts"
import type { SecretBook } from "../text/redaction.ts"
import { reveal } from "../text/secret.ts"
import { keepSecrets } from "../text/secret-book.ts"

/** Lines of standard error that become notes; a server that logs on and on must not fill the journal. */
const mostNotes = 200

/** The way to a local server: its process, started by the first message and stopped with the run. */
export const localTransport = ({ command, args, env }: LocalServer, secrets: SecretBook) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const findings = yield* Findings
      const context = yield* Effect.context<never>()
      keepSecrets(secrets, env)
      let notes = 0
      const note = (text: string) =>
        Effect.runSyncWith(context)(findings.raise({ severity: "note", rule: "MCP stdio", text }))
      return stdioLayer({
        command,
        args,
        secrets,
        env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, reveal(value) ?? ""])),
        onErrorLine: (text) => {
          notes += 1
          if (notes <= mostNotes) note(`The server logs: ${secrets.conceal(text)}`)
          else if (notes === mostNotes + 1) note("The server logs more than is kept here.")
        },
      })
    }),
  )

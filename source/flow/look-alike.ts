import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import { isEncodedHost, readsAs } from "../text/look-alike.ts"

/** Warns of each address whose host may look like another one (CR-128). `whose` begins the sentence: "The server". */
export const warnOfLookAlikes = Effect.fn("flow.warnOfLookAlikes")(function* (
  whose: string,
  addresses: ReadonlyArray<string | undefined>,
) {
  const findings = yield* Findings
  const hosts = addresses.flatMap((address) =>
    address !== undefined && URL.canParse(address) ? [new URL(address).hostname] : [],
  )
  for (const host of new Set(hosts.filter(isEncodedHost)))
    yield* findings.raise({
      severity: "warning",
      rule: "RFC 5891 §4.1; RFC 5890 §4.4",
      text: `${whose} is at ${host}, which reads as ${readsAs(host) ?? host}: its characters can look like those of another host.`,
    })
})

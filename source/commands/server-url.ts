import * as Effect from "effect/Effect"
import { checkUrl } from "../wire/address.ts"
import { usageFailure } from "./failure.ts"

/** The address that was meant, where the scheme is missing or spelled wrongly. */
const withScheme = (text: string): string | undefined => {
  const bare = text.replace(/^(https?)(?=[:/])[:/]*/i, "")
  const insecure = /^http(?=[:/])/i.test(text) || /^(localhost|127\.[\d.]+|\[::1\])(?=[:/?]|$)/i.test(bare)
  const guess = `${insecure ? "http" : "https"}://${bare}`
  return /^[\w[]/.test(bare) && URL.canParse(guess) ? guess : undefined
}

const codes = { not_a_url: "url_invalid", unsupported_scheme: "url_scheme", insecure_url: "url_insecure" } as const

/** A URL from a person: trimmed, the fragment dropped, a missing scheme pointed out. */
export const serverUrlOf = (typed: string, allowInsecure: boolean) =>
  Effect.gen(function* () {
    const text = typed.trim().replace(/#.*$/s, "")
    yield* Effect.fromResult(checkUrl(text, { allowInsecure })).pipe(
      Effect.mapError((failure) => {
        const { code } = failure
        if (code !== "not_a_url" && code !== "unsupported_scheme" && code !== "insecure_url") return failure
        // `localhost:3000` is a URL to a parser, with the scheme `localhost`.
        const unsaid = code === "not_a_url" || (code === "unsupported_scheme" && /^[^/:]+:\d+([/?]|$)/.test(text))
        const expected = unsaid ? withScheme(text) : undefined
        return expected === undefined
          ? usageFailure(codes[code], { received: text })
          : usageFailure("url_without_scheme", { received: text, expected })
      }),
    )
    return text
  })

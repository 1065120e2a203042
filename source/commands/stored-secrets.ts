import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { exported, type Format } from "../export/formats.ts"
import { withSecrets } from "../export/stored-secrets.ts"
import type { Event } from "../flow/event.ts"
import { Vault } from "../vault/vault.ts"
import { profileOf } from "./profile.ts"
import type { StoreKeyInput } from "./store-key-flags.ts"
import { vaultLayer } from "./vault-layer.ts"

export interface StoreInput extends StoreKeyInput {
  readonly store: Option.Option<string>
  readonly profile: Option.Option<string>
}

const sentence = (put: number, missing: number): string => {
  const others = `${missing} of the journal are not stored, or no longer`
  return put === 0
    ? `! Secrets put in: 0; ${others}. The output holds none.`
    : `! Secrets put in: ${put}; ${others}. The output now holds secrets: whoever reads it can use them.`
}

/**
 * A journal in another format, with those of its secrets that the store still holds for its server and this profile: never
 * what it holds for another server, for which a server could write a placeholder. Fails as the vault does.
 */
export const exportedWithSecrets = Effect.fn("commands.exportedWithSecrets")(function* (
  events: ReadonlyArray<Event>,
  format: Format,
  input: StoreInput,
) {
  const profile = yield* profileOf(input.profile)
  const records = yield* Effect.provide(
    Vault.use((vault) => vault.list),
    vaultLayer(input),
  )
  const servers = new Set(events.flatMap((event) => (event._tag === "RunStarted" ? [event.serverUrl] : [])))
  const held = records
    .filter((record) => servers.has(record.serverUrl) && record.profile === profile)
    .flatMap(({ client, grant }) =>
      [grant?.accessToken, grant?.refreshToken, client.clientSecret, client.registrationAccessToken].flatMap(
        (hidden) => hidden ?? [],
      ),
    )
  const { events: filled, missing } = withSecrets(events, held)
  const plain = exported(events, format)
  // A diagram shows neither headers nor bodies, a script no answers: what counts is what the output shows.
  const shown = held.filter((one) => exported(withSecrets(events, [one]).events, format) !== plain).length
  return { text: shown === 0 ? plain : exported(filled, format, true), said: sentence(shown, missing) }
})

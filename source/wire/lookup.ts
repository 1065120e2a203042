import dns from "node:dns"
import type net from "node:net"
import * as Effect from "effect/Effect"
import { type AddressPolicy, addressAllowed, type Location, locationOfAddress, locationOfUrl } from "./address.ts"

/** Where the typed server is. A name is resolved, because a private name may point into a private network. */
export const locationOfServer = (serverUrl: string): Effect.Effect<Location> => {
  if (!URL.canParse(serverUrl)) return Effect.succeed({ zone: "public" })
  const url = new URL(serverUrl)
  const place = locationOfUrl(url)
  // What stands for the address of a local server has no host: nothing is sent there, and nothing gets its zone.
  if (place.zone !== "public" || url.hostname === "") return Effect.succeed(place)
  return Effect.callback<Location>((resume) => {
    dns.lookup(url.hostname, (error, address) => resume(Effect.succeed(error ? place : locationOfAddress(address))))
  })
}

const blocked = (host: string, address: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} resolves to ${address}`), { code: "EBLOCKED" })

/** Resolves and refuses in one go, so that the address that was checked is the one that is dialled (CR-41). */
export const guardedLookup =
  (policy: AddressPolicy): net.LookupFunction =>
  (host, options, done) => {
    dns.lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, "", 0)
      const bad = found.find((entry) => !addressAllowed(entry.address, policy))
      if (bad) return done(blocked(host, bad.address), "", 0)
      if (options.all) return done(null, found)
      const first = found[0]
      return first ? done(null, first.address, first.family) : done(blocked(host, "nothing"), "", 0)
    })
  }

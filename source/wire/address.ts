import net from "node:net"
import * as Result from "effect/Result"
import { WireFailure, wireFailure } from "./failure.ts"

/** Where an address lies. `loopback` < `private` < `public` in how much it may point to (CR-40). */
export type Zone = "loopback" | "private" | "public"

const block = (subnets: ReadonlyArray<readonly [string, number, "ipv4" | "ipv6"]>): net.BlockList => {
  const list = new net.BlockList()
  for (const [address, prefix, family] of subnets) list.addSubnet(address, prefix, family)
  return list
}

const loopback = block([
  ["127.0.0.0", 8, "ipv4"],
  ["::1", 128, "ipv6"],
])

/** Special-use addresses of RFC 6890 and its successors that no public server has a reason to name. */
const special = block([
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 4, "ipv4"],
  ["240.0.0.0", 4, "ipv4"],
  ["::", 128, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
])

/** Networks of one owner: a server in one of them may name its neighbours. All else that is special has none. */
const networks = (
  [
    ["10.0.0.0", 8, "ipv4"],
    ["100.64.0.0", 10, "ipv4"],
    ["172.16.0.0", 12, "ipv4"],
    ["192.168.0.0", 16, "ipv4"],
    ["fc00::", 7, "ipv6"],
  ] as const
).map((subnet) => block([subnet]))

const bare = (host: string): string => host.replace(/^\[|\]$/g, "")

const familyOf = (address: string): "ipv4" | "ipv6" => (net.isIP(address) === 6 ? "ipv6" : "ipv4")

/** Zone of a literal IP address. IPv4 in IPv6 is unwrapped by BlockList itself. */
const zoneOfAddress = (address: string): Zone => {
  const family = familyOf(address)
  if (loopback.check(address, family)) return "loopback"
  return special.check(address, family) ? "private" : "public"
}

const neighbours = (one: string, other: string): boolean =>
  one === other ||
  networks.some((network) => network.check(one, familyOf(one)) && network.check(other, familyOf(other)))

/**
 * Zone of a parsed URL's host before any name is resolved. Decided on the parsed host, never by prefix or suffix
 * (CR-36): `localhost.evil.test` and `127.0.0.1.nip.io` are public names.
 */
export const zoneOfUrl = (url: URL): Zone => {
  const host = bare(url.hostname)
  if (net.isIP(host) !== 0) return zoneOfAddress(host)
  return host === "localhost" ? "loopback" : "public"
}

/** Where a server is: its zone, and its address where that is written in the URL or was resolved. */
export interface Location {
  readonly zone: Zone
  readonly address?: string
}

export const locationOfAddress = (address: string): Location => ({ zone: zoneOfAddress(address), address })

/** Location by a parsed URL alone: names count by {@link zoneOfUrl}, and have no address yet. */
export const locationOfUrl = (url: URL): Location => {
  const host = bare(url.hostname)
  return net.isIP(host) === 0 ? { zone: zoneOfUrl(url) } : locationOfAddress(host)
}

export interface AddressPolicy {
  /** Where the MCP server is that the user typed; `undefined` while a URL typed by the user is asked for. */
  readonly trusted?: Location
  /** http to hosts that are not this machine (`--allow-insecure`). */
  readonly allowInsecure: boolean
}

/**
 * Whether something that came from the network may lie there (CR-40): in public anywhere; on this machine if the typed
 * server is here, too; at a private address if it is the typed server's own network.
 */
const reachable = (place: Location, { trusted }: AddressPolicy): boolean => {
  if (trusted === undefined || place.zone === "public") return true
  if (place.zone !== trusted.zone) return false
  if (place.zone === "loopback") return true
  return place.address !== undefined && trusted.address !== undefined && neighbours(place.address, trusted.address)
}

/** Whether an address found by name resolution may be dialled under the policy (CR-41: checked when dialling). */
export const addressAllowed = (address: string, policy: AddressPolicy): boolean =>
  reachable(locationOfAddress(address), policy)

/** What the user typed wrongly is wrong usage; the same from a server is a fault of the server. */
const blamed = (failure: WireFailure, { trusted }: AddressPolicy): WireFailure =>
  trusted === undefined || failure.exit !== 2
    ? failure
    : new WireFailure({ ...failure, exit: 5, remedy: ["Show the server's operator the address that it named, below."] })

const parseChecked = (text: string, policy: AddressPolicy): Result.Result<URL, WireFailure> => {
  if (!URL.canParse(text)) return Result.fail(wireFailure("not_a_url", { received: text }))
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return Result.fail(wireFailure("unsupported_scheme", { url: text, received: url.protocol }))
  if (url.username !== "" || url.password !== "")
    return Result.fail(wireFailure("userinfo_in_url", { url: `${url.protocol}//…@${url.host}` }))
  const place = locationOfUrl(url)
  if (url.protocol === "http:" && place.zone !== "loopback" && !policy.allowInsecure)
    return Result.fail(wireFailure("insecure_url", { url: text, expected: "https", received: "http" }))
  if (!reachable(place, policy))
    return Result.fail(wireFailure("blocked_address", { url: text, received: `${url.hostname} (${place.zone})` }))
  return Result.succeed(url)
}

/** Parses and checks a URL before a request. Gives the parsed URL, or the failure that names the rule. */
export const checkUrl = (text: string, policy: AddressPolicy): Result.Result<URL, WireFailure> =>
  Result.mapError(parseChecked(text, policy), (failure) => blamed(failure, policy))

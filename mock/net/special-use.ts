import { lookup } from "node:dns"
import { BlockList, isIP, type LookupFunction } from "node:net"

// RFC 6890 and its registries: addresses that no public document lives at.
const NETWORKS: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 128, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["100::", 64, "ipv6"],
  ["2001::", 23, "ipv6"],
  ["2001:db8::", 32, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
]

const LOOPBACK: typeof NETWORKS = [
  ["127.0.0.0", 8, "ipv4"],
  ["::1", 128, "ipv6"],
]

// A BlockList looks at an IPv4-mapped address by the IPv4 rules, so those need none of their own.
const listOf = (networks: typeof NETWORKS) => {
  const list = new BlockList()
  for (const [address, prefix, family] of networks) list.addSubnet(address, prefix, family)
  return list
}

let lists: { special: BlockList; loopback: BlockList } | undefined

/** Whether a connection to this address is allowed: loopback only for hosts that say so, special use never. */
export function addressAllowed(address: string, local: boolean): boolean {
  lists ??= { special: listOf(NETWORKS), loopback: listOf(LOOPBACK) }
  const family = isIP(address) === 6 ? "ipv6" : "ipv4"
  return lists.loopback.check(address, family) ? local : !local && !lists.special.check(address, family)
}

/** A lookup for `http.request` that refuses the address about to be dialled, so a name cannot change in between. */
export const safeLookup =
  (local: boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 4)
      const allowed = addresses.filter(({ address }) => addressAllowed(address, local))
      const first = allowed[0]
      if (!first) return callback(new Error("the host has no address that may be fetched from"), "", 4)
      return options.all ? callback(null, allowed) : callback(null, first.address, first.family)
    })
  }

import type { Key, StoredClient, StoredRecord } from "../vault/record.ts"

/** Who we are at one authorization server, and every record that says so: of all servers and profiles. */
export interface Registration {
  readonly client: StoredClient
  readonly records: ReadonlyArray<StoredRecord>
  /** The record that stands for all of them: the same in every run, whichever was used last. */
  readonly key: Key
}

const clientName = ({ client }: StoredRecord): string => JSON.stringify([client.issuer, client.clientId])
const placeName = ({ resource, profile = "" }: StoredRecord): string => JSON.stringify([resource, profile])

/** Records of the same client at the same issuer share its fate. */
export const registrationsOf = (
  chosen: ReadonlyArray<StoredRecord>,
  all: ReadonlyArray<StoredRecord>,
): ReadonlyArray<Registration> => {
  const names = new Set(chosen.map(clientName))
  return [...names].flatMap((name) => {
    const records = all.filter((record) => clientName(record) === name)
    // Ordered by last use: the newest says best who we are.
    const [newest] = records
    if (newest === undefined) return []
    const [key = newest] = records.toSorted((a, b) => (placeName(a) < placeName(b) ? -1 : 1))
    return [{ client: newest.client, records, key }]
  })
}

/**
 * What ends together with these records: where we registered the client, everything that uses it; a client that was given to
 * us lives on elsewhere.
 */
export const endingWith = (
  chosen: ReadonlyArray<StoredRecord>,
  all: ReadonlyArray<StoredRecord>,
): ReadonlyArray<Registration> =>
  registrationsOf(chosen, all).map((one) =>
    one.client.source === "dcr" ? one : { ...one, records: one.records.filter((each) => chosen.includes(each)) },
  )

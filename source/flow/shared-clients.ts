import type { StoredClient, StoredRecord } from "../vault/record.ts"

/** Who we are at one authorization server, and every record that says so: of all servers and profiles. */
export interface Registration {
  readonly client: StoredClient
  readonly records: ReadonlyArray<StoredRecord>
}

/** Records of the same client at the same issuer share its fate. */
export const registrationsOf = (
  chosen: ReadonlyArray<StoredRecord>,
  all: ReadonlyArray<StoredRecord>,
): ReadonlyArray<Registration> => {
  const nameOf = ({ client }: StoredRecord): string => JSON.stringify([client.issuer, client.clientId])
  const names = new Set(chosen.map(nameOf))
  return [...names].flatMap((name) => {
    const records = all.filter((record) => nameOf(record) === name)
    // Ordered by last use: the newest says best who we are.
    const [newest] = records
    return newest === undefined ? [] : [{ client: newest.client, records }]
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
  registrationsOf(chosen, all).map(({ client, records }) =>
    client.source === "dcr"
      ? { client, records }
      : { client, records: records.filter((each) => chosen.includes(each)) },
  )

interface Payload {
  readonly uid?: string
  readonly grantId?: string
  readonly consumed?: number
}

/** What `oidc-provider` stores, by kind and id, in memory: the same as its own memory adapter, and open to tests. */
export const makeShelves = () => {
  const stored = new Map<string, Map<string, Payload>>()
  const shelf = (kind: string): Map<string, Payload> => {
    const known = stored.get(kind) ?? new Map<string, Payload>()
    stored.set(kind, known)
    return known
  }
  const adapter = (kind: string) => ({
    upsert: async (id: string, payload: Payload) => void shelf(kind).set(id, payload),
    find: async (id: string) => shelf(kind).get(id),
    findByUid: async (uid: string) => [...shelf(kind).values()].find((payload) => payload.uid === uid),
    findByUserCode: async () => undefined,
    consume: async (id: string) => void shelf(kind).set(id, { ...shelf(kind).get(id), consumed: Date.now() / 1000 }),
    destroy: async (id: string) => void shelf(kind).delete(id),
    revokeByGrantId: async (grantId: string) => {
      for (const [id, payload] of shelf(kind)) if (payload.grantId === grantId) shelf(kind).delete(id)
    },
  })
  return {
    adapter,
    clear: (kind: string) => shelf(kind).clear(),
    /** Those that can still be used: a rotated refresh token is kept as consumed, to notice its theft. */
    live: (kind: string) => [...shelf(kind).values()].filter(({ consumed }) => consumed === undefined).length,
  }
}

import type { Control } from "./control.ts"
import type { Credentials } from "./main.tsx"
import { openProblem } from "./open-problem.ts"
import type { KnownServer } from "./scene.ts"
import { shortUrl, withProfile } from "./short-url.ts"
import type { Store } from "./store.ts"

/** Deletes credentials, then shows what is left. A failure leaves the list as it was. */
export const endCredentials = async (
  how: "forget" | "signOut",
  server: KnownServer,
  credentials: Credentials | undefined,
  control: Pick<Control, "say">,
  store: Pick<Store, "setServers">,
): Promise<void> => {
  if (credentials === undefined) return
  const name = withProfile(shortUrl(server.serverUrl), server.profile)
  try {
    if (how === "forget") {
      store.setServers(await credentials.forget(server))
      return control.say(`Forgotten: ${name}`, "good")
    }
    control.say(`Signing out of ${name}`)
    const { note, servers } = await credentials.signOut(server)
    store.setServers(servers)
    control.say(`Signed out: ${note}`, "good")
  } catch (cause) {
    const { what, remedy } = openProblem(cause)
    control.say(`${what} ${remedy[0] ?? ""}`.trimEnd(), "bad")
  }
}

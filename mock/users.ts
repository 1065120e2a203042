/** A person who can sign in. */
export interface User {
  readonly sub: string
  readonly name: string
  readonly email: string
}

/** The people of the demo. There are no passwords: the login page only asks who you want to be. */
export const DEMO_USERS: readonly User[] = [
  { sub: "ada", name: "Ada Lovelace", email: "ada@example.com" },
  { sub: "grace", name: "Grace Hopper", email: "grace@example.com" },
]

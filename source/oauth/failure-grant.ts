import type { ProblemText } from "../text/problem.ts"

/** Failures of the authorization request and response, the callback listener, tokens, refresh and revocation. */
export const grantTexts = {} as const satisfies Record<string, ProblemText>

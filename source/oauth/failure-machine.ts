import type { ProblemText } from "../text/problem.ts"

/** Failures of signing keys, of proofs of possession, and of grants that need no user. */
export const machineTexts = {
  signing_key_unusable: {
    what: "The private key cannot be used to sign.",
    why: "It must be a private key in PEM (PKCS #8) without a passphrase, of the kind that the algorithm needs.",
    remedy: [
      "Check the file given with --private-key.",
      "Leave --signing-alg out to let the kind of key decide.",
      "For RSA use a key of at least 2048 bits.",
    ],
    rule: "RFC 7518 §3.1, §3.3",
    exit: 2,
  },
  signing_key_missing: {
    what: "The client signs in with a private key, and the key is not here.",
    why: "The key is never stored; it stays in the file that it was read from.",
    remedy: ["Give the key with --private-key."],
    rule: "RFC 7523 §2.2",
    exit: 2,
  },
  signing_alg_unsupported: {
    what: "The authorization server does not accept signatures of this algorithm.",
    why: "Its metadata lists the algorithms for client assertions, and the one of this key is not among them.",
    remedy: [
      "Choose one that it lists with --signing-alg, if the key allows.",
      "Register a key for one that it lists, and give it with --private-key.",
    ],
    rule: "RFC 8414 §2 (token_endpoint_auth_signing_alg_values_supported)",
    exit: 4,
  },
  client_not_confidential: {
    what: "This grant is only for a client that the operator set up and that can prove who it is.",
    why: "No user takes part, so the client's own credentials are all that the server has to decide by.",
    remedy: [
      "Ask the operator for a client, and give its id with --client-id.",
      "Give its key with --private-key, or its secret with --client-secret-file.",
    ],
    rule: "RFC 6749 §4.4; MCP extension OAuth Client Credentials",
    exit: 2,
  },
  assertion_unusable: {
    what: "The assertion is not a JSON Web Token; it was not sent.",
    why: "It must be a signed token of three parts with dots between them, as its issuer gave it out.",
    remedy: ["Check the file given with --assertion-file.", "Check the file given with --id-token-file."],
    rule: "RFC 7523 §3; RFC 8693 §2.1",
    exit: 2,
  },
  assertion_refused: {
    what: "The token endpoint did not accept the assertion.",
    why: "It has expired, is meant for another audience, was used before, or its issuer is not trusted there. Nothing was retried.",
    remedy: [
      "Get a fresh assertion for this authorization server.",
      "Compare its audience with the issuer in the log.",
    ],
    rule: "RFC 7523 §3.1 (invalid_grant)",
    exit: 4,
  },
  id_token_refused: {
    what: "The identity provider did not accept the ID token.",
    why: "It has expired, was given to another client, or this client may not exchange it for that server.",
    remedy: [
      "Sign in at the identity provider again, and give the new ID token with --id-token-file.",
      "Check --idp-client-id: the ID token must have been given to that client.",
    ],
    rule: "RFC 8693 §2.2.2; Identity Assertion Authorization Grant",
    exit: 4,
  },
  id_jag_missing: {
    what: "The identity provider answered with another kind of token than was asked for.",
    why: "Only an identity assertion authorization grant (ID-JAG) may be shown to the other authorization server.",
    remedy: ["For the operator of the identity provider: support the token type id-jag for this client."],
    rule: "RFC 8693 §2.2.1; Identity Assertion Authorization Grant",
    exit: 5,
  },
  grant_type_refused: {
    what: "The authorization server does not offer this grant.",
    why: "It answered unsupported_grant_type. No other grant was tried.",
    remedy: ["Choose another with --grant.", "Ask the operator to allow this grant."],
    rule: "OAuth 2.1 §3.2.4 (unsupported_grant_type)",
    exit: 4,
  },
  dpop_key_missing: {
    what: "The key that the token is bound to is gone.",
    why: "A token of type DPoP works only together with its key, and the key lives no longer than the program.",
    remedy: ["Sign in again with --dpop."],
    rule: "RFC 9449 §5",
    exit: 4,
  },
  dpop_proof_refused: {
    what: "The token endpoint did not accept the proof of possession, or wants one.",
    why: "Its nonce or its time did not satisfy the server, or no proof was sent because --dpop was not given.",
    remedy: ["Add --dpop.", "Check the clock of this machine.", "Read its words below."],
    rule: "RFC 9449 §5, §8",
    exit: 4,
  },
} as const satisfies Record<string, ProblemText>

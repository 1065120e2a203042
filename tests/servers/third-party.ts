/** A server that nobody here wrote, and what a test may ask of it or do to it. */
export interface ThirdParty extends AsyncDisposable {
  /** The MCP endpoint. */
  readonly url: string
  readonly issuer: string
  /** Every answered request at the MCP server and at the authorization server, in order. */
  readonly seen: ReadonlyArray<string>
  /** From now on every access token issued so far is refused; refresh tokens stay good. */
  readonly expireAccessTokens: () => void
  /** Access and refresh tokens that would still be accepted. */
  readonly liveTokens: () => number
  /** What `logout` is to say about it. */
  readonly afterLogout: string
}

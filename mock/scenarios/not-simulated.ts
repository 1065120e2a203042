/** Numbers that no server on one HTTP port can show, each with the reason. Tests of this client name them all the same. */
export const NOT_SIMULATED: Readonly<Record<string, string>> = {
  "F-12": "needs a name server that changes its answer; the mock has loopback addresses only",
  "F-31": "forged callbacks come from a web page, not from the server",
  "F-32":
    "needs two servers: let the authorization endpoint of one mock redirect to another; iss-wrong is the short form",
  "F-47": "needs two servers: start two mocks and call mock.trust(other)",
  "F-63": "is about servers on standard input and output; the mock speaks HTTP",
}

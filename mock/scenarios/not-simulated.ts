/** Numbers that no server on one HTTP port can show, each with the reason. Tests of this client name them all the same. */
export const NOT_SIMULATED: Readonly<Record<string, string>> = {
  "F-12": "needs a name server that changes its answer; the mock has loopback addresses only",
  "F-31": "forged callbacks come from a web page, not from the server, and this one fetches nothing (SR-29)",
  "F-63": "is about servers on standard input and output; the mock speaks HTTP",
}

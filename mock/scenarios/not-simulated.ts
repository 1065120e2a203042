/** Numbers without a switch, each with the reason. */
export const NOT_SIMULATED: Readonly<Record<string, string>> = {
  "F-12": "needs a name server that changes its answer; the mock has loopback addresses only",
  "F-31": "forged callbacks come from a web page, not from the server",
  "F-32": "needs two servers; iss-wrong shows the same decision of the client",
  "F-34": "the mock would have to send requests of its own to the token endpoint",
  "F-47": "needs two servers: start two mocks and call mock.trust(other)",
  "F-55": "not written yet",
  "F-61": "not written yet",
  "F-62": "not written yet",
  "F-63": "stdio only; the mock speaks HTTP",
  "Q-22": "not written yet",
  "Q-32": "the honest mock already insists on it",
  "Q-35": "the mock takes access tokens only, and an honest client sends nothing else (CR-55)",
}

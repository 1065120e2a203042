import { domainToUnicode } from "node:url"

/** Whether a host name holds characters beyond ASCII, encoded as `xn--` (RFC 5891): they can look like others. */
export const isEncodedHost = (hostname: string): boolean => /(^|\.)xn--/i.test(hostname)

/** How such a host name reads when it is decoded; nothing where there is nothing to decode (CR-128). */
export const readsAs = (hostname: string): string | undefined =>
  isEncodedHost(hostname) ? domainToUnicode(hostname) || undefined : undefined

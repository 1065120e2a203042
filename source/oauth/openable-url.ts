import * as Result from "effect/Result"
import { zoneOfUrl } from "../wire/address.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"

const refuse = (text: string, received: string): Result.Result<never, OAuthFailure> =>
  Result.fail(oauthFailure("unsafe_authorization_url", { url: text, expected: "https://…", received }))

/**
 * The string that may be given to a browser, or `unsafe_authorization_url` (CR-118): https, or http on this machine;
 * no user name, no control character or blank; serialized anew by the URL parser. What a shell or cmd.exe would read
 * as more than text is percent-encoded on top (CR-119), although no shell is ever involved here: `xdg-open` is a script.
 */
export const safeToOpen = (text: string): Result.Result<string, OAuthFailure> => {
  // The parser drops tabs and line breaks silently and turns a backslash into a slash: look before it does.
  if (/[\u0000-\u0020\u007f-\u009f\\]/.test(text)) return refuse(text, "a blank, control character or backslash")
  if (!URL.canParse(text)) return refuse(text, "not an absolute URL")
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return refuse(text, url.protocol)
  if (url.protocol === "http:" && zoneOfUrl(url) !== "loopback") return refuse(text, `http on ${url.host}`)
  if (url.username !== "" || url.password !== "")
    return refuse(`${url.protocol}//…@${url.host}`, "user name before the host")
  return Result.succeed(
    url.href
      .replace(/["'`$();|<>^{}!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/%(?![0-9A-Fa-f]{2})/g, "%25"),
  )
}

/** The marks beyond ASCII are drawn only where the system's language has them: `C` and `POSIX` say that it has none (POSIX, Locale). */
export const isAsciiLocale = (env: Readonly<Record<string, string | undefined>> = process.env): boolean => {
  const chosen = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== "")
  return chosen === "C" || chosen === "POSIX"
}

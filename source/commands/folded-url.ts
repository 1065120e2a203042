/** An address without its parameters when they are many: whoever wants them all has `--verbose`, `--json` and the journal. */
export const foldedUrl = (url: string): string => {
  const [base = "", query = ""] = url.split(/\?(.*)/s, 2)
  return query.length <= 40 ? url : `${base}?… (${query.split("&").length} parameters)`
}

/** A name or value of a form (application/x-www-form-urlencoded), decoded; as it is where that is impossible. */
export const formDecode = (value: string): string => {
  try {
    return decodeURIComponent(value.replaceAll("+", " "))
  } catch {
    return value
  }
}

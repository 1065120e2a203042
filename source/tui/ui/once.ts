/**
 * Remembers what was made of a value that never changes, for the last `detail` it was made with: a screen is drawn at every
 * key, and what a server sent may be megabytes.
 */
export const once = <Subject extends object, Detail, Made>(make: (subject: Subject, detail: Detail) => Made) => {
  const known = new WeakMap<Subject, { readonly detail: Detail; readonly made: Made }>()
  return (subject: Subject, detail: Detail): Made => {
    const before = known.get(subject)
    if (before !== undefined && before.detail === detail) return before.made
    const made = make(subject, detail)
    known.set(subject, { detail, made })
    return made
  }
}

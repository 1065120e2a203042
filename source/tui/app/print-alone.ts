import type { Store } from "./store.ts"

interface Printing {
  readonly text: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly store: Store
  /** Leaves the full screen for the time of `run`. */
  readonly suspend: (run: () => Promise<void>) => Promise<void>
}

/** Enter, Esc, q, u, and Ctrl+C: whoever wants away gets away. */
const leaves = /^(?:[\r\nqu\u0003]|\u001b$)/

/**
 * Prints a long address alone on the ordinary screen, unbroken, so that the terminal itself can select, click or copy it
 * whole; a full screen would cut it into lines. Comes back on a key, or when the wait that it belongs to is over.
 */
export const printAlone = ({ text, stdin, stdout, store, suspend }: Printing): Promise<void> =>
  suspend(
    () =>
      new Promise<void>((resolve) => {
        const done = () => {
          unsubscribe()
          stdin.off("data", typed)
          stdin.setRawMode(false)
          stdin.pause()
          resolve()
        }
        const typed = (chunk: Buffer | string) => {
          if (leaves.test(String(chunk))) done()
        }
        const unsubscribe = store.subscribe(() => {
          if (!/^(browser|question)$/.test(store.scene().flow?.state.wait?.kind ?? "")) done()
        })
        stdout.write(`\n${text}\n\nPress Enter, Esc, q or u to go back.\n`)
        // Single keys, not lines.
        stdin.setRawMode(true)
        stdin.on("data", typed)
        stdin.resume()
      }),
  )

import process from "node:process"
import type { Control } from "./control.ts"

/** Milliseconds after which a signal that was to stop us has not: nobody is there who could wake us. */
const ignored = 100
/** Milliseconds in which the screen is drawn for the new size, before it is shown again. */
const redrawn = 40

/**
 * What Ctrl+Z does to any program: gives the terminal back and stops, with everything that the shell started together with
 * us, until the shell brings the job to the front again. Raw mode keeps the terminal from doing it.
 */
export const stopAsJob = async (
  control: Pick<Control, "say">,
  suspend: (run: () => Promise<void>) => Promise<void>,
): Promise<void> => {
  if (process.platform === "win32") return control.say("Ctrl+Z is not known on this system.")
  await suspend(
    () =>
      new Promise<void>((resolve) => {
        const awake = () => {
          clearTimeout(timer)
          process.off("SIGCONT", awake)
          // The window may have got another size meanwhile; Node looks again when it is told so.
          process.emit("SIGWINCH", "SIGWINCH")
          setTimeout(resolve, redrawn)
        }
        const timer = setTimeout(awake, ignored)
        process.once("SIGCONT", awake)
        process.kill(0, "SIGTSTP")
      }),
  )
}

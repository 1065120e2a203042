import type { SerializedError } from "vitest"
import type { Reporter, TestModule, TestRunEndReason } from "vitest/node"

/**
 * Ends the output of a test run with one line that machines can read: `N passed, N failed`. A file that could not be
 * loaded and an error outside of any test count as failed; a test that was skipped counts as neither.
 */
export default class Tally implements Reporter {
  private line = "0 passed, 1 failed\n"

  onInit(): void {
    // Other reporters write at the end as well; this line has to be the last one.
    process.once("exit", () => process.stdout.write(this.line))
  }

  onTestRunEnd(
    modules: ReadonlyArray<TestModule>,
    unhandled: ReadonlyArray<SerializedError>,
    reason: TestRunEndReason,
  ): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: "passed" | "failed") => tests.filter((test) => test.result().state === state).length
    const broken = modules.filter((module) => module.errors().length > 0).length
    const failed = count("failed") + broken + unhandled.length
    this.line = `${count("passed")} passed, ${reason === "passed" ? failed : Math.max(1, failed)} failed\n`
  }
}

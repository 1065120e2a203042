/** Whether a person sits before this process who can read a question and type an answer. */
export const somebodyReads = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

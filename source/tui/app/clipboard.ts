/**
 * The sequence that asks the terminal to copy a text (OSC 52). It works over SSH, because it is the terminal at the
 * user's end that copies. tmux passes it on only inside a wrapper of its own.
 */
export const copySequence = (text: string, tmux: boolean): string => {
  const sequence = `\u001b]52;c;${Buffer.from(text, "utf8").toString("base64")}\u0007`
  return tmux ? `\u001bPtmux;${sequence.replaceAll("\u001b", "\u001b\u001b")}\u001b\\` : sequence
}

/** Terminals cut or drop longer ones. */
export const copyLimit = 74_000

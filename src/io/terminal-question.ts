import { createInterface } from 'node:readline/promises';

/** Whether a person at the terminal answers yes; false where standard input or standard error is none. */
export async function askAtTerminal(question: string): Promise<boolean> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return false;
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

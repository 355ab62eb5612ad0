import type { ReadStream } from 'node:tty';
import { usageError } from '../errors.ts';

const ENTER = new Set(['\r', '\n', '\u0004']);
const INTERRUPT = '\u0003';
const ERASE = new Set(['\u007f', '\b']);
const ERASE_LINE = '\u0015';

/** Reads a line from a terminal that does not show it: nothing that is typed from the moment of the prompt on. */
export async function readHiddenLine(terminal: ReadStream, prompt: () => void): Promise<string> {
  terminal.setRawMode(true);
  prompt();
  terminal.setEncoding('utf8');
  try {
    let line = '';
    for await (const typed of terminal.iterator({ destroyOnReturn: false })) {
      for (const character of String(typed)) {
        if (ENTER.has(character)) return line;
        if (character === INTERRUPT) throw usageError('usage/interrupted', 'no passphrase was given');
        if (ERASE.has(character)) line = Array.from(line).slice(0, -1).join('');
        else if (character === ERASE_LINE) line = '';
        else line += character;
      }
    }
    return line;
  } finally {
    terminal.setRawMode(false);
    terminal.pause();
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { noteRun } from '../support/leaks/record.ts';

const program = fileURLToPath(new URL('../../bin/zonewright.js', import.meta.url));

/** A line that somebody types once the prompt is there. */
export interface Typed {
  readonly prompt: RegExp;
  readonly line: string;
}

/** Runs the program at a pseudo terminal, where somebody types a line after each prompt. */
export async function atTerminal(
  args: readonly string[],
  typed: readonly Typed[],
): Promise<{ status: unknown; shown: string }> {
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '1', SHELL: '/bin/sh', TERM: 'dumb' },
  });
  let shown = '';
  let answered = 0;
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const next = typed[answered];
    const match = next?.prompt.exec(shown.slice(seen));
    if (next === undefined || match === undefined || match === null) return;
    seen = shown.length;
    answered++;
    child.stdin.write(`${next.line}\r`);
  });
  const [status] = (await once(child, 'close')) as [number | null];
  noteRun(args, { stdout: shown, stderr: '' });
  expect(answered).toBe(typed.length);
  return { status, shown };
}

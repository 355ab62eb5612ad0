import type { Command } from './commander.ts';
import type { Session, SessionOptions } from './session.ts';

/** Runs the work of a command in a session of its own; the work resolves to the exit status. */
export type Execute = (
  command: Command,
  work: (session: Session) => Promise<number>,
  options?: SessionOptions,
) => Promise<void>;

/** The examples at the end of a command's help. */
export function examples(...lines: readonly (readonly [command: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`).join('\n')}`;
}

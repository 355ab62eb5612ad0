import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { ProcessIo } from '../io/process-io.ts';
import { dsCommand } from './ds-command.ts';
import { keygenCommand } from './keygen-command.ts';
import { signCommand } from './sign-command.ts';
import { verifyCommand } from './verify-command.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** Runs the work of a command in a session of its own; the work resolves to the exit status. */
export type Execute = (
  command: Command,
  work: (session: Session) => Promise<number>,
  options?: SessionOptions,
) => Promise<void>;

/** The command line, from which `--help`, completion and the manual come. */
export function createProgram(io: ProcessIo, onExit: (status: number) => void): Command {
  const execute: Execute = async (command, work, options) => {
    const session = await openSession(io, command, options);
    try {
      onExit(await work(session));
    } finally {
      await session.talk.finish();
    }
  };
  const program = new Command('zonewright')
    .description(
      'Makes DNSSEC keys, signs zones, prints DS records, and proves that validators will accept a zone.',
    )
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--config <FILE>', 'the configuration file')
    .option('-K, --key-directory <DIR>', 'where the key files are (default: "keys")')
    .option('--now <TIME>', 'the time of this run, in place of the clock')
    .option('--json', 'print one JSON document')
    .option('--quiet', 'no progress, colour or summary')
    .option('--no-color', 'no colour and progress');
  for (const define of [keygenCommand, signCommand, dsCommand, verifyCommand])
    program.addCommand(define(execute));
  for (const command of [program, ...program.commands]) {
    command.configureHelp({ showGlobalOptions: true }).helpOption('-h, --help', 'print this help');
  }
  return program;
}

/** The examples at the end of a command's help. */
export function examples(...lines: readonly (readonly [command: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`).join('\n')}`;
}

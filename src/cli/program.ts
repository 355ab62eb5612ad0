import { Command } from './commander.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { ProcessIo } from '../io/process-io.ts';
import type { Execute } from './command.ts';
import { unknownOption } from './failure.ts';
import { openSession } from './session.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads what defines the command: its options, help and rendering. */
  readonly load: () => Promise<(execute: Execute, io: ProcessIo) => Command>;
  /** Whether only programs run it. */
  readonly hidden?: true;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'keygen',
    summary: 'make the keys of a zone, and set the times of keys',
    load: async () => (await import('./keygen-command.ts')).keygenCommand,
  },
  {
    name: 'sign',
    summary: 'sign zones',
    load: async () => (await import('./sign-command.ts')).signCommand,
  },
  {
    name: 'ds',
    summary: 'print the DS records of a zone for its parent',
    load: async () => (await import('./ds-command.ts')).dsCommand,
  },
  {
    name: 'rotate',
    summary: 'move keys and DS on, as far as is proven safe',
    load: async () => (await import('./rotate-command.ts')).rotateCommand,
  },
  {
    name: 'status',
    summary: 'tell whether zones are well, and who has to do what by when',
    load: async () => (await import('./status-command.ts')).statusCommand,
  },
  {
    name: 'verify',
    summary: 'prove that every validator accepts a signed zone',
    load: async () => (await import('./verify-command.ts')).verifyCommand,
  },
  {
    name: 'completion',
    summary: 'print the script with which a shell completes command lines',
    load: async () => (await import('./completion-command.ts')).completionCommand,
  },
  {
    name: 'complete',
    summary: 'tell a shell what may stand at the cursor',
    load: async () => (await import('./complete-command.ts')).completeCommand,
    hidden: true,
  },
];

export const COMMAND_NAMES: readonly string[] = COMMANDS.map(({ name }) => name);

/**
 * The command line, from which `--help`, completion and the manual come.
 * @param needed words among which are the names of the commands that are needed whole; of the others, name and summary suffice
 */
export async function createProgram(
  io: ProcessIo,
  needed: readonly string[],
  onExit: (status: number) => void,
): Promise<Command> {
  const execute: Execute = async (command, work, options) => {
    try {
      refuseDigitOptions(command);
      const session = await openSession(io, command, options);
      try {
        onExit(await work(session));
      } finally {
        await session.environment.keyAccess.tokens.close();
        await session.talk.finish();
      }
    } catch (error) {
      if (options?.recover === undefined) throw error;
      onExit(await options.recover(error));
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
    .option('--passphrase-file <FILE>', 'its first line is the passphrase of encrypted private keys')
    .option('--passphrase-command <COMMAND>', 'the same for what a program prints; no shell runs it')
    .option('--now <TIME>', 'the time of this run, in place of the clock')
    .option('--json', 'print one JSON document')
    .option('--quiet', 'only what somebody has to know: no progress, colour or summary')
    .option('--no-color', 'no colour and progress');
  for (const { name, summary, load, hidden = false } of COMMANDS) {
    const define = needed.includes(name) ? await load() : undefined;
    program.addCommand((define?.(execute, io) ?? new Command(name)).summary(summary), { hidden });
  }
  for (const command of [program, ...program.commands]) {
    command.configureHelp({ showGlobalOptions: true }).helpOption('-h, --help', 'print this help');
  }
  return program;
}

/** commander takes `-3` for a number, and so for an argument. */
function refuseDigitOptions(command: Command): void {
  const option = command.args.find((argument) => /^-\d/.test(argument));
  if (option !== undefined) throw unknownOption(option, `zonewright ${command.name()}`);
}

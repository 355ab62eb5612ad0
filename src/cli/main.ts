import { CommanderError, type Command } from './commander.ts';
import { processIo, type ProcessIo } from '../io/process-io.ts';
import { ExitStatus, exitStatusOf } from './exit-status.ts';
import { failureObject, usageFailure } from './failure.ts';
import { COMMAND_NAMES, createProgram } from './program.ts';
import { createTalk } from './terminal.ts';

/** Runs the command line of this process; `argv` as in `process.argv`. */
export async function main(argv: readonly string[]): Promise<void> {
  const io = processIo();
  process.on('uncaughtException', (error) => {
    void reportFailure(error, argv, io).finally(() => process.exit(ExitStatus.Internal));
  });
  process.exitCode = await run(argv.slice(2), io);
}

/** Runs one command line. Resolves to the exit status; never rejects. */
export async function run(args: readonly string[], io: ProcessIo): Promise<number> {
  let status: number = ExitStatus.Success;
  const written: Promise<void>[] = [];
  try {
    const program = await createProgram(io, args, (result) => {
      status = result;
    });
    captureOutput(program, program.name(), io, written);
    for (const command of program.commands)
      captureOutput(command, `${program.name()} ${command.name()}`, io, written);
    await program.parseAsync(withoutVainHelp(args), { from: 'user' });
    return status;
  } catch (error) {
    // Thrown once help or version is printed.
    if (!(error instanceof CommanderError)) return await reportFailure(error, args, io);
  }
  try {
    await Promise.all(written);
    return ExitStatus.Success;
  } catch (error) {
    return reportFailure(error, args, io);
  }
}

/** Asking for the help of a command that does not exist is the mistake of naming that command: commander tells of it only then. */
function withoutVainHelp(args: readonly string[]): readonly string[] {
  const [first, topic = ''] = args;
  return first === 'help' && /^\w/.test(topic) && !COMMAND_NAMES.includes(topic) ? args.slice(1) : args;
}

/** Makes commander throw in place of ending the process, and print help and version on our standard output. */
function captureOutput(command: Command, name: string, io: ProcessIo, written: Promise<void>[]): void {
  const onExit = (error: CommanderError): never => {
    throw error.exitCode === 0 ? error : usageFailure(error, name);
  };
  command.exitOverride(onExit).configureOutput({
    writeOut: (text) => void written.push(io.stdout.write(text)),
    writeErr: () => undefined,
  });
}

async function reportFailure(error: unknown, args: readonly string[], io: ProcessIo): Promise<number> {
  const talk = await createTalk(io, {
    color: !args.includes('--no-color'),
    quiet: args.includes('--quiet'),
    progress: false,
  });
  const failure = talk.failure(error);
  await talk.finish();
  if (args.includes('--json')) {
    const document = { schema: 'zonewright/error/v1', error: failureObject(failure) };
    // Standard output may be the very thing that failed.
    await io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`).catch(() => undefined);
  }
  return exitStatusOf(failure.kind);
}

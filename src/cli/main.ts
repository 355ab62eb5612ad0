import { CommanderError, type Command } from 'commander';
import { processIo, type ProcessIo } from '../io/process-io.ts';
import { ExitStatus, exitStatusOf } from './exit-status.ts';
import { describeFailure, failureDocument, failureLines } from './failure.ts';
import { createProgram } from './program.ts';
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
  const program = createProgram(io, (result) => {
    status = result;
  });
  for (const command of [program, ...program.commands]) captureOutput(command, io, written);
  try {
    await program.parseAsync(args, { from: 'user' });
    await Promise.all(written);
    return status;
  } catch (error) {
    await Promise.allSettled(written);
    if (error instanceof CommanderError && error.exitCode === 0) return ExitStatus.Success;
    return reportFailure(error, args, io);
  }
}

/** Makes commander throw in place of ending the process, and print help on our standard output. */
function captureOutput(command: Command, io: ProcessIo, written: Promise<void>[]): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void written.push(io.stdout.write(text)),
    writeErr: (text) => void written.push(io.stderr.write(text)),
    outputError: () => undefined,
  });
}

async function reportFailure(error: unknown, args: readonly string[], io: ProcessIo): Promise<number> {
  const failure = describeFailure(error);
  const talk = await createTalk(io, {
    color: !args.includes('--no-color'),
    quiet: args.includes('--quiet'),
    progress: false,
  });
  await talk.error(failureLines(failure));
  if ((io.variables['ZONEWRIGHT_DEBUG'] ?? '') === '1') await io.stderr.write(`${traceOf(error)}\n`);
  if (args.includes('--json')) {
    // Standard output may be the very thing that failed.
    await io.stdout
      .write(`${JSON.stringify(failureDocument(failure), undefined, 2)}\n`)
      .catch(() => undefined);
  }
  return exitStatusOf(failure.kind);
}

function traceOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause =
    error instanceof Error && error.cause !== undefined ? `\ncaused by: ${traceOf(error.cause)}` : '';
  return stack + cause;
}

import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ProgramCall, ProgramOutcome } from '../../commands/environment.ts';
import { environmentError } from '../../errors.ts';

/** Octets of output that are kept; the rest is read and forgotten. */
const MAX_OUTPUT = 1 << 20;
/** Milliseconds between asking a program that is late to end, and ending it. */
const GRACE = 1000;
/** Milliseconds that output may still come after the end: a process in the background may hold the pipe for ever. */
const DRAIN = 250;

/** Runs a program in a process group of its own, so that its children end with it; see `ProgramRunner`. */
export function runProgram({ argv, stdin = '', variables, timeout }: ProgramCall): Promise<ProgramOutcome> {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: { ...withoutPassphrases(process.env), ...variables },
      stdio: 'pipe',
      detached: true,
    });
    let isLate = false;
    const timers = [
      setTimeout(() => {
        isLate = true;
        killGroup(child, 'SIGTERM');
        timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), GRACE));
      }, timeout * 1000),
    ];
    const end = (settle: () => void): void => {
      for (const timer of timers) clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      settle();
    };
    const stdout = collected(child.stdout);
    const stderr = collected(child.stderr);
    // A program need not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.on('error', (error: NodeJS.ErrnoException) => {
      end(() =>
        reject(
          environmentError('program/not-started', `${file} cannot be run (${error.code ?? error.message})`, {
            hint: 'name the program with its whole path, and see whether it may be executed',
          }),
        ),
      );
    });
    const finish = (status: number | null): void => {
      end(() => {
        if (isLate) {
          reject(environmentError('program/timeout', `${file} has not ended within ${timeout} s`));
        } else {
          resolve({ status: status ?? undefined, stdout: stdout(), stderr: stderr() });
        }
      });
    };
    child.on('exit', (status) => timers.push(setTimeout(() => finish(status), DRAIN)));
    child.on('close', finish);
  });
}

/** What opens private keys is nobody else's business. */
function withoutPassphrases(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !/^ZONEWRIGHT_.*PASSPHRASE/.test(name)),
  );
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended just now.
  }
}

/** Reads a stream; the result gives what has come so far as text. */
function collected(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length < MAX_OUTPUT) chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString();
}

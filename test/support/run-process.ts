import { spawn } from 'node:child_process';
import { noteRun } from './leaks/record.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of the test run; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | Uint8Array;
  /** Milliseconds; the process is killed after them and the promise is rejected. */
  readonly timeout?: number;
  /** Another's program, which may print a key that it was asked for: secrets are not searched for in what it says. */
  readonly isPeer?: boolean;
}

export interface RunResult {
  /** The exit status, or null if a signal ended the process. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. A failing status is a result; only a program that cannot run, or hangs, throws. */
export function runProcess(
  file: string,
  args: readonly string[],
  { cwd, env, stdin = '', timeout = 50_000, isPeer = false }: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      // English messages without colour, and UTC, on every machine.
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: 'pipe',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout);

    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program that does not read its input closes the pipe early; that is its right.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);

    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      const result = {
        status,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      };
      if (!isPeer) noteRun([file, ...args], { ...result, variables: env, cwd });
      if (late) {
        reject(new Error(`${file} ${args.join(' ')}: no end after ${timeout} ms\n${result.stderr}`));
      } else {
        resolve(result);
      }
    });
  });
}

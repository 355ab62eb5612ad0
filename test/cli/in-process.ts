import { PassThrough } from 'node:stream';
import { run } from '../../src/cli/main.ts';
import type { ProcessIo } from '../../src/io/process-io.ts';
import { noteRun } from '../support/leaks/record.ts';

export interface InProcessOptions {
  readonly stdin?: string | Uint8Array;
  readonly variables?: Readonly<Record<string, string>>;
  /** Epoch seconds. */
  readonly clock?: number;
  /** Whether standard error is a terminal. */
  readonly terminal?: boolean;
  /** Replaces parts of what the process is given. */
  readonly io?: Partial<ProcessIo>;
}

export interface InProcessResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** 2026-11-22 12:00:00 UTC */
export const CLOCK = 1795348800;

/** Runs a command line in this process. Files are those of the machine, and relative to the working directory. */
export async function runInProcess(
  args: readonly string[],
  { stdin = '', variables = {}, clock = CLOCK, terminal = false, io = {} }: InProcessOptions = {},
): Promise<InProcessResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => stderr.push(chunk));
  const status = await run(args, {
    stdout: {
      isTerminal: false,
      write: (data) => Promise.resolve(void stdout.push(Buffer.from(data))),
    },
    stderr: {
      isTerminal: terminal,
      write: (data) => Promise.resolve(void stderr.push(Buffer.from(data))),
      stream,
    },
    variables,
    workingDirectory: process.cwd(),
    clock: () => clock,
    readStdin: () => Promise.resolve(new Uint8Array(Buffer.from(stdin))),
    ...io,
  });
  const said = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
  noteRun(args, { ...said, variables });
  return { status, ...said };
}

/** Runs a command line that asks for JSON, and reads it. */
export async function runForJson(
  args: readonly string[],
  options?: InProcessOptions,
): Promise<{ status: number; document: Record<string, unknown>; stderr: string }> {
  const { status, stdout, stderr } = await runInProcess([...args, '--json'], options);
  return { status, document: JSON.parse(stdout) as Record<string, unknown>, stderr };
}

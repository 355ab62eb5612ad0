import type { Writable } from 'node:stream';
import { environmentError } from '../errors.ts';

/** Where text goes. */
export interface Output {
  readonly isTerminal: boolean;
  /** Resolves when the data has left the process, or when nobody reads it any more. */
  write(data: string | Uint8Array): Promise<void>;
}

/** What a process is given by the one that starts it. Tests hand in their own. */
export interface ProcessIo {
  readonly stdout: Output;
  readonly stderr: Output & { readonly stream: Writable };
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** The clock, in epoch seconds. */
  clock(): number;
  readStdin(): Promise<Uint8Array>;
}

/** Those of this process. */
export function processIo(): ProcessIo {
  return {
    stdout: output(process.stdout, 'standard output'),
    stderr: { ...output(process.stderr, 'standard error'), stream: process.stderr },
    variables: process.env,
    workingDirectory: process.cwd(),
    clock: () => Math.floor(Date.now() / 1000),
    readStdin,
  };
}

function output(stream: NodeJS.WriteStream, name: string): Output {
  // Every failure comes to `write` as well; without a listener it would end the process.
  stream.on('error', () => undefined);
  return {
    isTerminal: stream.isTTY,
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => {
          if (error === null || error === undefined || isGone(error)) resolve();
          else
            reject(
              environmentError('output/failed', `${name} cannot be written: ${error.message}`, {
                cause: error,
              }),
            );
        });
      }),
  };
}

/** Whether the reader went away before the end, as `head` does. That is its right. */
function isGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw environmentError('input/failed', 'standard input cannot be read', { cause });
  }
  return new Uint8Array(Buffer.concat(chunks));
}

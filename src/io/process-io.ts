import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import type { DnsClient } from '../dnssec/dns-client.ts';
import { environmentError } from '../errors.ts';
import { lazyDnsClient } from './lazy-dns-client.ts';

/** Where text goes. */
export interface Output {
  readonly isTerminal: boolean;
  /** How many columns the terminal has, where it is one and says so. */
  readonly columns?: number | undefined;
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
  /** The network, as far as name servers are asked; tests may have none. */
  readonly dns?: DnsClient;
  readStdin(): Promise<Uint8Array>;
  /** Asks the person at the terminal for a secret, which is not shown; absent where no person is. */
  readonly askSecret?: ((prompt: string) => Promise<string>) | undefined;
}

/** Those of this process. */
export function processIo(): ProcessIo {
  return {
    stdout: {
      ...output(1, () => process.stdout, 'standard output'),
      // Only a terminal has columns, whatever the type says.
      get columns() {
        return isatty(1) ? process.stdout.columns : undefined;
      },
    },
    stderr: {
      ...output(2, () => process.stderr, 'standard error'),
      get stream() {
        return process.stderr;
      },
    },
    variables: process.env,
    workingDirectory: process.cwd(),
    dns: lazyDnsClient(),
    clock: () => Math.floor(Date.now() / 1000),
    readStdin,
    askSecret: isatty(0) && isatty(2) ? askSecret : undefined,
  };
}

async function askSecret(prompt: string): Promise<string> {
  const { readHiddenLine } = await import('./terminal-secret.ts');
  try {
    return await readHiddenLine(process.stdin, () => void process.stderr.write(prompt));
  } finally {
    process.stderr.write('\n');
  }
}

/** @param open makes the stream, which is not for free, when something is written first */
function output(descriptor: number, open: () => NodeJS.WriteStream, name: string): Output {
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => {
    // Every failure comes to `write` as well; without a listener it would end the process.
    opened ??= open().on('error', () => undefined);
    return opened;
  };
  return {
    isTerminal: isatty(descriptor),
    write: (data) =>
      new Promise((resolve, reject) => {
        stream().write(data, (error) => {
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

// Takes the place of node:fs and node:fs/promises in a bundled child: counts the operations, and lets one of them go wrong.
import sync from 'fs';
import real from 'fs/promises';
import type { FileHandle } from 'fs/promises';

/**
 * `FAULT` in the environment: `kill:N` ends the process with SIGKILL instead of operation N, `CODE:N` makes operation N fail, `CODE:N+` makes all
 * operations that change something fail from N on. Operations count from 1. With `NO_LINKS`, the file system has no hard links.
 */
const [, fault = 'none', number = '0', persistent = ''] =
  /^(\w+):(\d+)(\+?)$/.exec(process.env['FAULT'] ?? '') ?? [];

let count = 0;

/** How many operations there were. */
export function operations(): number {
  return count;
}

function step(changes: boolean): void {
  count++;
  const isDue = persistent === '' ? count === Number(number) : changes && count >= Number(number);
  if (!isDue) return;
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(fault), { code: fault });
}

type Operation<A extends unknown[], R> = (...args: A) => Promise<R>;

function counted<A extends unknown[], R>(operation: Operation<A, R>, changes: boolean): Operation<A, R> {
  return async (...args) => {
    step(changes);
    return operation(...args);
  };
}

export const chmod = counted(real.chmod, false);
export const link = counted(async (...args: Parameters<typeof real.link>) => {
  if (process.env['NO_LINKS'] !== undefined) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
  return real.link(...args);
}, true);
export const mkdir = counted(real.mkdir, true);
export const readFile = counted(real.readFile, false);
export const readdir = counted(real.readdir, false);
export const readlink = counted(real.readlink, false);
export const realpath = counted(real.realpath, false);
export const rename = counted(real.rename, true);
export const rm = counted(real.rm, false);
export const stat = counted(real.stat, false);

export async function open(...args: Parameters<typeof real.open>): Promise<FileHandle> {
  step(args[1] !== 'r');
  const handle = await real.open(...args);
  handle.writeFile = counted(handle.writeFile.bind(handle), true);
  handle.sync = counted(handle.sync.bind(handle), true);
  handle.chmod = counted(handle.chmod.bind(handle), false);
  handle.chown = counted(handle.chown.bind(handle), false);
  handle.close = counted(handle.close.bind(handle), false);
  return handle;
}

export function readFileSync(...args: Parameters<typeof sync.readFileSync>): unknown {
  step(false);
  return sync.readFileSync(...args);
}

export function rmSync(...args: Parameters<typeof sync.rmSync>): void {
  step(false);
  sync.rmSync(...args);
}

export function realpathSync(...args: Parameters<typeof sync.realpathSync>): unknown {
  step(false);
  return sync.realpathSync(...args);
}

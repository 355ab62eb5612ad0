// Takes the place of node:fs and node:fs/promises in a bundled child: counts the operations, and lets one of them go wrong.
import sync from 'fs';
import path from 'path';
import real from 'fs/promises';
import type { FileHandle } from 'fs/promises';

/**
 * `FAULT` in the environment: `kill:N` ends the process with SIGKILL instead of operation N, `CODE:N` makes operation N fail, `CODE:N+` makes all
 * operations that need space fail from N on. Operations count from 1. With `NO_LINKS`, the file system has no hard links.
 */
const [, fault = 'none', number = '0', persistent = ''] =
  /^(\w+):(\d+)(\+?)$/.exec(process.env['FAULT'] ?? '') ?? [];

/** What an operation does to the files: adds to them, changes them otherwise, or only reads. */
type Kind = 'adds' | 'changes' | 'reads';

let count = 0;

/** How many operations there were. */
export function operations(): number {
  return count;
}

const watched = process.env['WATCHED'];
const leftBehind = process.env['LEFT_BEHIND'];
let lastSeen = '';

/**
 * Copies the directory `WATCHED` to `LEFT_BEHIND/N` before operation N, if the files in it are others than before the operation that went before:
 * this is what a process leaves that dies there.
 */
function keepWhatIsThere(directory: string, copies: string): void {
  const files = sync
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => [path.join(entry.parentPath, entry.name), entry.isFile()] as const)
    .map(([name, isFile]) => [
      name,
      sync.statSync(name).mode,
      isFile ? sync.readFileSync(name, 'latin1') : '',
    ]);
  const seen = JSON.stringify(files);
  if (seen !== lastSeen) sync.cpSync(directory, path.join(copies, String(count)), { recursive: true });
  lastSeen = seen;
}

function step(kind: Kind): void {
  count++;
  if (watched !== undefined && leftBehind !== undefined) keepWhatIsThere(watched, leftBehind);
  const isDue = persistent === '' ? count === Number(number) : kind === 'adds' && count >= Number(number);
  if (!isDue) return;
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(fault), { code: fault });
}

type Operation<A extends unknown[], R> = (...args: A) => Promise<R>;

function counted<A extends unknown[], R>(operation: Operation<A, R>, kind: Kind): Operation<A, R> {
  return async (...args) => {
    step(kind);
    return operation(...args);
  };
}

export const chmod = counted(real.chmod, 'changes');
export const link = counted(async (...args: Parameters<typeof real.link>) => {
  if (process.env['NO_LINKS'] !== undefined) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
  return real.link(...args);
}, 'adds');
export const mkdir = counted(real.mkdir, 'adds');
export const readFile = counted(real.readFile, 'reads');
export const readdir = counted(real.readdir, 'reads');
export const readlink = counted(real.readlink, 'reads');
export const realpath = counted(real.realpath, 'reads');
export const rename = counted(real.rename, 'adds');
export const rm = counted(real.rm, 'changes');
export const rmdir = counted(real.rmdir, 'changes');
export const stat = counted(real.stat, 'reads');

export async function open(...args: Parameters<typeof real.open>): Promise<FileHandle> {
  step(args[1] === 'r' ? 'reads' : 'adds');
  const handle = await real.open(...args);
  handle.writeFile = counted(handle.writeFile.bind(handle), 'adds');
  handle.sync = counted(handle.sync.bind(handle), 'adds');
  handle.chmod = counted(handle.chmod.bind(handle), 'changes');
  handle.chown = counted(handle.chown.bind(handle), 'changes');
  handle.close = counted(handle.close.bind(handle), 'reads');
  return handle;
}

export function readFileSync(...args: Parameters<typeof sync.readFileSync>): unknown {
  step('reads');
  return sync.readFileSync(...args);
}

export function rmSync(...args: Parameters<typeof sync.rmSync>): void {
  step('changes');
  sync.rmSync(...args);
}

export function realpathSync(...args: Parameters<typeof sync.realpathSync>): unknown {
  step('reads');
  return sync.realpathSync(...args);
}

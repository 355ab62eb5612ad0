import { createHash, randomBytes } from 'node:crypto';
import { readdir, readlink, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { codeOf } from './error-code.ts';

/** `.NAME.MACHINE-PROCESS-RANDOM.tmp`: hidden, and it tells whose it is. */
const NAME = /^\..*\.([0-9a-f]{8})-([1-9]\d*)-[0-9a-f]{12}\.tmp$/s;

/** Of the name of the file that it is for: names may have 255 octets. */
const LONGEST_NAME = 200;

/** A new name for a file that will take the place of `file`, or will be linked to it, beside it. Removes what dead processes of this machine left there. */
export async function temporaryBeside(file: string): Promise<string> {
  const directory = path.dirname(file);
  const machine = await thisMachine();
  await removeStale(directory, machine);
  const name = path.basename(file).slice(0, LONGEST_NAME);
  return path.join(directory, `.${name}.${machine}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

const cleaned = new Set<string>();

/** Removes, once in the life of this process, the temporary files of processes that are gone. That it cannot is no reason to fail. */
async function removeStale(directory: string, machine: string): Promise<void> {
  if (cleaned.has(directory)) return;
  cleaned.add(directory);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const [, itsMachine, pid] = NAME.exec(name) ?? [];
    if (itsMachine === machine && !isRunning(Number(pid)))
      await rm(path.join(directory, name), { force: true }).catch(() => undefined);
  }
}

/** What process numbers mean something in: this host and, in a container, its namespace. */
async function thisMachine(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return createHash('sha256').update(`${os.hostname()}\n${namespace}`).digest('hex').slice(0, 8);
}

/** Whether there is a process with this number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

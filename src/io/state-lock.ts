import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, open, readFile, readlink, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lock, Locks } from '../commands/environment.ts';
import { printTime } from '../dns/time.ts';
import { environmentError, type ZonewrightError } from '../errors.ts';
import { cleanUpAtExit } from './exit-cleanup.ts';
import { codeOf } from './error-code.ts';
import { guarded } from './file-store.ts';
import { isRunning, temporaryBeside } from './temporary-files.ts';

const FILE_MODE = 0o644;
/** Milliseconds between two attempts. */
const POLL = 50;
/** How file systems say that they have no hard links. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** What a lock file says, as JSON. Where the machine has no `/proc`, less. */
interface Holder {
  /** Random: tells this lock from every other one. */
  readonly id: string;
  readonly pid: number;
  readonly command: string;
  readonly host: string;
  readonly since: string;
  /** Of the process, in clock ticks since the boot. Together with the number it names a process for good. */
  readonly started?: string | undefined;
  readonly boot?: string | undefined;
  /** Process numbers mean nothing outside of their namespace: two containers on one machine can have the same. */
  readonly pidNamespace?: string | undefined;
}

export interface LockOptions {
  /** Milliseconds that a run waits for the one before it. */
  readonly patience?: number;
  readonly procDirectory?: string;
}

/**
 * Locks that are files, for all processes that see them.
 *
 * A lock whose holder is dead is taken over only where that is certain: on the same host, boot and process namespace, when there is no process
 * with that number and start time. Where that cannot be known (another host, a boot since, no `/proc`), a person has to delete the file.
 */
export function fileLocks({ patience = 5000, procDirectory = '/proc' }: LockOptions = {}): Locks {
  return {
    acquire: (name, command) =>
      guarded(name, async () => {
        const file = path.resolve(name);
        const machine = new Machine(procDirectory);
        const me = await machine.describeThisProcess(command);
        const deadline = Date.now() + patience;
        while (!(await tryToTake(file, me, machine))) {
          if (Date.now() >= deadline) throw await lockedError(file, name, me, machine);
          await sleep(POLL);
        }
        return hold(file, me.id);
      }),
  };
}

async function tryToTake(file: string, me: Holder, machine: Machine): Promise<boolean> {
  if (await create(file, me)) return true;
  const holder = await readHolder(file);
  if (typeof holder !== 'object' || !(await machine.isDead(holder, me))) return false;
  return takeOver(file, holder, me, machine);
}

/**
 * Puts our lock in the place of a dead one. Of several runs that try, one may: the one that holds the lock on replacing just this dead lock.
 * Nobody else touches it meanwhile, and the others will not find it again.
 */
async function takeOver(file: string, dead: Holder, me: Holder, machine: Machine): Promise<boolean> {
  const claim = `${file}.${dead.id}`;
  if (!(await tryToTake(claim, me, machine))) return false;
  try {
    const holder = await readHolder(file);
    if (typeof holder !== 'object' || holder.id !== dead.id) return false;
    await withTemporary(file, me, (temporary) => rename(temporary, file));
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

/** Makes a lock file that is whole from the beginning. False where there is one. */
async function create(file: string, me: Holder): Promise<boolean> {
  try {
    await withTemporary(file, me, (temporary) => linkOrCopy(temporary, file, me));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Where the file system has no hard links, a run that is killed right here leaves a lock that a person has to delete. */
async function linkOrCopy(temporary: string, file: string, me: Holder): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error;
    await writeNew(file, me);
  }
}

async function withTemporary(
  file: string,
  me: Holder,
  action: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = await temporaryBeside(file);
  try {
    await writeNew(temporary, me);
    await action(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeNew(file: string, me: Holder): Promise<void> {
  const handle = await open(file, 'wx', FILE_MODE);
  try {
    await handle.writeFile(`${JSON.stringify(me, undefined, 2)}\n`);
  } finally {
    await handle.close();
  }
}

/** Who holds a lock; undefined where there is none. */
async function readHolder(file: string): Promise<Holder | 'unreadable' | undefined> {
  try {
    return parseHolder(await readFile(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | 'unreadable' {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return 'unreadable';
  }
  return isHolder(content) ? content : 'unreadable';
}

function isHolder(content: unknown): content is Holder {
  if (typeof content !== 'object' || content === null) return false;
  const { id, pid, command, host, since, started, boot, pidNamespace } = content as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    // It becomes part of a file name.
    /^[0-9a-f]{16}$/.test(id) &&
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    [command, host, since].every((value) => typeof value === 'string') &&
    [started, boot, pidNamespace].every((value) => value === undefined || typeof value === 'string')
  );
}

/** What is known of processes here. */
class Machine {
  readonly #proc: string;

  constructor(procDirectory: string) {
    this.#proc = procDirectory;
  }

  async describeThisProcess(command: string): Promise<Holder> {
    const [self, boot, pidNamespace] = await Promise.all([
      this.#process('self'),
      known(readFile(path.join(this.#proc, 'sys/kernel/random/boot_id'), 'utf8')),
      known(readlink(path.join(this.#proc, 'self/ns/pid'))),
    ]);
    return {
      id: randomBytes(8).toString('hex'),
      pid: process.pid,
      command,
      host: os.hostname(),
      since: printTime(Math.floor(Date.now() / 1000)),
      started: self?.started,
      boot: boot?.trim(),
      pidNamespace,
    };
  }

  /** Whether it can be known here if that process lives. */
  canSee({ host, boot, pidNamespace, started }: Holder, me: Holder): boolean {
    return (
      host === me.host &&
      boot !== undefined &&
      boot === me.boot &&
      pidNamespace !== undefined &&
      pidNamespace === me.pidNamespace &&
      started !== undefined
    );
  }

  /** Whether that process is gone for certain. */
  async isDead(holder: Holder, me: Holder): Promise<boolean> {
    if (!this.canSee(holder, me)) return false;
    if (!isRunning(holder.pid)) return true;
    // Processes of other users may be hidden in /proc: no answer is no proof.
    const found = await this.#process(String(holder.pid));
    return found !== undefined && (found.started !== holder.started || found.hasEnded);
  }

  /** Fields 3 and 22 of `/proc/PID/stat`. The name in field 2 can hold anything, closing parentheses included. */
  async #process(name: string): Promise<{ started: string; hasEnded: boolean } | undefined> {
    const text = await known(readFile(path.join(this.#proc, name, 'stat'), 'utf8'));
    const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
    const [state, started] = [fields[0], fields[22 - 3]];
    if (state === undefined || started === undefined) return undefined;
    return { started, hasEnded: state === 'Z' || state === 'X' };
  }
}

/** What reading gives; undefined where it fails. */
async function known(reading: Promise<string>): Promise<string | undefined> {
  return reading.catch(() => undefined);
}

async function lockedError(
  file: string,
  name: string,
  me: Holder,
  machine: Machine,
): Promise<ZonewrightError> {
  const holder = await readHolder(file);
  if (holder === undefined) {
    return environmentError('state/locked', 'other runs take this lock one after the other', {
      location: { file: name },
      hint: 'run the command again',
    });
  }
  if (holder === 'unreadable') {
    return environmentError('state/locked', 'another run holds this lock, and the file does not say which', {
      location: { file: name },
      hint: `when no zonewright is at work on this zone, delete ${name}`,
    });
  }
  const { pid, host, command, since } = holder;
  return environmentError(
    'state/locked',
    `another run holds this lock: process ${pid} on ${host}, "${command}", since ${since}`,
    {
      location: { file: name },
      hint: machine.canSee(holder, me)
        ? 'run the command again when that process has ended'
        : `whether it still runs cannot be known from here: when it does not, delete ${name}`,
    },
  );
}

function hold(file: string, id: string): Lock {
  const remove = (): void => removeOwn(file, id);
  const takeBack = cleanUpAtExit(remove);
  return {
    release: async () => {
      if (takeBack()) remove();
    },
  };
}

function removeOwn(file: string, id: string): void {
  try {
    // Somebody may have deleted our lock and taken one of his own.
    const holder = parseHolder(readFileSync(file, 'utf8'));
    if (typeof holder === 'object' && holder.id === id) rmSync(file);
  } catch {
    // What stays is taken over by the next run.
  }
}

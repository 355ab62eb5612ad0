import { rmSync } from 'node:fs';
import {
  chmod,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { allocateBytes } from '../dns/byte-buffer.ts';
import { environmentError, type ZonewrightError } from '../errors.ts';
import type { AtomicFile, AtomicWriteOptions, FileStatus, FileStore } from '../keys/file-store.ts';
import { codeOf } from './error-code.ts';
import { cleanUpAtExit } from './exit-cleanup.ts';
import { temporaryBeside } from './temporary-files.ts';

const PERMISSIONS = 0o7777;
/** What a new file gets, less the process's umask. */
const NEW_FILE_MODE = 0o666;

/** The file system of this machine. */
export const fileStore: FileStore = {
  // Other threads may read what is large.
  read: (file) =>
    guarded(file, async () => {
      const handle = await open(file);
      try {
        const status = await handle.stat();
        if (status.isFile() && status.size > 0) return await readInto(allocateBytes(status.size), handle);
        const content = await handle.readFile();
        const bytes = allocateBytes(content.length);
        bytes.set(content);
        return bytes;
      } finally {
        await handle.close();
      }
    }),
  readText: (file) => guarded(file, () => readFile(file, 'utf8')),

  list: (directory) =>
    guarded(directory, async () => {
      const names = await readdir(directory).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      });
      return names.sort();
    }),

  status: (file) => guarded(file, () => statusOf(file)),

  isSameFile: (file, other) =>
    guarded(file, async () => {
      const [a, b] = await Promise.all([identity(file), identity(other)]);
      return a !== undefined && a === b;
    }),

  createExclusive: (file, data, mode) =>
    guarded(file, async () => {
      // Not in its place before it is whole: a process may be killed at any moment.
      const temporary = await temporaryBeside(file);
      const takeBack = cleanUpAtExit(() => rmSync(temporary, { force: true }));
      try {
        await writeNew(temporary, data, mode);
        await link(temporary, file).catch((error: unknown) => {
          if (!NO_LINKS.has(codeOf(error))) throw error;
          return writeNew(file, data, mode);
        });
      } finally {
        await rm(temporary, { force: true });
        takeBack();
      }
      await syncDirectory(path.dirname(file));
    }),

  async writeAtomic(file, data, options) {
    const output = await fileStore.openAtomic(file, options);
    try {
      await output.write(data);
      await output.commit();
    } finally {
      await output.discard();
    }
  },

  openAtomic: (file, options) => guarded(file, () => openAtomic(file, options)),

  makeDirectory: (directory, mode) =>
    guarded(directory, async () => {
      const made = await makeMissing(directory, mode);
      // The umask must not take away what was asked for.
      if (made.length > 0) await chmod(directory, mode);
      return made;
    }),

  removeEmptyDirectory: (directory) =>
    guarded(directory, () =>
      rmdir(directory).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'ENOENT') throw error;
      }),
    ),

  remove: (file) => guarded(file, () => rm(file, { force: true })),
};

/** How much one call reads at the most: Node refuses 2 GiB. */
const READ_AT_ONCE = 1 << 30;

/** Reads the beginning of a file into `bytes`; returns what of them was filled. */
async function readInto(bytes: Uint8Array, handle: FileHandle): Promise<Uint8Array> {
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(
      bytes,
      length,
      Math.min(bytes.length - length, READ_AT_ONCE),
      length,
    );
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/**
 * Makes a directory and its parents, and tells which were missing. The `recursive` of Node's mkdir never returns where a parent exists and
 * yet nothing can be made in it, as in /proc.
 */
async function makeMissing(directory: string, mode: number): Promise<readonly string[]> {
  if ((await statusOf(directory))?.kind === 'directory') return [];
  const parent = path.dirname(directory);
  const parents = parent === directory ? [] : await makeMissing(parent, mode);
  try {
    await mkdir(directory, { mode });
    return [...parents, directory];
  } catch (error) {
    // Another run may have been faster.
    if (codeOf(error) === 'EEXIST' && (await statusOf(directory))?.kind === 'directory') return parents;
    throw error;
  }
}

/** What systems answer that have no hard links. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

async function writeNew(file: string, data: Uint8Array | string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(data);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(file, { force: true });
    throw error;
  }
  await handle.close();
}

async function openAtomic(
  file: string,
  { mode, durable = true }: AtomicWriteOptions = {},
): Promise<AtomicFile> {
  const target = await targetOf(file);
  const replaced = await stat(target).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (replaced !== undefined && !replaced.isFile()) {
    throw environmentError('file/not-regular', 'this is no regular file, and will not be replaced', {
      location: { file },
      hint: 'name a file, or "-" for standard output',
    });
  }
  const directory = path.dirname(target);
  const temporary = await temporaryBeside(target);
  const takeBack = cleanUpAtExit(() => rmSync(temporary, { force: true }));
  // Private until it has its final owner and mode.
  const firstMode = replaced === undefined && mode === undefined ? NEW_FILE_MODE : 0o600;
  const handle = await open(temporary, 'wx', firstMode).catch((error: unknown) => {
    takeBack();
    throw error;
  });

  const early = new EarlySync(handle);
  const discard = async (): Promise<void> => {
    if (!takeBack()) return;
    try {
      await early.finish().catch(() => undefined);
      await handle.close();
    } finally {
      await rm(temporary, { force: true });
    }
  };

  return {
    write: (data) =>
      guarded(file, async () => {
        await handle.writeFile(data);
        if (durable) early.wrote(data.length);
      }),
    commit: () =>
      guarded(file, async () => {
        if (replaced !== undefined) await keepOwner(handle, replaced);
        const finalMode = mode ?? replaced?.mode;
        if (finalMode !== undefined) await handle.chmod(finalMode & PERMISSIONS);
        await early.finish();
        if (durable) await handle.sync();
        // Some file systems tell of a full disk only now.
        await handle.close();
        await rename(temporary, target);
        takeBack();
        if (durable) await syncDirectory(directory);
      }),
    discard,
  };
}

/** So much is written between two syncs of one file, at the least. */
const OCTETS_A_SYNC = 4 << 20;

/** Lets the disk begin while a large file is still written, so that its last sync has little to wait for. */
class EarlySync {
  readonly #handle: FileHandle;
  #unsynced = 0;
  #running: Promise<void> | undefined;
  #failure: unknown;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Says how much was written, about. One sync runs at a time. */
  wrote(octets: number): void {
    this.#unsynced += octets;
    if (this.#unsynced < OCTETS_A_SYNC || this.#running !== undefined) return;
    this.#unsynced = 0;
    this.#running = this.#handle
      .datasync()
      .catch((error: unknown) => (this.#failure = error))
      .then(() => (this.#running = undefined));
  }

  /**
   * Resolves when none is running.
   * @throws what the system said of one: it may say that of no later sync
   */
  async finish(): Promise<void> {
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure as Error;
  }
}

/** Where a path leads, through symbolic links, also when nothing is there yet. */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  try {
    return path.resolve(path.dirname(file), await readlink(file));
  } catch {
    return path.resolve(file);
  }
}

/** Only root can give files away; everybody else owns what he replaces, or goes without. */
async function keepOwner(handle: FileHandle, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  const now = await handle.stat();
  if (now.uid !== uid || now.gid !== gid) await handle.chown(uid, gid).catch(() => undefined);
}

/** Makes a rename or a new name durable. Some file systems cannot sync a directory: theirs need it not. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

async function statusOf(file: string): Promise<FileStatus | undefined> {
  try {
    const found = await stat(file);
    return {
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
      size: found.size,
      mode: found.mode & PERMISSIONS,
      modified: Math.floor(found.mtimeMs / 1000),
    };
  } catch (error) {
    if (NOTHING_THERE.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

const NOTHING_THERE: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'];

/** Runs an action on a file. What the system refuses becomes an error of ours that names the file. */
export async function guarded<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw codeOf(error)?.startsWith('E') === true ? described(file, error) : error;
  }
}

const DESCRIPTIONS: Readonly<Record<string, readonly [code: string, message: string, hint?: string]>> = {
  ENOENT: ['file/not-found', 'there is no such file or directory'],
  ENOTDIR: ['file/not-found', 'a part of this path is no directory'],
  EEXIST: [
    'file/exists',
    'the file exists already, and is left as it is',
    'name another, or remove it first',
  ],
  EISDIR: ['file/not-regular', 'this is a directory'],
  EACCES: [
    'file/permission',
    'permission denied',
    'run as the user who owns the file and its directory, or give this one the rights',
  ],
  EPERM: ['file/permission', 'the operation is not permitted'],
  EROFS: ['file/permission', 'the file system is read-only'],
  ENAMETOOLONG: ['file/name-too-long', 'the name is too long for the file system'],
  EFBIG: [
    'file/no-space',
    'the file is larger than it may be',
    'raise the limit (ulimit -f) and run the command again',
  ],
  ENOSPC: ['file/no-space', 'no space is left on the device', 'make room and run the command again'],
  EDQUOT: ['file/no-space', 'the disk quota is used up', 'make room and run the command again'],
};

function described(file: string, error: unknown): ZonewrightError {
  const systemCode = codeOf(error) ?? '';
  const [code, message, hint] = DESCRIPTIONS[systemCode] ?? [
    'file/failed',
    `the operation failed (${systemCode})`,
  ];
  return environmentError(code, message, {
    location: { file },
    cause: error,
    hint: systemCode === 'ENOENT' ? whereLooked(file) : hint,
  });
}

/** The wrong directory is the likeliest reason why a file is not there. */
function whereLooked(file: string): string {
  return path.isAbsolute(file)
    ? 'check the name'
    : `check the name; the working directory is ${process.cwd()}`;
}

/** What two paths to one file have in common; undefined where nothing is. */
async function identity(file: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

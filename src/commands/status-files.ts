import { joinPath, type FileStore } from '../keys/file-store.ts';
import { keyFilesOfZone } from '../keys/key-name.ts';

/** Permission bits of others than the owner. */
const OTHERS = 0o077;

/** What a key directory shows of a zone's private keys without reading one. */
export interface PrivateFiles {
  /** Base names of the keys that have a `.private` file. */
  readonly bases: ReadonlySet<string>;
  /** Paths of those that others than their owner can read or write. */
  readonly open: readonly string[];
}

/** Looks for the private keys of a zone and at their modes. */
export async function findPrivateFiles(
  zone: Uint8Array,
  keyDirectory: string,
  files: FileStore,
): Promise<PrivateFiles> {
  const names = keyFilesOfZone(await files.list(keyDirectory), zone, '.private');
  const open: string[] = [];
  for (const name of names) {
    const path = joinPath(keyDirectory, name);
    const status = await files.status(path);
    if (status !== undefined && (status.mode & OTHERS) !== 0) open.push(path);
  }
  return { bases: new Set(names.map((name) => name.slice(0, -'.private'.length))), open };
}

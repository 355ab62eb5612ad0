import type { FileStore } from '../keys/file-store.ts';
import { keyFilesOfZone } from '../keys/key-name.ts';
import { privateKeyOpenToOthers } from '../keys/private-key-files.ts';

/** What a key directory shows of a zone's private keys. */
export interface PrivateFiles {
  /** Base names of the keys that have a `.private` file. */
  readonly bases: ReadonlySet<string>;
  /** Paths of those with plain keys that others than their owner can read or write. */
  readonly open: readonly string[];
}

/** Looks for the private keys of a zone and at their modes; reads only those that are open to others. */
export async function findPrivateFiles(
  zone: Uint8Array,
  keyDirectory: string,
  files: FileStore,
): Promise<PrivateFiles> {
  const names = keyFilesOfZone(await files.list(keyDirectory), zone, '.private');
  const bases = names.map((name) => name.slice(0, -'.private'.length));
  const open: string[] = [];
  for (const base of bases) {
    const found = await privateKeyOpenToOthers(keyDirectory, base, files);
    if (found !== undefined) open.push(found.file);
  }
  return { bases: new Set(bases), open };
}

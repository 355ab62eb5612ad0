import { joinPath, type FileStore } from './file-store.ts';
import { keyFilesOfZone, readKeyBaseName, splitKeyPath } from './key-name.ts';
import { storageOfPrivateKey, type PrivateKeyStorage } from './stored-private-key.ts';

const GROUP_AND_OTHERS = 0o077;

/** The file of a private key of the zone that is encrypted; undefined where none is. */
export async function encryptedKeyFile(
  directory: string,
  zone: Uint8Array,
  files: FileStore,
): Promise<string | undefined> {
  const found = await privateKeyFiles(directory, zone, files);
  const file = found.find(({ storage }) => storage === 'encrypted');
  return file && joinPath(directory, file.name);
}

/** The names of the files with the zone's plain private keys. */
export async function plainPrivateKeys(
  directory: string,
  zone: Uint8Array,
  files: FileStore,
): Promise<readonly string[]> {
  const found = await privateKeyFiles(directory, zone, files);
  return found.filter(({ storage }) => storage === 'plain').map(({ name }) => name);
}

/**
 * The file with the plain private key of a key, and its permission bits, where others than its owner may open it. What we may not read ourselves
 * counts as plain.
 */
export async function privateKeyOpenToOthers(
  directory: string,
  base: string,
  files: FileStore,
): Promise<{ readonly file: string; readonly mode: number } | undefined> {
  const file = joinPath(directory, `${base}.private`);
  const status = await files.status(file);
  if (status === undefined || (status.mode & GROUP_AND_OTHERS) === 0) return undefined;
  const text = await files.readText(file).catch(() => undefined);
  const isPlain = text === undefined || storageOfPrivateKey(text) === 'plain';
  return isPlain ? { file, mode: status.mode } : undefined;
}

async function privateKeyFiles(
  directory: string,
  zone: Uint8Array,
  files: FileStore,
): Promise<readonly { readonly name: string; readonly storage: PrivateKeyStorage }[]> {
  const ofKeys = keyFilesOfZone(await files.list(directory), zone, '.private').filter(
    (name) => readKeyBaseName(splitKeyPath(name).base) !== undefined,
  );
  return Promise.all(
    ofKeys.map(async (name) => ({
      name,
      storage: storageOfPrivateKey(await files.readText(joinPath(directory, name))),
    })),
  );
}

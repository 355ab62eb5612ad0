import { algorithmByNumber } from '../dnssec/algorithms.ts';
import type { PrivateKeyMaterial } from '../dnssec/crypto.ts';
import { inputError, usageError } from '../errors.ts';
import { readBindPrivateKey } from '../keys/bind-private-key.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { readKeyBaseName, splitKeyPath, zoneFileText } from '../keys/key-name.ts';
import type { KeyEncryption } from '../keys/key-source.ts';
import type { Key } from '../keys/key.ts';
import { encryptedKeyFile, plainPrivateKeys, privateKeyOpenToOthers } from '../keys/private-key-files.ts';
import { shellWord } from '../keys/shell-word.ts';
import type { Environment } from './environment.ts';

/**
 * The directory and the base name of the key that a user named. A bare name may be in the working directory, else in the key directory.
 * @throws ZonewrightError `usage/key-file`, `key/algorithm`
 */
export async function locateKey(
  { keyFile, keyDirectory }: { readonly keyFile: string; readonly keyDirectory: string },
  { files }: Pick<Environment, 'files'>,
): Promise<{ directory: KeyDirectory; base: string }> {
  const { directory, base } = splitKeyPath(keyFile);
  const name = readKeyBaseName(base);
  if (name === undefined) {
    throw usageError('usage/key-file', `"${keyFile}" does not name a key`, {
      hint: 'name one of its files, such as Kexample.com.+013+12345.key',
    });
  }
  if (algorithmByNumber(name.algorithm)?.kind === 'refused') {
    throw inputError('key/algorithm', `keys of algorithm ${name.algorithm} cannot be used`);
  }
  const isHere = directory === undefined && (await files.status(`${base}.key`)) !== undefined;
  return { directory: new KeyDirectory(isHere ? '.' : (directory ?? keyDirectory), files), base };
}

/**
 * The tags of a zone's keys in the directory, as they are and as they would be once revoked. Names alone tell them, so that a lost
 * or damaged file keeps its tag: the REVOKE bit adds 128, and 129 where the sum carries over.
 */
export async function tagsInUse(
  keyDirectory: string,
  zone: Uint8Array,
  { files }: Pick<Environment, 'files'>,
): Promise<Set<number>> {
  const tags = new Set<number>();
  for (const name of await files.list(keyDirectory)) {
    const parts = readKeyBaseName(splitKeyPath(name).base);
    if (parts?.zoneText.toLowerCase() !== zoneFileText(zone)) continue;
    for (const difference of [0, 128, 129]) tags.add((parts.keyTag + difference) & 0xffff);
  }
  return tags;
}

/**
 * What a new private key is encrypted with, if it is to be.
 * @param wanted what the user says; without it, a key is encrypted if another of the zone is
 * @throws ZonewrightError `key/passphrase-wrong` where the passphrase is not that of the others
 */
export async function encryptionOfNewKey(
  wanted: boolean | undefined,
  keyDirectory: string,
  zone: Uint8Array,
  { files, keyAccess }: Pick<Environment, 'files' | 'keyAccess'>,
): Promise<KeyEncryption | undefined> {
  const file = await encryptedKeyFile(keyDirectory, zone, files);
  if (!(wanted ?? file !== undefined)) return undefined;
  const { encryption } = keyAccess;
  // All keys of a zone have one passphrase: what opens none of the others must not be put on a new one.
  const { encrypted } = file === undefined ? {} : readBindPrivateKey(await files.readText(file), file);
  if (file !== undefined && encrypted !== undefined) await encryption.decrypt(encrypted, file);
  return encryption;
}

/** Opens a private key, and warns where others may read a plain one. */
export async function openPrivateKey(
  directory: KeyDirectory,
  key: Key,
  { files, keyAccess, warn }: Pick<Environment, 'files' | 'keyAccess' | 'warn'>,
): Promise<PrivateKeyMaterial> {
  const open = await privateKeyOpenToOthers(directory.path, key.base, files);
  if (open !== undefined) {
    warn(
      `${open.file} holds a plain private key, and others may read it (mode ${open.mode.toString(8)})`,
      `chmod 600 ${shellWord(open.file)}`,
    );
  }
  return directory.privateKey(key, keyAccess);
}

/**
 * The private keys of a zone that lie in plain in a version control repository: whoever has a copy of that can sign.
 * @returns the names of their files; none where the directory is in no repository
 */
export async function plainKeysInRepository(
  keyDirectory: string,
  zone: Uint8Array,
  { files }: Pick<Environment, 'files'>,
): Promise<readonly string[]> {
  if (!(await isInRepository(keyDirectory, files))) return [];
  return plainPrivateKeys(keyDirectory, zone, files);
}

const REPOSITORY_MARKS = ['.git', '.hg', '.svn', '.jj'];

async function isInRepository(directory: string, files: Environment['files']): Promise<boolean> {
  for (let path = directory; ; path = `${path}/..`) {
    for (const mark of REPOSITORY_MARKS) {
      if ((await files.status(`${path}/${mark}`)) !== undefined) return true;
    }
    // The root is its own parent.
    if (await files.isSameFile(path, `${path}/..`)) return false;
    if ((await files.status(path)) === undefined) return false;
  }
}

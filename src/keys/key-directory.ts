import { canonicalName, nameToText } from '../dns/name.ts';
import { usableAlgorithm } from '../dnssec/algorithms.ts';
import type { PrivateKeyMaterial, SoftwareKey, TokenKey } from '../dnssec/crypto.ts';
import { DNSSEC_PROTOCOL, readDnskey, ZONE_FLAG } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { isSameKey, type PrivateJwk } from '../dnssec/public-key.ts';
import { environmentError, inputError, ZonewrightError } from '../errors.ts';
import { damagedKey } from './bind-lines.ts';
import {
  isKeyReference,
  printBindPrivateKey,
  privateKeyMaterial,
  readBindPrivateKey,
  tokenKeyOfReference,
  uriOfReference,
  type BindPrivateKey,
} from './bind-private-key.ts';
import { printBindPublicKey, readBindPublicKey, type BindPublicKey } from './bind-public-key.ts';
import { printBindState, readBindState, type BindState } from './bind-state.ts';
import { joinPath, type FileStore } from './file-store.ts';
import type { KeyAccess, KeySource } from './key-source.ts';
import type { Key } from './key.ts';
import { keyBaseName, keyFilesOfZone, readKeyBaseName, zoneLabel } from './key-name.ts';
import { roleOfKey } from './roles.ts';
import { storageOfPrivateKey } from './stored-private-key.ts';
import { isUntimed } from './timing.ts';

const DIRECTORY_MODE = 0o700;
const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;

/** What the files of one key hold. */
export interface KeyFiles {
  readonly publicKey: BindPublicKey;
  /** Undefined where there is no `.private` file. */
  readonly privateKey: BindPrivateKey | undefined;
  readonly state: BindState | undefined;
}

/** What became of a key in an HSM when its files were removed: one that somebody else made there is left. */
export type TokenKeyFate = 'deleted' | 'left';

/** The keys in a directory of BIND files: `.key`, `.private` and, where BIND's key manager was at work, `.state`. */
export class KeyDirectory implements KeySource {
  readonly path: string;
  readonly #files: FileStore;

  constructor(path: string, files: FileStore) {
    this.path = path;
    this.#files = files;
  }

  /**
   * The keys of a zone; none where the directory does not exist.
   * @throws ZonewrightError `key/damaged`, `key/unreadable` for the first file that cannot be used
   */
  async listKeys(zone: Uint8Array): Promise<readonly Key[]> {
    const keys: Key[] = [];
    for (const name of keyFilesOfZone(await this.#files.list(this.path), zone, '.key')) {
      const base = name.slice(0, -'.key'.length);
      if (readKeyBaseName(base) === undefined) continue;
      const files = await this.readFiles(base);
      // SIG(0) and host keys may lie beside.
      if (isForZone(files.publicKey)) keys.push(keyOfFiles(base, files));
    }
    return keys;
  }

  /** @throws ZonewrightError `key/not-found`, `key/no-zone-key`, `key/damaged`, `key/unreadable` */
  async findKey(base: string): Promise<Key> {
    const files = await this.readFiles(base);
    if (isForZone(files.publicKey)) return keyOfFiles(base, files);
    throw inputError('key/no-zone-key', 'this is no key for a zone: it lacks the ZONE flag or protocol 3', {
      location: { file: this.#path(base, 'key') },
    });
  }

  /** @throws ZonewrightError `key/no-private`, `key/damaged`, `key/mismatch`, and what `access` throws */
  async privateKey(key: Key, { encryption, tokens }: KeyAccess): Promise<PrivateKeyMaterial> {
    const file = this.#path(key.base, 'private');
    const text = await this.#readText(file);
    if (text === undefined) {
      throw inputError('key/no-private', `the private key of ${key.base} is missing`, {
        location: { file },
        hint: `restore the file, or run "zonewright rotate ${zoneLabel(key.zone)} --recover ${key.keyTag}"`,
      });
    }
    const { publicKey } = readDnskey(key.dnskeyRdata);
    const stored = readBindPrivateKey(text, file);
    if (isKeyReference(stored)) return tokens.open(tokenKeyOfReference(stored, publicKey, file));
    if (stored.encrypted === undefined) return privateKeyMaterial(stored, publicKey, file);
    return decryptedKey(key, await encryption.decrypt(stored.encrypted, file), file);
  }

  /**
   * The secret of a key that lies in plain in its file; undefined where it is under a passphrase, in an HSM or not there.
   * @throws ZonewrightError `key/damaged`, `key/mismatch`
   */
  async plainPrivateKey(key: Key): Promise<SoftwareKey | undefined> {
    const { publicKey, privateKey } = await this.readFiles(key.base);
    if (privateKey === undefined || isKeyReference(privateKey) || privateKey.encrypted !== undefined)
      return undefined;
    return privateKeyMaterial(
      privateKey,
      readDnskey(publicKey.rdata).publicKey,
      this.#path(key.base, 'private'),
    );
  }

  /** Reads all files of a key, and checks that they belong together and to their name. */
  async readFiles(base: string): Promise<KeyFiles> {
    const publicFile = this.#path(base, 'key');
    const publicText = await this.#readText(publicFile);
    if (publicText === undefined) throw missingKey(base, publicFile);
    const publicKey = readBindPublicKey(new TextEncoder().encode(publicText), publicFile);
    this.#checkName(base, publicKey, publicFile);

    const privateFile = this.#path(base, 'private');
    const privateText = await this.#readText(privateFile);
    const privateKey = privateText === undefined ? undefined : readBindPrivateKey(privateText, privateFile);
    const { algorithm } = readDnskey(publicKey.rdata);
    if (privateKey !== undefined && privateKey.algorithm !== algorithm) {
      throw damagedKey(
        privateFile,
        2,
        `the algorithm is ${privateKey.algorithm}, but ${algorithm} in the .key file`,
      );
    }

    const stateFile = this.#path(base, 'state');
    const stateText = await this.#readText(stateFile);
    const state = stateText === undefined ? undefined : readBindState(stateText, stateFile);
    return { publicKey, privateKey, state };
  }

  /**
   * Writes the files of new keys, all of them or none.
   * @throws ZonewrightError `file/exists` where a key of that name is there already
   */
  async createKeys(keys: readonly { readonly base: string; readonly files: KeyFiles }[]): Promise<void> {
    const directories = await this.#files.makeDirectory(this.path, DIRECTORY_MODE);
    const created: string[] = [];
    const create = async (path: string, text: string, mode: number): Promise<void> => {
      await this.#files.createExclusive(path, text, mode);
      created.push(path);
    };
    try {
      for (const { base, files } of keys) {
        // The .key file comes last: a key without its private part would look like a lost one.
        const { privateKey, state, publicKey } = files;
        if (privateKey !== undefined) {
          await create(this.#path(base, 'private'), printBindPrivateKey(privateKey), PRIVATE_MODE);
        }
        if (state !== undefined) {
          await create(this.#path(base, 'state'), printState(state, publicKey), PUBLIC_MODE);
        }
        await create(this.#path(base, 'key'), printBindPublicKey(publicKey), PUBLIC_MODE);
      }
    } catch (error) {
      for (const path of created) await this.#files.remove(path).catch(() => undefined);
      for (const path of directories.toReversed()) {
        await this.#files.removeEmptyDirectory(path).catch(() => undefined);
      }
      throw error;
    }
  }

  /** Rewrites the files of an existing key. Where the second cannot be written, the first is put back. */
  async rewriteKey(base: string, files: KeyFiles): Promise<void> {
    const writes: [path: string, text: string][] = [];
    if (files.privateKey !== undefined) {
      writes.push([this.#path(base, 'private'), printBindPrivateKey(files.privateKey)]);
    }
    if (files.state !== undefined) {
      writes.push([this.#path(base, 'state'), printState(files.state, files.publicKey)]);
    }
    writes.push([this.#path(base, 'key'), printBindPublicKey(files.publicKey)]);
    const done: [path: string, text: string][] = [];
    try {
      for (const [path, text] of writes) {
        const before = await this.#files.readText(path);
        if (before === text) continue;
        await this.#files.writeAtomic(path, text);
        done.push([path, before]);
      }
    } catch (error) {
      for (const [path, text] of done) await this.#files.writeAtomic(path, text).catch(() => undefined);
      throw error;
    }
  }

  /** Replaces the private file of a key. Nobody but its owner may read it, whatever was there before. */
  async replacePrivateKey(base: string, privateKey: BindPrivateKey): Promise<void> {
    const path = this.#path(base, 'private');
    await this.#files.writeAtomic(path, printBindPrivateKey(privateKey), { mode: PRIVATE_MODE });
  }

  /**
   * Removes all files of a key, the public one first, and before them what its private file refers to.
   * @returns what became of that; undefined where it refers to nothing
   * @throws ZonewrightError `key/token-*`, `key/damaged` for a reference that leads nowhere; then the key is as it was
   */
  async removeKey(base: string, { tokens }: Pick<KeyAccess, 'tokens'>): Promise<TokenKeyFate | undefined> {
    const file = this.#path(base, 'private');
    const text = await this.#readText(file);
    let fate: TokenKeyFate | undefined;
    if (text !== undefined && storageOfPrivateKey(text) === 'reference') {
      const uri = uriOfReference(readBindPrivateKey(text, file), file);
      fate = uri !== undefined && (await tokens.remove({ uri, file })) ? 'deleted' : 'left';
    }
    for (const suffix of ['key', 'private', 'state'] as const)
      await this.#files.remove(this.#path(base, suffix));
    return fate;
  }

  /** The key in an HSM that a private file refers to, where it does. One that is damaged refers to nothing. */
  async tokenKey(base: string): Promise<TokenKey | undefined> {
    const file = this.#path(base, 'private');
    const text = await this.#readText(file);
    if (text === undefined || storageOfPrivateKey(text) !== 'reference') return undefined;
    try {
      const { publicKey, privateKey } = await this.readFiles(base);
      return privateKey && tokenKeyOfReference(privateKey, readDnskey(publicKey.rdata).publicKey, file);
    } catch (error) {
      if (error instanceof ZonewrightError && error.kind === 'input') return undefined;
      throw error;
    }
  }

  #path(base: string, suffix: 'key' | 'private' | 'state'): string {
    return joinPath(this.path, `${base}.${suffix}`);
  }

  /** The text of a file; undefined where it does not exist. */
  async #readText(file: string): Promise<string | undefined> {
    if ((await this.#files.status(file)) === undefined) return undefined;
    try {
      return await this.#files.readText(file);
    } catch (cause) {
      throw environmentError('key/unreadable', 'this key file cannot be read', {
        location: { file },
        hint: 'run as the user that owns the key directory',
        cause,
      });
    }
  }

  #checkName(base: string, { owner, rdata }: BindPublicKey, file: string): void {
    const { algorithm } = readDnskey(rdata);
    const expected = keyBaseName(owner, algorithm, keyTag(rdata));
    if (base.toLowerCase() !== expected.toLowerCase()) {
      throw damagedKey(file, undefined, `the file holds the key ${expected}`);
    }
  }
}

/** A key that a user named and that is not there. */
export function missingKey(base: string, file: string): ZonewrightError {
  return inputError('key/not-found', `there is no key ${base}`, {
    location: { file },
    hint: 'check the name, and the directory given with --key-directory',
  });
}

/** @throws ZonewrightError `key/mismatch` where what was decrypted is another key */
function decryptedKey({ algorithm, dnskeyRdata }: Key, jwk: PrivateJwk, file: string): SoftwareKey {
  const usable = usableAlgorithm(algorithm);
  const { publicKey } = readDnskey(dnskeyRdata);
  if (usable !== undefined && isSameKey(usable, jwk, publicKey))
    return { kind: 'software', algorithm, jwk, file };
  throw inputError('key/mismatch', 'the private key does not belong to the public key beside it', {
    location: { file },
    hint: 'restore both files of the key from the same backup',
  });
}

/** The key that files hold. Where the `.private` file has no times, those of the `.key` file count. */
export function keyOfFiles(base: string, { publicKey, privateKey, state }: KeyFiles): Key {
  const { algorithm, flags } = readDnskey(publicKey.rdata);
  const timing =
    privateKey === undefined || isUntimed(privateKey.timing) ? publicKey.timing : privateKey.timing;
  return {
    base,
    zone: canonicalName(publicKey.owner),
    algorithm,
    keyTag: keyTag(publicKey.rdata),
    flags,
    role: roleOfKey(flags, state),
    ttl: publicKey.ttl,
    dnskeyRdata: publicKey.rdata,
    timing,
    state,
    hasPrivate: privateKey !== undefined,
  };
}

function isForZone({ rdata }: BindPublicKey): boolean {
  const { flags, protocol } = readDnskey(rdata);
  return (flags & ZONE_FLAG) !== 0 && protocol === DNSSEC_PROTOCOL;
}

function printState(state: BindState, { owner, rdata }: BindPublicKey): string {
  return printBindState(state, keyTag(rdata), nameToText(owner));
}

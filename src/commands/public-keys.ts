import { canonicalName } from '../dns/name.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { inputError } from '../errors.ts';
import { damagedKey } from '../keys/bind-lines.ts';
import { readBindPublicKey } from '../keys/bind-public-key.ts';
import { readBindState } from '../keys/bind-state.ts';
import { joinPath, type FileStore } from '../keys/file-store.ts';
import { missingKey } from '../keys/key-directory.ts';
import { keyBaseName, keyFilesOfZone, readKeyBaseName, splitKeyPath } from '../keys/key-name.ts';
import { roleOfKey, type Role } from '../keys/roles.ts';
import type { KeyTiming } from '../keys/timing.ts';

/** What everybody may know of a key: read without its `.private` file, which need not be there or be readable. */
export interface PublicKey {
  /** How messages name it. */
  readonly source: string;
  /** The zone's name in canonical wire form. */
  readonly zone: Uint8Array;
  readonly role: Role;
  readonly dnskeyRdata: Uint8Array;
  readonly timing: KeyTiming;
}

/**
 * Reads a `.key` file, and the `.state` file beside it, which alone tells a CSK from a KSK.
 * @throws ZonewrightError `key/not-found`; `key/damaged`, also where the file's name and its content do not fit; `file/*`
 */
export async function readPublicKey(file: string, files: FileStore): Promise<PublicKey> {
  const { base } = splitKeyPath(file);
  if ((await files.status(file)) === undefined) throw missingKey(base, file);
  const { owner, rdata, timing, type } = readBindPublicKey(await files.read(file), file);
  const { flags, algorithm } = readDnskey(rdata);
  const expected = keyBaseName(owner, algorithm, keyTag(rdata));
  if (readKeyBaseName(base) !== undefined && base.toLowerCase() !== expected.toLowerCase()) {
    throw damagedKey(file, undefined, `the file holds the key ${expected}`);
  }
  if (type !== 'DNSKEY') {
    throw inputError('key/no-zone-key', 'this is a KEY record, which no zone is signed with', {
      location: { file },
    });
  }
  const stateFile = `${file.replace(/\.key$/, '')}.state`;
  const hasState = (await files.status(stateFile)) !== undefined;
  const state = hasState ? readBindState(await files.readText(stateFile), stateFile) : {};
  return {
    source: file,
    zone: canonicalName(owner),
    role: roleOfKey(flags, state),
    dnskeyRdata: rdata,
    timing,
  };
}

/** The keys of a zone in a directory; none where the directory does not exist. */
export async function listPublicKeys(
  directory: string,
  zone: Uint8Array,
  files: FileStore,
): Promise<PublicKey[]> {
  const names = keyFilesOfZone(await files.list(directory), zone, '.key').filter(
    (name) => readKeyBaseName(name.slice(0, -'.key'.length)) !== undefined,
  );
  return Promise.all(names.map((name) => readPublicKey(joinPath(directory, name), files)));
}

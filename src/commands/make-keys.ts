import { canonicalName, nameToText } from '../dns/name.ts';
import type { UsableAlgorithm } from '../dnssec/algorithms.ts';
import { DNSSEC_PROTOCOL, writeDnskey } from '../dnssec/dnskey.ts';
import { keyTag, revokedKeyTag } from '../dnssec/key-tag.ts';
import { keySize } from '../dnssec/public-key.ts';
import { environmentError, inputError } from '../errors.ts';
import type { BindState } from '../keys/bind-state.ts';
import { KeyDirectory, keyOfFiles, type KeyFiles } from '../keys/key-directory.ts';
import { keyBaseName } from '../keys/key-name.ts';
import type { KeyEncryption } from '../keys/key-source.ts';
import { flagsOfRole, type Role } from '../keys/roles.ts';
import { storePrivateKey } from '../keys/stored-private-key.ts';
import type { KeyTiming } from '../keys/timing.ts';
import { encryptionOfNewKey, tagsInUse } from './key-files.ts';
import { warnAboutTiming } from './key-times.ts';
import type { KeygenEnvironment, KeygenResult } from './keygen.ts';
import { discardKeyPair, newKeyPair, type KeySources, type NewKeyPair } from './new-key-pair.ts';

/** Key tags are 16 bits: so many collisions in a row mean that something is wrong with the random numbers. */
const MAXIMUM_ATTEMPTS = 100;

/** Everything that decides about one new key. */
export interface KeyRequest {
  readonly role: Role;
  readonly algorithm: UsableAlgorithm;
  readonly bits: number | undefined;
  readonly timing: KeyTiming;
  readonly ttl: number | null | undefined;
  /** The tag of the key that this one follows. */
  readonly predecessor?: number;
}

interface KeyPlace {
  readonly zone: Uint8Array;
  readonly keyDirectory: string;
  readonly encrypt: boolean | undefined;
  readonly sources: KeySources | undefined;
}

/** Makes keys and writes their files, all or none. */
export async function makeKeys(
  requests: readonly KeyRequest[],
  { zone, keyDirectory, encrypt, sources = {} }: KeyPlace,
  environment: KeygenEnvironment,
): Promise<KeygenResult> {
  const taken = await tagsInUse(keyDirectory, zone, environment);
  const encryption = await encryptionOfNewKey(encrypt, keyDirectory, zone, environment);
  const made: { base: string; files: KeyFiles; pair: NewKeyPair }[] = [];
  try {
    for (const request of requests) {
      const source = sources[request.role];
      const { pair, rdata } = await makeKeyPair(zone, { ...request, source }, taken, environment);
      const files = await filesOfNewKey(zone, request, pair, rdata, encryption, environment);
      const base = keyBaseName(zone, request.algorithm.number, keyTag(rdata));
      warnAboutTiming(keyOfFiles(base, files), request.timing, environment);
      made.push({ base, files, pair });
    }
    await new KeyDirectory(keyDirectory, environment.files).createKeys(made);
  } catch (error) {
    for (const { pair } of made) await discardKeyPair(pair, environment);
    throw error;
  }
  return { keyDirectory, keys: made.map(({ base, files }) => keyOfFiles(base, files)) };
}

/** Makes or finds one key whose tag, and whose tag once revoked, no other key of the zone has. */
async function makeKeyPair(
  zone: Uint8Array,
  request: KeyRequest & { readonly source: string | undefined },
  taken: Set<number>,
  environment: KeygenEnvironment,
): Promise<{ readonly pair: NewKeyPair; readonly rdata: Uint8Array }> {
  const { role, algorithm } = request;
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const pair = await newKeyPair({ ...request, zone }, environment);
    const { publicKey } = pair;
    const flags = flagsOfRole(role);
    const rdata = writeDnskey({ flags, protocol: DNSSEC_PROTOCOL, algorithm: algorithm.number, publicKey });
    const tags = [keyTag(rdata), revokedKeyTag(rdata)];
    if (!tags.some((tag) => taken.has(tag))) {
      for (const tag of tags) taken.add(tag);
      return { pair, rdata };
    }
    if (pair.isFound) {
      throw inputError(
        'key/tag-collision',
        `the key in the HSM has the key tag ${keyTag(rdata)} of another key of ${nameToText(zone)}, or is in the key directory already`,
        { hint: 'name another key, or leave "object" and "id" out of the URI to make one' },
      );
    }
    await discardKeyPair(pair, environment);
  }
  throw environmentError(
    'key/tag-collision',
    `${MAXIMUM_ATTEMPTS} new keys in a row had the key tag of another key of ${nameToText(zone)}`,
    { hint: 'take keys that are not needed any more out of the key directory' },
  );
}

async function filesOfNewKey(
  zone: Uint8Array,
  { role, algorithm, timing, ttl, predecessor }: KeyRequest,
  { publicKey, privateKey }: NewKeyPair,
  rdata: Uint8Array,
  encryption: KeyEncryption | undefined,
  { now }: KeygenEnvironment,
): Promise<KeyFiles> {
  const link = predecessor === undefined ? [] : [{ name: 'Predecessor', value: String(predecessor) }];
  return {
    publicKey: { owner: canonicalName(zone), ttl: ttl ?? undefined, type: 'DNSKEY', rdata, timing },
    privateKey: await storePrivateKey(privateKey, timing, encryption, link),
    state: role === 'csk' ? stateOfCsk(algorithm, publicKey, now, predecessor) : undefined,
  };
}

/** Only a `.state` file can tell a CSK from a KSK. */
export function stateOfCsk(
  algorithm: UsableAlgorithm,
  publicKey: Uint8Array,
  generated: number,
  predecessor?: number,
): BindState {
  return {
    algorithm: algorithm.number,
    length: keySize(algorithm, publicKey),
    ...(predecessor === undefined ? {} : { predecessor }),
    ksk: true,
    zsk: true,
    generated,
  };
}

import { canonicalName, nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import type { UsableAlgorithm } from '../dnssec/algorithms.ts';
import { DNSSEC_PROTOCOL, readDnskey, writeDnskey } from '../dnssec/dnskey.ts';
import { keyTag, revokedKeyTag } from '../dnssec/key-tag.ts';
import { keySize } from '../dnssec/public-key.ts';
import { environmentError, inputError, usageError } from '../errors.ts';
import type { BindState } from '../keys/bind-state.ts';
import { KeyDirectory, keyOfFiles, type KeyFiles } from '../keys/key-directory.ts';
import { keyBaseName } from '../keys/key-name.ts';
import type { KeyEncryption } from '../keys/key-source.ts';
import type { Key } from '../keys/key.ts';
import { flagsOfRole, type Role } from '../keys/roles.ts';
import { storePrivateKey } from '../keys/stored-private-key.ts';
import { changeTiming, isUntimed, type KeyTiming, type KeyTimingChange } from '../keys/timing.ts';
import type { Environment } from './environment.ts';
import { algorithmForNewKeys, sizeOfNewKey, sizeOfSuccessor } from './key-algorithm.ts';
import { encryptionOfNewKey, locateKey, tagsInUse } from './key-files.ts';
import { discardKeyPair, newKeyPair, type KeySources, type NewKeyPair } from './new-key-pair.ts';

const DAY = 86400;
/** How long before its predecessor's end a successor is published (BIND's default for `-S`). */
export const DEFAULT_PREPUBLICATION = 30 * DAY;

/** Key tags are 16 bits: so many collisions in a row mean that something is wrong with the random numbers. */
const MAXIMUM_ATTEMPTS = 100;

/** The part of the world that keys are made in. */
export type KeygenEnvironment = Pick<Environment, 'now' | 'files' | 'crypto' | 'keyAccess' | 'warn'>;

/** What is common to all ways of `keygen` that make a key or set its times. */
export interface CommonOptions {
  readonly keyDirectory: string;
  /** Times to set; null takes one away, or keeps it from being set. */
  readonly timing?: KeyTimingChange;
  /** The TTL that the DNSKEY record shall have, in seconds (`-L`); null for none. */
  readonly ttl?: number | null;
  /** Whether new private keys are encrypted; without it, they are if another of the zone is. */
  readonly encrypt?: boolean | undefined;
  /** Where new keys are made; in software without it. */
  readonly sources?: KeySources | undefined;
}

export interface KeygenOptions extends CommonOptions {
  /** The zone's name in wire form. */
  readonly zone: Uint8Array;
  /** One key with this role; without it what the policy asks for. */
  readonly role?: Role;
  /** The policy: a KSK and a ZSK, or one CSK. */
  readonly keys: 'split' | 'csk';
  /** Mnemonic or number, as the user typed it. */
  readonly algorithm: string;
  /** Size of the modulus, for RSA alone. */
  readonly bits?: number;
  /** Sets no time but that of creation (BIND's `-G`): a spare, which nothing publishes or signs with by itself. */
  readonly spare?: boolean;
}

export interface SettimeOptions extends CommonOptions {
  /** Any file of the key, or its base name; without a directory it is looked for here, then in the key directory. */
  readonly keyFile: string;
}

export interface SuccessorOptions extends CommonOptions {
  /** The predecessor, named as in `SettimeOptions`. */
  readonly keyFile: string;
  /** Seconds from publication to activation. */
  readonly prepublication?: number;
}

export interface KeygenResult {
  readonly keyDirectory: string;
  /** The keys that were made or changed. Scripts read their base names. */
  readonly keys: readonly Key[];
}

/**
 * Makes the keys of a zone and writes their files, all or none.
 * @throws ZonewrightError `usage/algorithm`, `usage/bits`, `usage/timing`; `file/*`; `key/*` for keys that are there already
 */
export async function keygen(options: KeygenOptions, environment: KeygenEnvironment): Promise<KeygenResult> {
  const algorithm = algorithmForNewKeys(options.algorithm);
  const bits = sizeOfNewKey(algorithm, options.bits);
  const roles: readonly Role[] =
    options.role !== undefined ? [options.role] : options.keys === 'csk' ? ['csk'] : ['ksk', 'zsk'];
  const timing = timingOfNewKey(options, environment.now);
  const { ttl, zone, keyDirectory } = options;
  const requests = roles.map((role) => ({ role, algorithm, bits, timing, ttl }));
  const { encrypt, sources } = options;
  return makeKeys(requests, { zone, keyDirectory, encrypt, sources }, environment);
}

/**
 * Changes the times, or the TTL, of an existing key.
 * @throws ZonewrightError `key/not-found`, `key/damaged`, `key/unreadable`; `file/*`
 */
export async function settime(
  options: SettimeOptions,
  environment: KeygenEnvironment,
): Promise<KeygenResult> {
  const { directory, base } = await locateKey(options, environment);
  const files = await directory.readFiles(base);
  const before = keyOfFiles(base, files);
  const timing = changeTiming(timedFrom(before.timing, environment.now), options.timing ?? {});
  warnAboutTiming(before, timing, environment);
  if (before.state?.dnskeyState !== undefined) {
    environment.warn(
      `${base} has a .state file, whose states count for BIND before the times`,
      'change them with "dnssec-settime -s"',
    );
  }
  const ttl = options.ttl === undefined ? files.publicKey.ttl : (options.ttl ?? undefined);
  const changed: KeyFiles = {
    ...files,
    publicKey: { ...files.publicKey, timing, ttl },
    privateKey: files.privateKey === undefined ? undefined : { ...files.privateKey, timing },
  };
  await directory.rewriteKey(base, changed);
  return { keyDirectory: directory.path, keys: [keyOfFiles(base, changed)] };
}

/**
 * Makes the key that follows another: same zone, algorithm, size and role, active from when the predecessor is inactive.
 * @throws ZonewrightError `usage/successor` where the predecessor's times leave no room for it; as `keygen`
 */
export async function makeSuccessor(
  options: SuccessorOptions,
  environment: KeygenEnvironment,
): Promise<KeygenResult> {
  const { directory, base } = await locateKey(options, environment);
  const files = await directory.readFiles(base);
  const predecessor = keyOfFiles(base, files);
  const { publicKey } = readDnskey(predecessor.dnskeyRdata);
  const algorithm = algorithmForNewKeys(String(predecessor.algorithm));
  const bits = algorithm.kind === 'rsa' ? sizeOfSuccessor(keySize(algorithm, publicKey)) : undefined;
  const planned = timingOfSuccessor(predecessor, options, environment);
  const request: KeyRequest = {
    role: predecessor.role,
    algorithm,
    bits,
    timing: changeTiming(planned, options.timing ?? {}),
    ttl: options.ttl === undefined ? predecessor.ttl : options.ttl,
    predecessor: predecessor.keyTag,
  };
  const { encrypt, sources } = options;
  const place = { zone: predecessor.zone, keyDirectory: directory.path, encrypt, sources };
  const result = await makeKeys([request], place, environment);
  try {
    await directory.rewriteKey(base, linked(files, result.keys[0]!));
  } catch (error) {
    await directory.removeKey(result.keys[0]!.base, environment.keyAccess);
    throw error;
  }
  return result;
}

/** Everything that decides about one new key. */
interface KeyRequest {
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

async function makeKeys(
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

/** The predecessor's files with the tag of the key that follows it, where BIND writes it too. */
function linked({ privateKey, state, ...files }: KeyFiles, successor: Key): KeyFiles {
  const link = { name: 'Successor', value: String(successor.keyTag) };
  return {
    ...files,
    privateKey: privateKey && {
      ...privateKey,
      fields: [...privateKey.fields.filter(({ name }) => name !== link.name), link],
    },
    state: state && { ...state, successor: successor.keyTag },
  };
}

/** Published and active from now on, where nothing else is said; published when activated, where only that is said. */
export function timingOfNewKey(
  { timing: change = {}, spare = false }: Pick<KeygenOptions, 'timing' | 'spare'>,
  now: number,
): KeyTiming {
  const timing = changeTiming({ created: now }, change);
  if (spare) {
    if (timing.publish === undefined && timing.activate === undefined) return timing;
    throw usageError('usage/timing', 'a spare key has no times of publication and activation');
  }
  return changeTiming({ created: now, publish: timing.activate ?? now, activate: now }, change);
}

/** Keys from before there were times are published and active: they stay so when they get their first time. */
function timedFrom(timing: KeyTiming, now: number): KeyTiming {
  return isUntimed(timing) ? { created: now, publish: now, activate: now } : timing;
}

function timingOfSuccessor(
  { base, timing }: Key,
  { prepublication = DEFAULT_PREPUBLICATION }: SuccessorOptions,
  { now, warn }: KeygenEnvironment,
): KeyTiming {
  const settime = `set it with "zonewright keygen --settime ${base}`;
  if (timing.activate === undefined) {
    throw usageError('usage/successor', `${base} has no time of activation, so nothing can follow it`, {
      hint: `${settime} --activate TIME"`,
    });
  }
  const activate = timing.inactive;
  if (activate === undefined) {
    throw usageError(
      'usage/successor',
      `${base} has no time of inactivation, at which its successor would start`,
      {
        hint: `${settime} --inactive TIME"`,
      },
    );
  }
  const publish = activate - prepublication;
  if (publish < now) {
    throw usageError(
      'usage/successor',
      `${base} becomes inactive at ${printTime(activate)}, too soon to publish its successor in time`,
      { hint: 'move its inactivation with --settime, or choose a shorter prepublication interval' },
    );
  }
  if (timing.delete === undefined) {
    warn(
      `${base} has no time of deletion: it stays in the zone after its successor has taken over`,
      `${settime} --delete TIME"`,
    );
  }
  return { created: now, publish, activate };
}

/** Tells of times that make no sense together. */
export function warnAboutTiming({ base, role }: Key, timing: KeyTiming, { warn }: KeygenEnvironment): void {
  if (timing.revoke !== undefined && role === 'zsk') {
    warn(`${base} is a ZSK: to revoke it is lawful, but means nothing to anybody`);
  }
  const { publish, activate, inactive } = timing;
  if (publish !== undefined && activate !== undefined && activate < publish) {
    warn(`${base} is to sign before it is published`);
  }
  if (activate !== undefined && inactive !== undefined && inactive < activate) {
    warn(`${base} is to become inactive before it is active`);
  }
  if (timing.delete !== undefined && inactive !== undefined && timing.delete < inactive) {
    warn(`${base} is to be deleted before it becomes inactive`);
  }
}

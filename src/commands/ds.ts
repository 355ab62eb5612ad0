import { nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { algorithmByNumber } from '../dnssec/algorithms.ts';
import type { DigestAlgorithm } from '../dnssec/crypto.ts';
import { DNSSEC_PROTOCOL, readDnskey, REVOKE_FLAG, ZONE_FLAG } from '../dnssec/dnskey.ts';
import { DIGEST_TYPES, makeDs } from '../dnssec/ds.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { environmentError, inputError, usageError, type ZonewrightError } from '../errors.ts';
import { joinPath } from '../keys/file-store.ts';
import { readKeyBaseName, splitKeyPath, zoneLabel } from '../keys/key-name.ts';
import { signsKeys } from '../keys/roles.ts';
import { isActive, isPublished, isRevoked } from '../keys/timing.ts';
import { configuredZone, settingsOfZone, type Configuration } from './configuration.ts';
import type { DsPart, UnsafeDs } from './ds-of-state.ts';
import type { Environment } from './environment.ts';
import { hasKeysHere, USE_KEYS_HERE } from './keys-here.ts';
import { listPublicKeys, readPublicKey, type PublicKey } from './public-keys.ts';
import { hasState } from './state-file.ts';

export interface DsOptions {
  /** What the user named: zones, key files, zone files, `-`. */
  readonly sources: readonly string[];
  readonly keyDirectory: string;
  readonly configuration: Configuration;
  /** Understands a zone's name as users type it; undefined where the text is none. */
  readonly zoneName: (text: string) => Uint8Array | undefined;
  /** Digests to make; without them, those of the zone's policy. */
  readonly digests?: readonly DigestAlgorithm[] | undefined;
  /** The zone that a zone file belongs to, in wire form, where the file does not say so. */
  readonly zone?: Uint8Array | undefined;
  /** For zones with a rotation state: only what the parent must add now, or only what it must remove. */
  readonly part?: DsPart | undefined;
}

/** A key that the parent vouches for, and the DS records that do it. */
export interface DsKey {
  /** The zone's name in canonical wire form. */
  readonly owner: Uint8Array;
  readonly dnskeyRdata: Uint8Array;
  /** RDATA of the DS records, one a digest. */
  readonly ds: readonly Uint8Array[];
}

export interface DsResult {
  /** By zone, algorithm and key tag. */
  readonly keys: readonly DsKey[];
  /** Why, by the rotation state, these records must not be at the parent yet. */
  readonly unsafe: readonly UnsafeDs[];
  /** The zones that are going insecure, whose parent is to remove every DS. In wire form. */
  readonly withdrawn: readonly Uint8Array[];
}

/**
 * The DS records of zones, keys, zone files or standard input.
 *
 * Only KSKs and CSKs that are not revoked have any: the DS of a ZSK would bind the parent to a key that changes without it.
 * @throws ZonewrightError `ds/no-key` where no key is left; `file/*`, `key/*`, `zone/*`, `syntax/*`
 */
export async function ds(options: DsOptions, environment: Environment): Promise<DsResult> {
  const keys: PublicKey[] = [];
  const refused: ZonewrightError[] = [];
  const unsafe: UnsafeDs[] = [];
  const withdrawn: Uint8Array[] = [];
  for (const source of options.sources) {
    for (const key of await keysOf(source, options, { unsafe, withdrawn }, environment)) {
      const problem = unfitness(key);
      if (problem === undefined) keys.push(key);
      else refused.push(problem);
    }
  }
  const [reason] = refused;
  if (keys.length === 0 && reason !== undefined) throw reason;
  for (const { message, location } of refused) {
    // In a zone, ZSKs are a matter of course.
    if (namesKeyFile(location?.file ?? '')) environment.warn(`${location?.file ?? ''}: ${message}`);
  }
  return { keys: distinct(keys).map((key) => withDs(key, options, environment)), unsafe, withdrawn };
}

/** What a source turned out to be. */
export type DsSource =
  | { readonly kind: 'key-file'; readonly file: string }
  /** A zone with a rotation state, or with key files alone. */
  | { readonly kind: 'state' | 'keys'; readonly zone: Uint8Array }
  | { readonly kind: 'zone-file' };

/** @throws ZonewrightError `file/not-found` where a source is nothing that is here */
export async function dsSource(
  source: string,
  options: DsOptions,
  environment: Environment,
): Promise<DsSource> {
  const { configuration, keyDirectory } = options;
  const { files } = environment;
  if (namesKeyFile(source)) return { kind: 'key-file', file: await keyPath(source, options, environment) };
  const zone = source === '-' ? undefined : options.zoneName(source);
  if (zone !== undefined) {
    if (await hasState(keyDirectory, zone, environment)) return { kind: 'state', zone };
    const isConfigured = configuredZone(configuration, zone) !== undefined;
    if (isConfigured || (await listPublicKeys(keyDirectory, zone, files)).length > 0)
      return { kind: 'keys', zone };
  }
  if (source === '-' || (await files.status(source)) !== undefined) return { kind: 'zone-file' };
  throw environmentError(
    'file/not-found',
    `"${source}" is neither a configured zone, nor one with keys in ${keyDirectory}, nor a file`,
    {
      hint:
        zone !== undefined && (await hasKeysHere(zone, files))
          ? USE_KEYS_HERE
          : 'say with --key-directory where the keys of the zone are, or name a key file or a zone file',
    },
  );
}

async function keysOf(
  text: string,
  options: DsOptions,
  { unsafe, withdrawn }: { readonly unsafe: UnsafeDs[]; readonly withdrawn: Uint8Array[] },
  environment: Environment,
): Promise<readonly PublicKey[]> {
  const { configuration, keyDirectory, part } = options;
  const source = await dsSource(text, options, environment);
  if (source.kind !== 'state' && part !== undefined) {
    throw usageError(
      'usage/no-state',
      `--${part} is for zones with a rotation state, and "${text}" is none`,
      {
        hint: 'begin with "zonewright rotate ZONE"',
      },
    );
  }
  switch (source.kind) {
    case 'key-file':
      return [await readPublicKey(source.file, environment.files)];
    case 'state': {
      const { dsOfState } = await import('./ds-of-state.ts');
      const { policy } = settingsOfZone(configuration, source.zone);
      const ofState = await dsOfState(source.zone, part, policy, keyDirectory, environment);
      if (ofState.unsafe !== undefined) unsafe.push(named(ofState.unsafe, source.zone, options));
      if (ofState.isWithdrawn) withdrawn.push(source.zone);
      return ofState.keys;
    }
    case 'keys': {
      const keys = await listPublicKeys(keyDirectory, source.zone, environment.files);
      return currentKeys(source.zone, keys, keyDirectory, environment.now);
    }
    case 'zone-file': {
      const { keysOfZoneFile } = await import('./zone-file-keys.ts');
      return keysOfZoneFile(text, options.zone, environment);
    }
  }
}

/** A warning with the name of the zone before it, where there are several. */
function named(warning: UnsafeDs, zone: Uint8Array, { sources }: DsOptions): UnsafeDs {
  return sources.length === 1 ? warning : { ...warning, message: `${nameToText(zone)}: ${warning.message}` };
}

/** Whether a source is a key file by its name: it ends in `.key`, or has the form `K…+aaa+ttttt`. */
function namesKeyFile(source: string): boolean {
  return source.endsWith('.key') || readKeyBaseName(splitKeyPath(source).base) !== undefined;
}

/** Where a key file is. A bare name, as `keygen` prints it, may be in the key directory. */
async function keyPath(source: string, { keyDirectory }: DsOptions, { files }: Environment): Promise<string> {
  const { directory, base } = splitKeyPath(source);
  const file = `${base}.key`;
  if (directory !== undefined) return joinPath(directory, file);
  return (await files.status(file)) === undefined ? joinPath(keyDirectory, file) : file;
}

/** The keys of a zone that the parent should vouch for now, by their times: those that sign the DNSKEY RRset and are published in it. */
function currentKeys(
  zone: Uint8Array,
  keys: readonly PublicKey[],
  keyDirectory: string,
  now: number,
): readonly PublicKey[] {
  const label = zoneLabel(zone);
  if (keys.length === 0) {
    throw inputError('ds/no-key', `${label} has no keys in ${keyDirectory}`, {
      hint: `make them with "zonewright keygen ${label}", or say with --key-directory where they are`,
    });
  }
  const candidates = keys.filter((key) => unfitness(key) === undefined);
  if (candidates.length === 0) {
    throw inputError(
      'ds/no-key',
      `${label} has no KSK or CSK in ${keyDirectory}, and no DS is made from a ZSK`,
      {
        hint: `restore the key that is missing, or make one with "zonewright keygen ${label} --role ksk"`,
      },
    );
  }
  const current = candidates.filter(
    ({ timing }) => isPublished(timing, now) && isActive(timing, now) && !isRevoked(timing, now),
  );
  if (current.length > 0) return current;
  throw inputError(
    'ds/no-key',
    `by their times, no KSK or CSK of ${label} signs the zone at ${printTime(now)}`,
    {
      hint: 'set the times with "zonewright keygen --settime KEYFILE", or name a key file to have its DS anyway',
    },
  );
}

/** Why no DS is made from a key; undefined where nothing speaks against it. */
function unfitness({ source, role, dnskeyRdata }: PublicKey): ZonewrightError | undefined {
  const { flags, protocol } = readDnskey(dnskeyRdata);
  const complain = (problem: string): ZonewrightError =>
    inputError('ds/no-key', `key ${keyTag(dnskeyRdata)} ${problem}: no DS is made from it`, {
      location: { file: source },
    });
  if ((flags & ZONE_FLAG) === 0 || protocol !== DNSSEC_PROTOCOL) return complain('is no zone key');
  if ((flags & REVOKE_FLAG) !== 0) return complain('is revoked');
  return signsKeys(role) ? undefined : complain('is a ZSK');
}

/** Each key once, by zone, algorithm and key tag. */
function distinct(keys: readonly PublicKey[]): readonly PublicKey[] {
  const byIdentity = new Map<string, PublicKey>();
  for (const key of keys) {
    const { algorithm } = readDnskey(key.dnskeyRdata);
    const order = [nameToText(key.zone), padded(algorithm), padded(keyTag(key.dnskeyRdata)), key.dnskeyRdata];
    byIdentity.set(order.join(' '), key);
  }
  return [...byIdentity].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}

function padded(value: number): string {
  return String(value).padStart(5, '0');
}

function withDs({ zone, dnskeyRdata }: PublicKey, options: DsOptions, environment: Environment): DsKey {
  const algorithm = algorithmByNumber(readDnskey(dnskeyRdata).algorithm);
  if (algorithm !== undefined && algorithm.status !== 'recommended') {
    const reason = algorithm.reason === undefined ? '' : `: ${algorithm.reason}`;
    environment.warn(`key ${keyTag(dnskeyRdata)} has the algorithm ${algorithm.mnemonic}${reason}`);
  }
  const digests = options.digests ?? settingsOfZone(options.configuration, zone).policy.dsDigests;
  if (digests.includes('sha1')) {
    environment.warn(
      `the SHA-1 digest of key ${keyTag(dnskeyRdata)} is not secure, and many validators ignore it`,
      'give the parent SHA-256 alone (RFC 8624 section 3.3)',
    );
  }
  const wanted = DIGEST_TYPES.filter(({ digest }) => digests.includes(digest));
  return {
    owner: zone,
    dnskeyRdata,
    ds: wanted.map(({ number }) => makeDs(zone, dnskeyRdata, number, environment.crypto)),
  };
}

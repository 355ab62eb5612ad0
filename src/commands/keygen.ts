import type { Key } from '../keys/key.ts';
import type { Role } from '../keys/roles.ts';
import type { KeyTimingChange } from '../keys/timing.ts';
import type { Environment } from './environment.ts';
import { algorithmForNewKeys, sizeOfNewKey } from './key-algorithm.ts';
import { timingOfNewKey } from './key-times.ts';
import { makeKeys } from './make-keys.ts';
import type { KeySources } from './new-key-pair.ts';

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
  /** Where new keys are made; in software without it. */
  readonly sources?: KeySources | undefined;
  /** Size of the modulus, for RSA alone. */
  readonly bits?: number;
  /** Sets no time but that of creation (BIND's `-G`): a spare, which nothing publishes or signs with by itself. */
  readonly spare?: boolean;
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

import { canonicalName, nameFromText } from '../dns/name.ts';
import type { SigningKey } from '../dnssec/sign-request.ts';
import { signZone as signContent } from '../dnssec/sign-zone.ts';
import type { SerialPolicy } from '../dnssec/serial-policy.ts';
import { zoneContent } from '../dnssec/zone-content.ts';
import { usageError } from '../errors.ts';
import { nodeCrypto } from '../io/crypto/node-crypto.ts';
import { lazyPool } from '../io/lazy-pool.ts';
import { signsKeys, signsZone } from '../keys/roles.ts';
import { DEFAULT_POLICY } from '../rollover/policy.ts';
import { Type } from '../rr/registry.ts';
import { privateKeyOf, type ZoneKey } from './keys.ts';
import { freshZoneOf, madeZone, zoneOf, type ZoneData } from './zone.ts';

export interface SignZoneOptions {
  /** The time of signing in epoch seconds; that of the clock by default. */
  readonly now?: number;
  /** How long signatures are valid, in seconds; 30 days by default. */
  readonly validity?: number;
  /** By how many seconds, at the most, validity is shortened, so that signatures do not all end at once; 12 hours by default. */
  readonly jitter?: number;
  /** How many seconds before `now` validity begins; an hour by default. */
  readonly inceptionOffset?: number;
  /** How the zone proves that a name does not exist; `nsec` by default. NSEC3 has no iterations and no salt (RFC 9276). */
  readonly denial?: 'nsec' | 'nsec3';
  /** With `nsec3`: leave delegations without DS out of the chain. */
  readonly optOut?: boolean;
  /** The new SOA serial; `unixtime` by default. It always exceeds those of the zone and of `previous`. */
  readonly serial?: SerialPolicy;
  /** Adds a digest of the zone (RFC 8976). */
  readonly zonemd?: 'sha384' | 'sha512';
  /** The TTL of the DNSKEY RRset in seconds; an hour by default. */
  readonly dnskeyTtl?: number;
  /** What was signed before: its signatures are verified, and kept where their data is unchanged and `refresh` is far. */
  readonly previous?: ZoneData;
  /** A signature of `previous` with less than so many seconds left is made anew; 10 days by default. */
  readonly refresh?: number;
  /** Threads for large zones; one a core by default. */
  readonly threads?: number;
}

export interface SignZoneResult {
  readonly zone: ZoneData;
  /** Whether `previous` stands as it is; `zone` is that zone then. */
  readonly unchanged: boolean;
  readonly signaturesMade: number;
  readonly signaturesKept: number;
  /** When the first signature expires, in epoch seconds. */
  readonly firstExpiration: number;
}

/**
 * Signs a zone (RFC 4035, RFC 5155). DNSSEC records of an earlier signing in it are dropped; DNSKEYs of others stay.
 *
 * The keys are used as they are: what is safe to publish during a rollover, the rollover engine says.
 * @param keys those that are published and sign; every algorithm needs a KSK and a ZSK, or a CSK
 * @throws ZonewrightError `sign/role-missing`, `key/no-private`, `usage/times`, `usage/other-zone`
 */
export async function signZone(
  zone: ZoneData,
  keys: readonly ZoneKey[],
  options: SignZoneOptions = {},
): Promise<SignZoneResult> {
  const { signatures, dnskeyTtl: defaultTtl } = DEFAULT_POLICY;
  const { now = Math.floor(Date.now() / 1000), previous, zonemd, threads } = options;
  const { validity, jitter, inceptionOffset, refresh } = { ...signatures, ...definedIn(options) };
  if (validity <= jitter) throw usageError('usage/times', 'jitter uses up the whole validity');
  const denial =
    options.denial === 'nsec3'
      ? { kind: 'nsec3' as const, iterations: 0, salt: new Uint8Array(), optOut: options.optOut === true }
      : { kind: 'nsec' as const };
  const digest = zonemd === undefined ? undefined : zonemd === 'sha384' ? 1 : 2;
  const { store, origin, zoneClass } = freshZoneOf(zone);
  const { zone: content } = zoneContent(store, {
    origin,
    zoneClass,
    ownKeys: keys.map(({ rdata }) => rdata),
    apexRecords: keys.map(({ rdata }) => ({
      type: Type.DNSKEY,
      ttl: options.dnskeyTtl ?? defaultTtl,
      rdata,
    })),
    denial,
    zonemd: digest,
  });
  const signed = await signContent(
    content,
    {
      keys: keys.map((key) => signingKey(key, zone)),
      denial,
      now,
      inception: now - inceptionOffset,
      expiration: now + validity,
      dnskeyExpiration: now + validity,
      jitter,
      serialPolicy: options.serial ?? DEFAULT_POLICY.serial,
      zonemd: digest,
      publishedSerials: previous === undefined ? [] : [previous.serial],
      ...(previous === undefined ? {} : { previous: { zone: zoneOf(previous), trusted: false, refresh } }),
    },
    { crypto: nodeCrypto, pool: lazyPool(nodeCrypto, threads) },
  );
  const { unchanged, signaturesMade, signaturesKept, firstExpiration } = signed;
  return {
    zone: unchanged && previous !== undefined ? previous : madeZone(signed.zone),
    unchanged,
    signaturesMade,
    signaturesKept,
    firstExpiration,
  };
}

type Times = 'validity' | 'jitter' | 'inceptionOffset' | 'refresh';

function definedIn(options: SignZoneOptions): { readonly [time in Times]?: number } {
  const names: readonly Times[] = ['validity', 'jitter', 'inceptionOffset', 'refresh'];
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

function signingKey(key: ZoneKey, zone: ZoneData): SigningKey {
  if (nameKey(key.zone) !== nameKey(zone.name))
    throw usageError('usage/other-zone', `${key.base} is a key of ${key.zone}, not of ${zone.name}`);
  return {
    dnskeyRdata: key.rdata,
    privateKey: privateKeyOf(key),
    signsKeys: signsKeys(key.role),
    signsZone: signsZone(key.role),
  };
}

function nameKey(name: string): string {
  return canonicalName(nameFromText(name)).join();
}

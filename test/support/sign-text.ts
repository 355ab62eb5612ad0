import { nameFromText } from '../../src/dns/name.ts';
import type { Denial } from '../../src/dnssec/denial.ts';
import type { SignedZone, SignRequest } from '../../src/dnssec/sign-request.ts';
import { signZone } from '../../src/dnssec/sign-zone.ts';
import { singleThreadPool } from '../../src/dnssec/work-pool.ts';
import { zoneContent } from '../../src/dnssec/zone-content.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { Type } from '../../src/rr/registry.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';
import { signingKey, type TestKey } from './test-keys.ts';

export type Nsec3Denial = Denial & { readonly kind: 'nsec3' };

export const NSEC: Denial = { kind: 'nsec' };
export const NSEC3: Nsec3Denial = { kind: 'nsec3', optOut: false, iterations: 0, salt: new Uint8Array() };
export const OPT_OUT: Nsec3Denial = { ...NSEC3, optOut: true };

/** 2026-01-01, and signatures from an hour before for 30 days. */
export const NOW = 1767225600;
export const DAY = 86400;

export interface SignTextOptions extends Partial<Omit<SignRequest, 'keys' | 'zonemd'>> {
  readonly origin?: string;
  readonly keys: readonly TestKey[];
  readonly zonemd?: 1 | 2;
  readonly dnskeyTtl?: number;
}

/** Signs master file text, its DNSKEYs added. What options leave out is chosen so that equal input gives equal output. */
export function signText(text: string, options: SignTextOptions): Promise<SignedZone> {
  const { keys, denial = NSEC, zonemd, origin = 'example.', dnskeyTtl = 3600 } = options;
  const name = nameFromText(origin);
  const { store, zoneClass } = parseZone(
    { file: 'zone', bytes: new TextEncoder().encode(text) },
    { origin: name, defaultTtl: 3600 },
  );
  const { zone } = zoneContent(store, {
    origin: name,
    zoneClass,
    ownKeys: keys.map(({ dnskeyRdata }) => dnskeyRdata),
    apexRecords: keys.map(({ dnskeyRdata }) => ({ type: Type.DNSKEY, ttl: dnskeyTtl, rdata: dnskeyRdata })),
    denial,
    zonemd,
  });
  const { now = NOW } = options;
  const request: SignRequest = {
    now,
    inception: now - 3600,
    expiration: now + 30 * DAY,
    dnskeyExpiration: options.expiration ?? now + 30 * DAY,
    jitter: 0,
    serialPolicy: 'keep',
    denial,
    ...options,
    keys: keys.map(signingKey),
  };
  return signZone(zone, request, { crypto: nodeCrypto, pool: singleThreadPool(nodeCrypto) });
}

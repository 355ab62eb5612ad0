import { keyTag } from '../../src/dnssec/key-tag.ts';
import { keyBaseName } from '../../src/keys/key-name.ts';
import type { Role } from '../../src/keys/roles.ts';
import type { ManagedKey, RotationState } from '../../src/rollover/state.ts';
import { ZONE } from './random-state.ts';

/** 2026-11-22 12:00:00 UTC */
export const NOW = 1795348800;
export const DAY = 86400;

/** A key whose public part is 32 times the same octet. */
export function exampleKey(role: Role, octet: number, fields: Partial<ManagedKey> = {}): ManagedKey {
  const flags = role === 'zsk' ? 256 : 257;
  const publicKey = Buffer.alloc(32, octet);
  const tag = keyTag(Uint8Array.of(flags >> 8, flags & 0xff, 3, 15, ...publicKey));
  return {
    base: keyBaseName(ZONE, 15, tag),
    keyTag: tag,
    algorithm: 15,
    role,
    dnskey: `${flags} 3 15 ${publicKey.toString('base64')}`,
    created: NOW - 100 * DAY,
    use: { published: true, signsKeys: role !== 'zsk', signsZone: role !== 'ksk' },
    activated: NOW - 90 * DAY,
    ...fields,
  };
}

export const OLD_KSK = exampleKey('ksk', 1);
export const NEW_KSK = exampleKey('ksk', 2, { created: NOW - DAY, activated: undefined });
export const ZSK = exampleKey('zsk', 3);
/** A DNSKEY of another signer of the zone. */
export const FOREIGN = '256 3 15 Zm9yZWlnbg==';

const DNSKEYS = [OLD_KSK.dnskey, NEW_KSK.dnskey, ZSK.dnskey, FOREIGN];

/** In the middle of a KSK rollover: the new DNSKEY is published, the parent has been asked for its DS. */
export const EXAMPLE: RotationState = {
  keys: [OLD_KSK, NEW_KSK, ZSK],
  ledger: {
    publications: [
      {
        serial: 2026112201,
        digest: 'a'.repeat(64),
        since: NOW - DAY,
        established: NOW - DAY + 60,
        keySet: { keys: DNSKEYS, signers: [OLD_KSK.dnskey, NEW_KSK.dnskey] },
        data: { signerSets: [[ZSK.dnskey]] },
        dnskeyTtl: 3600,
        maxTtl: 86400,
        propagation: 7200,
        firstExpiration: NOW + 29 * DAY,
      },
    ],
    parent: [
      {
        ds: [
          { algorithm: 15, digestType: 2, key: OLD_KSK.dnskey },
          { algorithm: 15, digestType: 2, key: undefined },
        ],
        since: NOW - 50 * DAY,
        ttl: 86400,
        propagation: 3600,
        confirmed: true,
      },
    ],
  },
  rollovers: [
    {
      name: 'ksk-double-ksk',
      started: NOW - DAY,
      old: [OLD_KSK.base],
      new: [NEW_KSK.base],
      step: 1,
      decided: NOW - 3600,
    },
  ],
  wantedDs: [OLD_KSK.base, NEW_KSK.base],
  audit: [{ time: NOW - DAY, what: 'publish the new DNSKEY, both sign', why: 'the KSK is 83 days old' }],
  outbox: [
    {
      id: '0b5e3f0c-3b7e-4f0e-9f4e-8d3c8f1c2a3b',
      type: 'dnssec.rotation_start',
      time: NOW - 3600,
      payload: {
        keys: [NEW_KSK.base],
        ds: [{ ds: `${NEW_KSK.keyTag} 15 2 00FF`, dnskey: NEW_KSK.dnskey }],
        notBefore: NOW - 3600,
      },
      deliveries: [
        { target: 'https://hooks.example/dnssec', attempts: 1, nextAttempt: NOW, error: 'no answer' },
      ],
    },
  ],
  lastError: { time: NOW - 60, code: 'zone/no-soa', message: 'the zone has no SOA record' },
};

import { SEP_FLAG } from '../../../src/dnssec/dnskey.ts';
import { revoked, withAlgorithm, withFlags, type Mutant } from './world.ts';

/** A host of the zone. */
const WWW = 'ns1.example.';

export const keyMutants: readonly Mutant[] = [
  {
    name: 'no ZSK',
    damage: (zone, w) => {
      zone.lines = zone.lines.filter((line) => !line.includes(w.dnskeyText(w.zsk)));
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['rrsig/missing', 'rrsig/unknown-key'],
    cause: 'dnskey/missing',
  },
  {
    name: 'no key',
    damage: (zone) => zone.remove('example.', 'DNSKEY'),
    codes: ['zone/unsigned'],
  },
  {
    name: 'a key of another protocol',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger).replace('256 3', '256 2')}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/protocol'],
  },
  {
    name: 'a key that is no zone key',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger).replace('256 3', '0 3')}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/not-a-zone-key'],
  },
  {
    name: 'a malformed key',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY 256 3 ${w.zsk.algorithm} AAAA`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/malformed'],
  },
  {
    name: 'a key of an algorithm that signs nothing',
    damage: (zone, w) => {
      zone.add('example. 3600 IN DNSKEY 256 3 200 AAAA');
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/unsupported-algorithm', 'rrsig/missing-algorithm'],
  },
  {
    name: 'a revoked key that does not sign',
    damage: (zone, w) => {
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger).replace('256 3', '384 3')}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
    },
    codes: ['dnskey/revoked', 'dnskey/revoked-not-signing'],
  },
  {
    name: 'data that a revoked key signs',
    damage: (zone, w) => {
      const key = revoked(w.stranger);
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(key)}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
      zone.addSignature('example.', 'DNSKEY', key);
      zone.addSignature(WWW, 'A', key);
    },
    codes: ['dnskey/revoked', 'rrsig/unusable-key'],
  },
  {
    name: 'a DNSKEY RRset that was changed after signing',
    damage: (zone, w) => zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(w.stranger)}`),
    codes: ['dnskey/not-self-signed', 'rrsig/invalid'],
  },
  {
    name: 'a revoked key that says so',
    damage: (zone, w) => {
      const key = revoked(w.stranger);
      zone.add(`example. 3600 IN DNSKEY ${w.dnskeyText(key)}`);
      zone.sign('example.', 'DNSKEY', w.ksk);
      zone.addSignature('example.', 'DNSKEY', key);
    },
    codes: ['dnskey/revoked'],
  },
  {
    name: 'no key with the SEP flag',
    damage: (zone, w) => {
      const key = withFlags(w.ksk, (flags) => flags & ~SEP_FLAG);
      zone.lines = zone.lines.map((line) => line.replace(w.dnskeyText(w.ksk), w.dnskeyText(key)));
      zone.sign('example.', 'DNSKEY', key);
    },
    codes: ['dnskey/no-sep'],
  },
  {
    name: 'signatures of an algorithm that nobody knows',
    damage: (zone, w) => {
      for (const key of [w.ksk, w.zsk]) {
        const unknown = withAlgorithm(key, 200);
        const from = new RegExp(`(RRSIG \\S+) ${key.algorithm} (.*) ${key.keyTag} example\\.`);
        zone.lines = zone.lines.map((line) =>
          line
            .replace(w.dnskeyText(key), w.dnskeyText(unknown))
            .replace(from, `$1 200 $2 ${unknown.keyTag} example.`),
        );
      }
    },
    codes: ['dnskey/nothing-supported', 'dnskey/unsupported-algorithm'],
  },
];

import crypto from 'node:crypto';
import { writeDnskey } from '../../../src/dnssec/dnskey.ts';
import { writeRsaPublicKey } from '../../../src/dnssec/public-key.ts';
import { rdataToText } from '../../../src/rr/rdata.ts';
import { Type } from '../../../src/rr/registry.ts';
import type { SignedZoneText } from '../signed-zone-text.ts';
import type { TestKey } from '../test-keys.ts';
import type { Mutant, MutantWorld } from './world.ts';

const RSASHA256 = 8;

/** An RSA key that nobody has the private part of. */
function publicKey(modulusLength: number, exponent: number[] = [1, 0, 1]): Uint8Array {
  const made = crypto.generateKeyPairSync('rsa', { modulusLength }).publicKey;
  const modulus = Buffer.from(made.export({ format: 'jwk' }).n!, 'base64url');
  return writeRsaPublicKey({ exponent: Uint8Array.from(exponent), modulus });
}

function dnskeyText(key: Uint8Array, { flags = 256, algorithm = RSASHA256 } = {}): string {
  return rdataToText(Type.DNSKEY, writeDnskey({ flags, protocol: 3, algorithm, publicKey: key }));
}

/** Publishes keys that sign nothing. */
function publish(zone: SignedZoneText, { ksk }: MutantWorld, ...dnskeys: readonly string[]): void {
  for (const rdata of dnskeys) zone.add(`example. 3600 IN DNSKEY ${rdata}`);
  zone.sign('example.', 'DNSKEY', ksk);
}

/** Where the words of two octets begin that a key tag is the sum of (RFC 4034 appendix B), in the modulus. */
const WORDS = 16;

/** Keys with the tag of a key: words of its modulus change places. */
function withSameTag({ dnskeyRdata }: TestKey, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const rdata = Uint8Array.from(dnskeyRdata);
    const at = WORDS + 4 * i;
    rdata.set(dnskeyRdata.slice(at, at + 2), at + 2);
    rdata.set(dnskeyRdata.slice(at + 2, at + 4), at);
    return rdataToText(Type.DNSKEY, rdata);
  });
}

/** Keys that only RSA has, beside those of a zone that is signed by RSASHA256. */
export const rsaKeyMutants: readonly Mutant[] = [
  {
    name: 'a short key',
    damage: (zone, w) => publish(zone, w, dnskeyText(publicKey(1024))),
    codes: ['dnskey/short'],
  },
  {
    name: 'a very long exponent',
    damage: (zone, w) => publish(zone, w, dnskeyText(publicKey(2048, [1, 0, 0, 0, 0, 0, 1]))),
    codes: ['dnskey/exponent'],
  },
  {
    name: 'the exponent 3',
    damage: (zone, w) => publish(zone, w, dnskeyText(publicKey(2048, [3]))),
    codes: ['dnskey/small-exponent'],
  },
  {
    name: 'a modulus with a leading zero',
    damage: (zone, w) => {
      const key = publicKey(2048);
      publish(zone, w, dnskeyText(Uint8Array.of(...key.subarray(0, 4), 0, ...key.subarray(4))));
    },
    codes: ['dnskey/leading-zeros'],
  },
  {
    name: 'a key of RSASHA1',
    damage: (zone, w) => publish(zone, w, dnskeyText(publicKey(2048), { flags: 0, algorithm: 5 })),
    codes: ['dnskey/deprecated-algorithm', 'dnskey/not-a-zone-key'],
  },
  {
    name: 'a key of RSASHA512',
    damage: (zone, w) => publish(zone, w, dnskeyText(publicKey(2048), { flags: 0, algorithm: 10 })),
    codes: ['dnskey/not-a-zone-key', 'dnskey/not-recommended'],
  },
  {
    name: 'two keys of one tag',
    damage: (zone, w) => publish(zone, w, ...withSameTag(w.zsk, 1)),
    codes: ['dnskey/same-tag'],
  },
  {
    name: 'three keys of one tag',
    damage: (zone, w) => publish(zone, w, ...withSameTag(w.zsk, 2)),
    codes: ['dnskey/many-same-tag', 'dnskey/same-tag'],
  },
  {
    name: 'more keys than fit into a safe answer',
    damage: (zone, w) => publish(zone, w, ...[1, 2, 3].map(() => dnskeyText(publicKey(2048)))),
    codes: ['dnskey/large'],
  },
];

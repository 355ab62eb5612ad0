import { describe, expect, test } from '@jest/globals';
import { fromHex } from '../../src/dns/encoding.ts';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { Nsec3Hasher, nsec3Owner } from '../../src/dnssec/nsec3-hash.ts';

const ORIGIN = nameFromText('example.');
const hasher = new Nsec3Hasher({ iterations: 12, salt: fromHex('aabbccdd') });

describe('NSEC3 hashes', () => {
  test.each([
    ['example', '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom'],
    ['a.example', '35mthgpgcu1qg68fab165klnsnk3dpvl'],
    ['ai.example', 'gjeqe526plbf1g8mklp59enfd789njgi'],
    ['ns1.example', '2t7b4g4vsa5smi47k61mv5bv1a22bojr'],
    ['ns2.example', 'q04jkcevqvmu85r014c7dkba38o0ji5r'],
    ['w.example', 'k8udemvp1j2f7eg6jebps17vp3n8i58h'],
    ['*.w.example', 'r53bq7cc2uvmubfu5ocmm6pers9tk9en'],
    ['x.w.example', 'b4um86eghhds6nea196smvmlo4ors995'],
    ['y.w.example', 'ji6neoaepv8b5o6k4ev33abha8ht9fgc'],
    ['x.y.w.example', '2vptu5timamqttgl4luu9kg21e0aor3s'],
    ['xx.example', 't644ebqk9bibcna874givr6joj62mlhv'],
    ['2t7b4g4vsa5smi47k61mv5bv1a22bojr.example', 'kohar7mbb8dc2ce8a9qvl8hon4k53uhi'],
  ])('of %s is that of RFC 5155 appendix A', (name, hash) => {
    expect(nameToText(nsec3Owner(hasher.hash(nameFromText(name)), ORIGIN))).toBe(`${hash}.example.`);
  });

  test('mind no letter case', () => {
    expect(hasher.hash(nameFromText('XX.Example'))).toEqual(hasher.hash(nameFromText('xx.example')));
  });

  test('are of a part of the octets', () => {
    const octets = Uint8Array.of(9, ...nameFromText('xx.example'), 9, 9);
    expect(hasher.hash(octets, 1, octets.length - 2)).toEqual(hasher.hash(nameFromText('xx.example')));
  });

  test('do not remember the name before', () => {
    hasher.hash(nameFromText(`${'long'.repeat(15)}.example`));
    expect(nameToText(nsec3Owner(hasher.hash(nameFromText('example')), ORIGIN))).toBe(
      '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.',
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import { isChainComplete } from '../../src/dnssec/check-chain.ts';
import { denialChain, type Denial } from '../../src/dnssec/denial.ts';
import { Type } from '../../src/rr/registry.ts';
import { Zone } from '../../src/zone/zone.ts';
import { NSEC, NSEC3, OPT_OUT } from '../support/sign-text.ts';
import { unindent, zoneFromText } from '../support/zone-text.ts';

const TEXT = unindent(`
  @ IN SOA ns hostmaster 1 7200 3600 1209600 300
  @ IN NS ns
  ns IN A 192.0.2.1
  Www IN A 192.0.2.2
  a.b IN TXT "below an empty name"
  child IN NS ns.child
  ns.child IN A 192.0.2.3
  safe IN NS ns.other.
  safe IN DS 12345 13 2 ${'AB'.repeat(32)}
  alias IN DNAME other.
  x.alias IN A 192.0.2.4
`);

/** The zone with its chain, without the chain's records at the positions in `leftOut`. */
function withChain(denial: Denial, leftOut: readonly number[] = []): Zone {
  const content = zoneFromText(TEXT);
  const chain = denialChain(content, denial).add(300);
  const missing = new Set(leftOut.map((position) => chain.at(position)));
  return new Zone(content.store, {
    origin: content.origin,
    zoneClass: content.zoneClass,
    keep: (record) => !missing.has(record),
  });
}

describe.each<[string, Denial]>([
  ['NSEC', NSEC],
  ['NSEC3', NSEC3],
  ['NSEC3 with opt-out', OPT_OUT],
])('a chain of %s', (_, denial) => {
  test('is complete as it is made', () => {
    expect(isChainComplete(withChain(denial), denial.kind)).toBe(true);
  });

  test.each([[[0]], [[2]], [[-1]], [[1, 2]]])('is not without its records %j', (leftOut) => {
    expect(isChainComplete(withChain(denial, leftOut), denial.kind)).toBe(false);
  });

  test('is not there in a zone without one', () => {
    expect(isChainComplete(zoneFromText(TEXT), denial.kind)).toBe(false);
  });

  test('is not complete with a record that leads elsewhere', () => {
    const zone = withChain(denial);
    const type = denial.kind === 'nsec' ? Type.NSEC : Type.NSEC3;
    const rrset = zone.rrsetTypes.indexOf(type);
    const [rdata] = zone.rdatasOf(rrset);
    // The first octet of the next name's first label, or of the next hash.
    rdata![denial.kind === 'nsec' ? 1 : 6]! ^= 2;
    expect(isChainComplete(zone, denial.kind)).toBe(false);
  });

  test('is not complete with two records at one owner', () => {
    const zone = withChain(denial);
    const type = denial.kind === 'nsec' ? Type.NSEC : Type.NSEC3;
    const rrset = zone.rrsetTypes.indexOf(type);
    const other = Uint8Array.from(zone.rdatasOf(rrset)[0]!);
    other[other.length - 1]! ^= 1;
    const { store, origin, zoneClass } = zone;
    store.addRecord(Uint8Array.from(zone.ownerOf(zone.rrsetOwners[rrset]!)), type, 300, other);
    expect(isChainComplete(new Zone(store, { origin, zoneClass }), denial.kind)).toBe(false);
  });
});

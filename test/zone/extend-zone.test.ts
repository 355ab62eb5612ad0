import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Type } from '../../src/rr/registry.ts';
import { extendZone } from '../../src/zone/extend-zone.ts';
import { Zone } from '../../src/zone/zone.ts';
import { randomZone, storeOf } from './random-zone.ts';

/** Types that come later; which they are is drawn. */
const laterTypes = fc.subarray([Type.A, Type.NS, Type.DNAME, Type.MX, Type.TXT, 65280]);

describe('extendZone', () => {
  test('makes the index that indexing everything at once makes', () => {
    fc.assert(
      fc.property(randomZone, laterTypes, ({ origin, records }, later) => {
        const first = records.filter(({ type }) => !later.includes(type as 1));
        const added = records.filter(({ type }) => later.includes(type as 1));
        const store = storeOf(first);
        const base = new Zone(store, { origin, zoneClass: 1 });
        for (const { owner, type, ttl, rdata } of added) store.addRecord(owner, type, ttl, rdata);

        const extended = extendZone(base, first.length);

        expect(extended).toEqual(new Zone(store, { origin, zoneClass: 1 }));
        for (let id = 0; id < store.names.count; id++)
          expect(extended.rankOfName(id)).toBe(new Zone(store, { origin, zoneClass: 1 }).rankOfName(id));
      }),
      { numRuns: 500 },
    );
  });

  test('refuses records that would change an RRset', () => {
    const origin = Uint8Array.of(0);
    const record = { owner: origin, type: Type.A, ttl: 60, rdata: Uint8Array.of(192, 0, 2, 1) };
    const store = storeOf([record]);
    const base = new Zone(store, { origin, zoneClass: 1 });
    store.addRecord(origin, Type.A, 60, Uint8Array.of(192, 0, 2, 2));
    expect(() => extendZone(base, 1)).toThrow(expect.objectContaining({ code: 'zone/extended-rrset' }));
  });
});

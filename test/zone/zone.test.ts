import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalName, compareNames, isAtOrBelow, nameFromText, nameToText } from '../../src/dns/name.ts';
import { lowerCaseRdata } from '../../src/rr/rdata.ts';
import { Type, typeName } from '../../src/rr/registry.ts';
import { OwnerStatus, Zone } from '../../src/zone/zone.ts';
import { indexOf, randomZone, storeOf, type RandomRecord } from './random-zone.ts';
import { rrsetLines, zoneOf } from './zone-text.ts';

const header = '$TTL 300\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n';
const owners = (zone: Zone): string[] =>
  Array.from({ length: zone.ownerCount }, (_, rank) => nameToText(zone.ownerOf(rank)));
const lines = (zone: Zone): string[] =>
  Array.from(zone.rrsetTypes, (_, rrset) => rrsetLines(zone, rrset)).flat();

function statusOf(zone: Zone): Record<string, string> {
  const names = Object.entries(OwnerStatus);
  return Object.fromEntries(
    owners(zone).map((owner, rank) => [
      owner,
      names.find(([, status]) => status === zone.ownerStatus[rank])![0],
    ]),
  );
}

describe('order', () => {
  test('owners are in canonical order, RRsets by type, records by canonical RDATA, without duplicates', () => {
    const zone = zoneOf(
      `${header}b TXT z\nb TXT a\nb A 192.0.2.9\nB A 192.0.2.1\nb TXT z\na.b A 192.0.2.1\na A 192.0.2.1\n\\000 A 192.0.2.1`,
    );
    expect(owners(zone)).toEqual([
      'example.',
      '\\000.example.',
      'a.example.',
      'b.example.',
      'a.b.example.',
      'ns.example.',
    ]);
    expect(lines(zone).filter((line) => line.startsWith('b.'))).toEqual([
      'b.example. 300 A 192.0.2.1',
      'b.example. 300 A 192.0.2.9',
      'b.example. 300 TXT "a"',
      'b.example. 300 TXT "z"',
    ]);
    expect([zone.ownerCount, zone.recordCount]).toEqual([6, 10]);
  });

  test('RDATA that differs only in the letter case of names is one record; the first spelling is kept', () => {
    const zone = zoneOf('@ NS B.\n@ NS a.\n@ NS b.\n@ TXT B\n@ TXT b');
    expect(lines(zone)).toEqual([
      'example. 300 NS a.',
      'example. 300 NS B.',
      'example. 300 TXT "B"',
      'example. 300 TXT "b"',
    ]);
  });

  test('is canonical for RRsets of many records', () => {
    const text = Array.from(
      { length: 500 },
      (_, i) => `a A 10.0.${(i * 7) % 5}.${(i * 97) % 256}\na NS N${(i * 31) % 50}.\n`,
    ).join('');
    const zone = zoneOf(text);
    const rdatas = (type: number): string[] =>
      zone.rdatasOf(zone.findRrset(zone.rankOf(nameFromText('a.example.')), type)).map((rdata) => {
        const copy = rdata.slice();
        lowerCaseRdata(type, copy, 0, copy.length);
        return Buffer.from(copy).toString('hex');
      });
    for (const type of [Type.A, Type.NS]) expect(rdatas(type)).toEqual([...new Set(rdatas(type))].sort());
    expect(rdatas(Type.NS)).toHaveLength(50);
  });
});

describe('TTLs', () => {
  test('an RRset has the lowest of its records, duplicates counted', () => {
    const zone = zoneOf(
      'a 9 A 192.0.2.1\na 5 A 192.0.2.2\na 7 A 192.0.2.3\na 9 TXT x\na 8 TXT x\nb 5 A 192.0.2.1\nb 5 A 192.0.2.1',
    );
    expect([...zone.rrsetTtls]).toEqual([5, 8, 5]);
    expect(zone.mixedTtls).toEqual([0, 1]);
  });

  test('RRSIGs may differ', () => {
    const signature = (type: string): string => `${type} 8 1 300 1 0 0 example. AAAA`;
    const zone = zoneOf(`a 5 RRSIG ${signature('A')}\na 6 RRSIG ${signature('TXT')}`);
    expect(zone.mixedTtls).toEqual([]);
  });
});

describe('lookups', () => {
  const zone = zoneOf(`${header}a A 192.0.2.1\na TXT x\na TXT y`);

  test('find owners whatever their letter case', () => {
    expect(zone.rankOf(nameFromText('A.EXAMPLE.'))).toBe(1);
    expect(zone.rankOf(nameFromText('c.example.'))).toBe(-1);
    expect(zone.rankOf(Uint8Array.of(9, ...nameFromText('ns.example.')), 1)).toBe(2);
  });

  test('find RRsets and their records', () => {
    const rank = zone.rankOf(nameFromText('a.example.'));
    const rrset = zone.findRrset(rank, Type.TXT);
    expect(zone.rdatasOf(rrset).map((rdata) => Buffer.from(rdata).toString())).toEqual(['\x01x', '\x01y']);
    expect(zone.recordsOf(rrset).map((record) => zone.store.lines[record])).toEqual([6, 7]);
    expect([zone.findRrset(rank, Type.MX), zone.findRrset(-1, Type.TXT)]).toEqual([-1, -1]);
    expect([zone.rdatasOf(-1), zone.recordsOf(-1)]).toEqual([[], []]);
    expect(zone.rrsetTypes[zone.apexRrset(Type.SOA)]).toBe(Type.SOA);
    expect(zone.apexRrset(Type.MX)).toBe(-1);
  });

  test('names of the store that own nothing here are not found', () => {
    const partial = new Zone(zone.store, {
      origin: nameFromText('example.'),
      zoneClass: 1,
      keep: (record) => record > 2,
    });
    expect(owners(partial)).toEqual(['a.example.']);
    expect(partial.rankOf(nameFromText('ns.example.'))).toBe(-1);
    expect(partial.apexRrset(Type.SOA)).toBe(-1);
  });

  test('an empty zone is empty', () => {
    const empty = zoneOf('');
    expect([empty.ownerCount, empty.rrsetCount, empty.recordCount]).toEqual([0, 0, 0]);
    expect(empty.apexRrset(Type.SOA)).toBe(-1);
  });
});

describe('what is the zone’s own (RFC 2181 section 6, RFC 6672 section 2.4)', () => {
  test('delegations and what is below them', () => {
    expect(
      statusOf(
        zoneOf(
          `${header}d NS ns.d\nns.d A 192.0.2.1\nx.ns.d NS y.\nd2 A 192.0.2.1\n*.d TXT x\nD NS ns\ndd A 192.0.2.1\nc A 192.0.2.1`,
        ),
      ),
    ).toEqual({
      'example.': 'Authoritative',
      'c.example.': 'Authoritative',
      'd.example.': 'Delegation',
      '*.d.example.': 'Occluded',
      'ns.d.example.': 'Occluded',
      'x.ns.d.example.': 'Occluded',
      'd2.example.': 'Authoritative',
      'dd.example.': 'Authoritative',
      'ns.example.': 'Authoritative',
    });
  });

  test('what is below a DNAME, but not its owner', () => {
    expect(
      statusOf(
        zoneOf('@ NS ns.\nd DNAME x.\na.d A 192.0.2.1\nb.a.d NS y.\ne DNAME x.\ne NS y.\nf.e A 192.0.2.1'),
      ),
    ).toEqual({
      'example.': 'Authoritative',
      'd.example.': 'Authoritative',
      'a.d.example.': 'Occluded',
      'b.a.d.example.': 'Occluded',
      'e.example.': 'Delegation',
      'f.e.example.': 'Occluded',
    });
  });

  test('a DNAME at the apex, and the root zone', () => {
    expect(statusOf(zoneOf('@ NS ns.\n@ DNAME x.\na A 192.0.2.1'))).toEqual({
      'example.': 'Authoritative',
      'a.example.': 'Occluded',
    });
    expect(statusOf(zoneOf('. NS a.\ncom. NS b.com.\nb.com. A 192.0.2.1', '.'))).toEqual({
      '.': 'Authoritative',
      'com.': 'Delegation',
      'b.com.': 'Occluded',
    });
  });
});

describe('any zone', () => {
  const canonicalRdata = ({ type, rdata }: RandomRecord): string => {
    const copy = rdata.slice();
    lowerCaseRdata(type, copy, 0, copy.length);
    return Buffer.from(copy).toString('hex');
  };
  const key = (record: RandomRecord): string =>
    `${nameToText(canonicalName(record.owner))} ${typeName(record.type)} ${canonicalRdata(record)}`;

  test('has every record once, in canonical order', () => {
    fc.assert(
      fc.property(randomZone, (random) => {
        const zone = indexOf(random);
        expect(new Set([...zone.records].map((record) => key(random.records[record]!)))).toEqual(
          new Set(random.records.map(key)),
        );
        expect(new Set([...zone.records].map((record) => key(random.records[record]!))).size).toBe(
          zone.recordCount,
        );
        for (let rank = 1; rank < zone.ownerCount; rank++)
          expect(compareNames(zone.ownerOf(rank - 1).slice(), zone.ownerOf(rank))).toBeLessThan(0);
        for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
          const rdatas = zone.recordsOf(rrset).map((record) => canonicalRdata(random.records[record]!));
          expect(rdatas).toEqual([...rdatas].sort());
        }
      }),
      { numRuns: 300 },
    );
  });

  test('has the lowest TTL of each RRset', () => {
    fc.assert(
      fc.property(randomZone, (random) => {
        const zone = indexOf(random);
        for (let rank = 0; rank < zone.ownerCount; rank++) {
          for (let rrset = zone.ownerRrsets[rank]!; rrset < zone.ownerRrsets[rank + 1]!; rrset++) {
            const ttls = random.records
              .filter(
                ({ owner, type }) =>
                  compareNames(owner, zone.ownerOf(rank)) === 0 && type === zone.rrsetTypes[rrset],
              )
              .map(({ ttl }) => ttl);
            expect(zone.rrsetTtls[rrset]).toBe(Math.min(...ttls));
            expect(zone.mixedTtls.includes(rrset)).toBe(new Set(ttls).size > 1);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('knows what is occluded', () => {
    fc.assert(
      fc.property(randomZone, ({ origin, records }) => {
        const zone = new Zone(storeOf(records), { origin, zoneClass: 1 });
        const isApex = (name: Uint8Array): boolean => compareNames(name, origin) === 0;
        const strictlyBelow = (name: Uint8Array, cut: Uint8Array): boolean =>
          isAtOrBelow(name, 0, cut) && compareNames(name, cut) !== 0;
        const cuts = records.filter(({ owner, type }) => type === Type.NS && !isApex(owner));
        const redirections = records.filter(({ type }) => type === Type.DNAME);
        for (let rank = 0; rank < zone.ownerCount; rank++) {
          const owner = zone.ownerOf(rank);
          const occluded = [...cuts, ...redirections].some((cut) => strictlyBelow(owner, cut.owner));
          const delegation = cuts.some((cut) => compareNames(cut.owner, owner) === 0);
          expect(zone.ownerStatus[rank]).toBe(
            occluded ? OwnerStatus.Occluded : delegation ? OwnerStatus.Delegation : OwnerStatus.Authoritative,
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});

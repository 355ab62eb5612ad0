import fc from 'fast-check';
import { isAtOrBelow, MAX_NAME_LENGTH } from '../../src/dns/name.ts';
import { Type } from '../../src/rr/registry.ts';
import { RecordStore } from '../../src/zone/record-store.ts';
import { Zone } from '../../src/zone/zone.ts';

const label = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 3, max: 3 }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('a', 'A', 'b', 'z', 'Z', '*', '.', '\\', '"', '@', '$', '_', 'ab', 'aB')
      .map((text) => Uint8Array.from(Buffer.from(text))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 63 }) },
);

const fromLabels = (labels: readonly Uint8Array[], suffix: readonly number[]): Uint8Array => {
  const name: number[] = [];
  for (const octets of labels) {
    if (name.length + octets.length + 1 + suffix.length > MAX_NAME_LENGTH) break;
    name.push(octets.length, ...octets);
  }
  return Uint8Array.from([...name, ...suffix]);
};

/** Names over all octets, of labels that are often alike. */
export const randomName: fc.Arbitrary<Uint8Array> = fc
  .array(label, { maxLength: 6 })
  .map((labels) => fromLabels(labels, [0]));

const below = (origin: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.array(label, { maxLength: 4 }).map((labels) => fromLabels(labels, [...origin]));

const octets = (length: number): fc.Arbitrary<number[]> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => [...value]);
const characterString = fc.uint8Array({ maxLength: 30 }).map((value) => [value.length, ...value]);
const nameOctets = randomName.map((name) => [...name]);
const joined = (...parts: fc.Arbitrary<number[]>[]): fc.Arbitrary<number[]> =>
  fc.tuple(...parts).map((lists) => lists.flat());

/** RDATA in wire form of some types, with and without names, and of unknown ones. */
const rdata: fc.Arbitrary<{ type: number; octets: number[] }> = fc.oneof(
  ...(
    [
      [Type.A, octets(4)],
      [Type.AAAA, octets(16)],
      [Type.NS, nameOctets],
      [Type.CNAME, nameOctets],
      [Type.DNAME, nameOctets],
      [Type.MX, joined(octets(2), nameOctets)],
      [Type.TXT, fc.array(characterString, { minLength: 1, maxLength: 3 }).map((strings) => strings.flat())],
      [Type.SRV, joined(octets(6), nameOctets)],
      [Type.SOA, joined(nameOctets, nameOctets, octets(20))],
      [65280, fc.uint8Array({ maxLength: 20 }).map((value) => [...value])],
    ] as const
  ).map(([type, arbitrary]) => arbitrary.map((value) => ({ type, octets: value }))),
);

export interface RandomRecord {
  readonly owner: Uint8Array;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

export interface RandomZone {
  readonly origin: Uint8Array;
  readonly records: readonly RandomRecord[];
}

/** Any records at or below an origin: RRsets with duplicates and mixed TTLs, cuts, glue, aliases; no zone that could be served. */
export const randomZone: fc.Arbitrary<RandomZone> = randomName
  .filter((origin) => origin.length < 100)
  .chain((origin) =>
    fc.record({
      origin: fc.constant(origin),
      records: fc.array(
        fc
          .record({
            owner: below(origin),
            type: fc.constant(0),
            ttl: fc.oneof(fc.constantFrom(0, 60, 2 ** 31 - 1), fc.nat(2 ** 31 - 1)),
            rdata: fc.constant(new Uint8Array()),
          })
          .chain((record) =>
            rdata.map(({ type, octets: value }) => ({ ...record, type, rdata: Uint8Array.from(value) })),
          ),
        { maxLength: 40 },
      ),
    }),
  )
  .filter(({ origin, records }) => records.every(({ owner }) => isAtOrBelow(owner, 0, origin)));

export function storeOf(records: readonly RandomRecord[]): RecordStore {
  const store = new RecordStore();
  for (const { owner, type, ttl, rdata: octetsOfIt } of records)
    store.addRecord(owner, type, ttl, octetsOfIt);
  return store;
}

export function indexOf({ origin, records }: RandomZone): Zone {
  return new Zone(storeOf(records), { origin, zoneClass: 1 });
}

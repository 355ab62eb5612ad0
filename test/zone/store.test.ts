import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareNames, nameFromText, nameToText } from '../../src/dns/name.ts';
import { Type } from '../../src/rr/registry.ts';
import { sortNames } from '../../src/zone/canonical-order.ts';
import { NameTable } from '../../src/zone/name-table.ts';
import { RecordStore } from '../../src/zone/record-store.ts';
import { randomName } from './random-zone.ts';

const intern = (table: NameTable, name: Uint8Array): number => table.intern(name, 0, name.length);

describe('NameTable', () => {
  test('numbers names in the order of arrival, letter case aside, and keeps the first spelling', () => {
    const table = new NameTable();
    const ids = ['a.', 'B.', '.', 'A.', 'b.', 'ab.'].map((text) => intern(table, nameFromText(text)));
    expect(ids).toEqual([0, 1, 2, 0, 1, 3]);
    expect(ids.map((id) => nameToText(table.view(id)))).toEqual(['a.', 'B.', '.', 'a.', 'B.', 'ab.']);
    expect(table.find(nameFromText('AB.'))).toBe(3);
    expect(table.find(nameFromText('c.'))).toBe(-1);
  });

  test('finds all of many names, however it has grown', () => {
    const table = new NameTable(1);
    const names = Array.from({ length: 20_000 }, (_, i) => nameFromText(`Name${i}.${i % 7}.example.`));
    expect(names.map((name) => intern(table, name))).toEqual(names.map((_, i) => i));
    expect(table.count).toBe(20_000);
    expect(names.every((name, i) => table.find(name) === i)).toBe(true);
    expect(names.every((name, i) => nameToText(table.view(i)) === nameToText(name))).toBe(true);
    expect(names.map((name) => intern(table, nameFromText(nameToText(name).toUpperCase())))).toEqual(
      names.map((_, i) => i),
    );
  });

  test('takes all names of another table in as if they came one by one, whatever it had', () => {
    const distinctNames = fc.array(randomName, { maxLength: 40 });
    fc.assert(
      fc.property(distinctNames, distinctNames, (before, names) => {
        const [one, all, other] = [new NameTable(1), new NameTable(1), new NameTable(1)];
        for (const table of [one, all]) for (const name of before) intern(table, name);
        for (const name of names) intern(other, name);
        const offsets = other.offsets.subarray(0, other.count);
        const ids = all.internAll(other.wire.view(), offsets, other.hashes);
        expect([...ids]).toEqual([...offsets].map((_, id) => intern(one, other.view(id))));
        expect(all.wire.copy()).toEqual(one.wire.copy());
        for (let id = 0; id < one.count; id++) expect(all.find(one.view(id))).toBe(id);
        expect(all.count).toBe(one.count);
      }),
      { numRuns: 300 },
    );
  });

  test('finds a name inside other octets', () => {
    const table = new NameTable();
    intern(table, nameFromText('a.b.'));
    expect(table.find(Uint8Array.of(9, 1, 97, 1, 98, 0, 9), 1)).toBe(0);
    expect(table.find(Uint8Array.of(9, 1, 97, 1, 98, 0, 9), 3)).toBe(-1);
  });
});

describe('RecordStore', () => {
  test('keeps records in the order in which they came, however it has grown', () => {
    const store = new RecordStore(1);
    for (let i = 0; i < 5000; i++) {
      const rdata = Uint8Array.from({ length: i % 300 }, () => i % 251);
      expect(store.addRecord(nameFromText(`${i % 1000}.`), (i * 7) % 65536, i * 400_000, rdata)).toBe(i);
    }
    expect(store.count).toBe(5000);
    expect(store.names.count).toBe(1000);
    for (const i of [0, 1, 299, 300, 4999]) {
      expect(nameToText(store.names.view(store.owners[i]!))).toBe(`${i % 1000}.`);
      expect([store.types[i], store.ttls[i]]).toEqual([(i * 7) % 65536, i * 400_000]);
      expect([...store.rdataOf(i)]).toEqual(Array.from({ length: i % 300 }, () => i % 251));
    }
  });

  test('takes RDATA of 65535 octets', () => {
    const store = new RecordStore();
    store.addRecord(nameFromText('a.'), Type.NULL, 0, new Uint8Array(65535).fill(1));
    expect(store.rdataOf(0)).toHaveLength(65535);
  });

  test('knows where records were read', () => {
    const store = new RecordStore();
    const add = (line: number): number => store.add(0, Type.A, 0, 0, line);
    expect(store.startLocation()).toBeUndefined();
    store.enterFile('a');
    const first = add(3);
    store.enterFile('b');
    store.enterFile('c');
    const second = add(1);
    store.enterFile('a');
    const third = add(5);
    expect([first, second, third].map((record) => store.locationOf(record))).toEqual([
      { file: 'a', line: 3 },
      { file: 'c', line: 1 },
      { file: 'a', line: 5 },
    ]);
    expect(store.startLocation()).toEqual({ file: 'a', line: 1 });
    expect(
      store.locationOf(store.addRecord(nameFromText('a.'), Type.A, 0, new Uint8Array(4))),
    ).toBeUndefined();
  });

  test('lies in memory that workers can share', () => {
    const store = new RecordStore();
    for (const column of [
      store.owners,
      store.types,
      store.ttls,
      store.rdataOffsets,
      store.rdata.bytes,
      store.names.wire.bytes,
    ])
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('sortNames', () => {
  const sorted = (names: readonly Uint8Array[], suffixLength: number): string[] => {
    const table = new NameTable();
    const ids = [...new Set(names.map((name) => intern(table, name)))];
    const order = sortNames(table, Uint32Array.from(ids), suffixLength).ids;
    expect([...order].sort((a, b) => a - b)).toEqual(ids);
    return [...order].map((id) => nameToText(table.view(id)));
  };

  test('agrees with comparing names one by one (RFC 4034 section 6.1)', () => {
    fc.assert(
      fc.property(fc.array(randomName, { maxLength: 60 }), (names) => {
        const table = new NameTable();
        const distinct = names.filter((name) => intern(table, name) === table.count - 1);
        const kept = distinct.filter(
          (name, i) => distinct.findIndex((other) => compareNames(name, other) === 0) === i,
        );
        expect(sorted(names, 1)).toEqual(
          [...kept].sort((a, b) => compareNames(a, b)).map((name) => nameToText(name)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('of a large zone, with long common parts and every octet', () => {
    const origin = nameFromText('example.');
    const names = [origin];
    for (let i = 0; i < 256; i++) {
      names.push(nameFromText(`\\${String(i).padStart(3, '0')}.example.`));
      names.push(nameFromText(`a\\${String(i).padStart(3, '0')}.example.`));
      names.push(nameFromText(`${'common'.repeat(8)}${i}.x.example.`));
      names.push(nameFromText(`${i}.${'common'.repeat(8)}.example.`));
    }
    const table = new NameTable();
    const distinct = names.filter((name) => {
      const before = table.count;
      return intern(table, name) === before;
    });
    expect(sorted(names, origin.length)).toEqual(
      [...distinct].sort((a, b) => compareNames(a, b)).map((name) => nameToText(name)),
    );
  });
});

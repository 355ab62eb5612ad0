import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareNames, nameFromText, nameToText, sameName } from '../../src/dns/name.ts';
import { Type } from '../../src/rr/registry.ts';
import { sortNames } from '../../src/zone/canonical-order.ts';
import { NameList } from '../../src/zone/name-list.ts';
import { OwnerTable } from '../../src/zone/owner-table.ts';
import { RecordStore } from '../../src/zone/record-store.ts';
import { randomName } from './random-zone.ts';

/** A list of names, as they come, and their numbers. */
function listOf(names: readonly Uint8Array[], list = new NameList(1)): { list: NameList; ids: Uint32Array } {
  return { list, ids: Uint32Array.from(names, (name) => list.append(name, 0, name.length)) };
}

const spelled = (list: NameList): string[] =>
  Array.from({ length: list.count }, (_, id) => nameToText(list.view(id)));

describe('NameList', () => {
  test('numbers names in the order of arrival, however it has grown, also those that it has', () => {
    const names = Array.from({ length: 20_000 }, (_, i) =>
      nameFromText(`Name${i % 9_000}.${i % 7}.example.`),
    );
    const { list, ids } = listOf(names);
    expect([...ids]).toEqual(names.map((_, i) => i));
    expect(spelled(list)).toEqual(names.map((name) => nameToText(name)));
  });

  test('takes names of another list in as if they came one by one, whatever it had', () => {
    fc.assert(
      fc.property(
        fc.array(randomName, { maxLength: 40 }),
        fc.array(randomName, { maxLength: 40 }),
        fc.nat(3),
        (before, names, skipped) => {
          const { list } = listOf(before);
          const { list: other } = listOf(names);
          list.appendAll(other.wire.view(), other.offsets.subarray(skipped, Math.max(skipped, other.count)));
          expect(list.wire.copy()).toEqual(listOf([...before, ...names.slice(skipped)]).list.wire.copy());
          expect(spelled(list)).toEqual([...before, ...names.slice(skipped)].map((name) => nameToText(name)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('tells spellings apart', () => {
    const { list } = listOf([nameFromText('a.'), nameFromText('Ab.')]);
    const isSpelled = (id: number, text: string): boolean => {
      const name = nameFromText(text);
      return list.isSpelled(id, Uint8Array.of(7, ...name), 1, 1 + name.length);
    };
    expect([isSpelled(0, 'a.'), isSpelled(0, 'A.'), isSpelled(0, 'a.a.')]).toEqual([true, false, false]);
    expect([isSpelled(1, 'Ab.'), isSpelled(1, 'ab.')]).toEqual([true, false]);
  });
});

describe('OwnerTable', () => {
  const none = 0xffffffff;

  test('finds all of many owners, letter case aside, and no other name', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => nameFromText(`Name${i}.${i % 7}.example.`));
    const { list, ids } = listOf(names);
    const owners = ids.filter((id) => id % 3 !== 0).reverse();
    const ranks = new Uint32Array(ids.length).fill(none);
    owners.forEach((id, rank) => (ranks[id] = rank));
    const table = new OwnerTable(list, owners, ranks);
    for (const [id, name] of names.entries()) {
      const other = nameFromText(nameToText(name).toUpperCase());
      expect(table.find(other, 0, other.length)).toBe(id % 3 === 0 ? -1 : ranks[id]);
    }
  });

  test('finds a name inside other octets, whichever of its numbers is the owner', () => {
    const { list } = listOf([nameFromText('A.b.'), nameFromText('a.b.')]);
    for (const ranks of [
      [0, 0],
      [none, 0],
    ]) {
      const table = new OwnerTable(list, Uint32Array.of(ranks.indexOf(0)), Uint32Array.from(ranks));
      expect(table.find(Uint8Array.of(9, 1, 97, 1, 98, 0, 9), 1, 6)).toBe(0);
      expect(table.find(Uint8Array.of(9, 1, 97, 1, 98, 0, 9), 3, 6)).toBe(-1);
    }
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
    const { list, ids } = listOf(names);
    const ranks = new Uint32Array(ids.length);
    const order = sortNames(list, ids, suffixLength, ranks).ids;
    // Each name has the place of the first that is the same.
    const first = names.map((name) => names.findIndex((other) => sameName(other, name)));
    expect([...ranks]).toEqual(first.map((id) => order.indexOf(id)));
    return [...order].map((id) => nameToText(list.view(id)));
  };
  const expected = (names: readonly Uint8Array[]): string[] =>
    names
      .filter((name, i) => names.findIndex((other) => sameName(other, name)) === i)
      .sort((a, b) => compareNames(a, b))
      .map((name) => nameToText(name));

  test('agrees with comparing names one by one (RFC 4034 section 6.1)', () => {
    fc.assert(
      fc.property(fc.array(randomName, { maxLength: 60 }), (names) => {
        expect(sorted(names, 1)).toEqual(expected(names));
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
    expect(sorted(names, origin.length)).toEqual(expected(names));
  });

  test.each([1, 2, 3, 4, 5, 7, 8])(
    'tells an owner with a label of %i octets from those below it',
    (length) => {
      const origin = nameFromText('example.');
      const label = 'x'.repeat(length);
      const names = Array.from({ length: 100 }, (_, i) =>
        nameFromText([`${label}.example.`, `${i % 40}.${label}.example.`, `ns.${label}.example.`][i % 3]!),
      );
      expect(sorted(names, origin.length)).toEqual(expected(names));
    },
  );

  test('takes names that are there many times, in any letter case, for one', () => {
    const origin = nameFromText('example.');
    const names = Array.from({ length: 300 }, (_, i) =>
      nameFromText(`${i % 2 === 0 ? 'common' : 'COMMON'}.${i % 3}.example.`),
    );
    expect(sorted([origin, ...names, origin], origin.length)).toHaveLength(4);
  });

  test('does not take a name that ends otherwise for the same', () => {
    const names = ['a.example.', 'a.exampla.'].map((text) => nameFromText(text));
    expect(sorted(names, nameFromText('example.').length)).toHaveLength(2);
  });
});

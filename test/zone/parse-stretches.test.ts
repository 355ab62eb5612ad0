import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { nameFromText } from '../../src/dns/name.ts';
import {
  parseByStretches,
  readStretches,
  type ReadStretch,
  type StretchReaders,
} from '../../src/zone/parse-stretches.ts';
import { parseZone, type ParsedZone, type ParseOptions } from '../../src/zone/parse-zone.ts';

const ORIGIN = nameFromText('example.');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Reading {
  readonly zone?: ParsedZone;
  readonly events: readonly unknown[];
  readonly failure?: unknown;
}

/** What reading a text gives, with all that is told on the way. */
async function reading(read: (options: ParseOptions) => ParsedZone | Promise<ParsedZone>, origin: boolean) {
  const events: unknown[] = [];
  const options: ParseOptions = {
    ...(origin ? { origin: ORIGIN } : {}),
    include: (path) => ({ file: path, bytes: bytesOf('included 77 A 192.0.2.77\n') }),
    warn: (message, location) => void events.push({ message, location }),
    onError: (error) => {
      if (events.push(error.message, error.location) >= 20) throw error;
    },
  };
  try {
    return { zone: await read(options), events } satisfies Reading;
  } catch (failure) {
    return { failure, events } satisfies Reading;
  }
}

function recordsOf({ zone, events, failure }: Reading) {
  if (zone === undefined) return { events, failure };
  const { store, zoneClass } = zone;
  const records = Array.from({ length: store.count }, (_, record) => [
    Buffer.from(store.names.view(store.owners[record]!)).toString('latin1'),
    store.types[record],
    store.ttls[record],
    Buffer.from(store.rdataOf(record)).toString('hex'),
    store.locationOf(record),
  ]);
  return { records, zoneClass, names: store.names.count, events, start: store.startLocation() };
}

/** A reader in this thread that leaves half of the stretches to the caller and notes how many of its own could be read. */
function reader(count: number, change: (read: ReadStretch) => ReadStretch = (read) => read) {
  const seen = { taken: 0, read: 0 };
  const result: StretchReaders = {
    count,
    read: (stretches) => {
      const { starts, taken } = stretches;
      taken[0] = starts.length >> 1;
      const read = readStretches(stretches);
      taken[0] = taken[1]!;
      seen.taken += taken[1]!;
      seen.read += read.length;
      return Promise.resolve(read.map(change));
    },
  };
  return { ...result, seen };
}

async function expectSame(text: string, count = 1, origin = true) {
  const source = { file: 'zone', bytes: bytesOf(text) };
  const threads = reader(count);
  const expected = await reading((options) => parseZone(source, options), origin);
  const actual = await reading((options) => parseByStretches(source, options, threads, 1), origin);
  const [some, others] = [recordsOf(actual), recordsOf(expected)];
  // Jest takes its time with so many records, and is only needed to tell what differs.
  if (!isDeepStrictEqual(some, others)) expect(some).toEqual(others);
  return threads.seen;
}

/** Lines enough for a head and stretches of some size. */
function lines(
  count: number,
  line: (i: number) => string = (i) => `host${i} 300 IN A 192.0.2.${i % 256}`,
): string[] {
  return Array.from({ length: count }, (_, i) => line(i));
}

const SOA = '@ 3600 IN SOA ns hostmaster 1 7200 3600 1209600 300';

describe('a file that is read by stretches', () => {
  test.each([1, 2, 5])('gives the records of the whole, with %i others', async (others) => {
    const seen = await expectSame([SOA, ...lines(6000)].join('\n'), others);
    expect(seen.taken).toBeGreaterThan(others * 8);
    expect(seen.read).toBe(seen.taken);
  });

  test('keeps lines, the first spelling of names, and entries of more than one line', async () => {
    const text = lines(6000, (i) =>
      i % 3 === 0
        ? `Host${i % 2500} 300 IN TXT ( "first"\n  ; comment\n\n "second" )`
        : `hOST${i % 2500} 300 IN AAAA 2001:db8::${i % 10}\n\n`,
    );
    const seen = await expectSame([SOA, ...text].join('\n'));
    expect(seen.read).toBe(seen.taken);
    expect(seen.read).toBeGreaterThan(0);
  });

  test('takes what others read as it is', async () => {
    const source = { file: 'zone', bytes: bytesOf([SOA, ...lines(6000)].join('\n')) };
    const marking = reader(1, (read) => {
      read.records.ttls.fill(42);
      return read;
    });
    const { store } = await parseByStretches(source, { origin: ORIGIN }, marking, 1);
    const ttls = store.ttls.subarray(0, store.count);
    expect(ttls.filter((ttl) => ttl === 42).length).toBeGreaterThan(1500);
    expect(ttls.filter((ttl) => ttl !== 42).length).toBeGreaterThan(1500);
  });

  test('is read by one thread where it is small, or nobody is there', async () => {
    const small = reader(3);
    const text = [SOA, ...lines(6000)].join('\n');
    await parseByStretches({ file: 'zone', bytes: bytesOf(text) }, { origin: ORIGIN }, small);
    expect(small.seen.taken).toBe(0);
    expect(await expectSame(text, 0)).toEqual({ taken: 0, read: 0 });
  });
});

describe('what a stretch cannot know', () => {
  const noTtl = (i: number): string => `host${i} IN A 192.0.2.${i % 256}`;
  const inserted = (at: number, text: string, line = noTtl): string =>
    [SOA, '$TTL 60', ...lines(at, line), text, ...lines(6000 - at, (i) => line(i + at))].join('\n');

  test.each([
    ['another origin in the first half', inserted(3000, '$ORIGIN sub.example.')],
    ['another origin in the second half', inserted(5000, '$ORIGIN sub.example.')],
    ['another TTL in the first half', inserted(3000, '$TTL 61')],
    ['another TTL in the second half', inserted(5000, '$TTL 61')],
    ['a TTL stated again', inserted(3000, '$TTL 60')],
    ['a TTL of the entry before', [SOA, 'first 77 IN A 192.0.2.1', ...lines(6000, noTtl)].join('\n')],
    ['a TTL of the SOA', ['@ IN SOA ns hostmaster 1 2 3 4 5', ...lines(6000, noTtl)].join('\n')],
    ['no TTL at all', lines(6000, noTtl).join('\n')],
    [
      'an owner of the entry before',
      lines(6000, (i) => (i % 9 === 0 ? `host${i} 5 IN A 192.0.2.1` : '  5 IN A 192.0.2.2')).join('\n'),
    ],
    ['a file included in the second half', inserted(5000, '$INCLUDE other')],
    ['a file included in the first half', inserted(3000, '$INCLUDE other')],
    ['$GENERATE', inserted(5000, '$GENERATE 1-9 gen$ A 192.0.2.$')],
    ['another class', inserted(5000, 'other 5 CH TXT "text"')],
    ['a class in both halves', lines(6000, (i) => `host${i} 5 CH TXT "${i}"`).join('\n')],
    ['errors in the first half', inserted(3000, 'bad IN A 192.0.2')],
    ['errors in the second half', inserted(5000, 'bad IN A 192.0.2')],
    ['errors in both', inserted(3000, 'bad IN A 192.0.2', (i) => (i === 5000 ? 'bad IN X' : noTtl(i)))],
    [
      'one entry of more than half the file',
      `${SOA}\n$TTL 60\nlong TXT (\n${lines(6000, (i) => `word${i}`).join('\n')} )\n${lines(5000, noTtl).join('\n')}`,
    ],
    [
      'a text of more than half the file',
      `${SOA}\n$TTL 60\nlong TXT "${lines(12_000, (i) => `word${i}`).join('\n')}"`,
    ],
    ['comments alone', lines(6000, (i) => `; comment ${i}`).join('\n')],
    ['nothing that begins like an entry', lines(6000, () => '"quoted" 5 A 192.0.2.1').join('\n')],
  ])('%s', async (_, text) => {
    await expectSame(text);
    await expectSame(text, 3);
  });

  test('relative names without an origin', async () => {
    await expectSame(lines(6000).join('\n'), 1, false);
    await expectSame(['$ORIGIN example.', ...lines(6000)].join('\n'), 1, false);
  });
});

test('any mixture of lines reads alike', async () => {
  const line = fc.constantFrom(
    ...[
      'a 5 IN A 192.0.2.1',
      'b A 192.0.2.2',
      '  TXT "x y"',
      '$TTL 9',
      '$TTL 8',
      '$ORIGIN example.',
      '$ORIGIN s',
      '',
    ],
    ...[
      'c 7 TXT ( "a"',
      ')',
      '; comment',
      'd CH TXT x',
      'e 5 A 192.0.2',
      '$GENERATE 1-2 g$ 5 A 192.0.2.$',
      '\t',
    ],
  );
  const text = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.nat(20))
    .map(([rare, every]) =>
      lines(6000, (i) =>
        every > 0 && i % (every * 300) === 299 ? rare[i % rare.length]! : `host${i} 300 A 192.0.2.1`,
      ).join('\n'),
    );
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 4 }), async (zone, others) => {
      await expectSame(zone, others);
    }),
    { numRuns: 15 },
  );
});

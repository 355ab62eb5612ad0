import { describe, expect, test } from '@jest/globals';
import { inputError } from '../../src/errors.ts';
import { parseZone, type ParseOptions } from '../../src/zone/parse-zone.ts';
import { bytesOf, errorOf, errorsIn, linesOf, parseText, recordLines } from './zone-text.ts';

/** Options under which `$INCLUDE` opens the files of a table. */
const including = (files: Readonly<Record<string, string>>): ParseOptions => ({
  include: (name) => {
    const text = files[name];
    if (text === undefined) throw inputError('zone/include', `there is no ${name}`);
    return { file: name, bytes: bytesOf(text) };
  },
});

describe('owner, TTL, class and type', () => {
  test.each([
    'a 5 IN A 192.0.2.1',
    'a IN 5 A 192.0.2.1',
    'A.example. in 5s a 192.0.2.1',
    'a 5 CLASS1 TYPE1 192.0.2.1',
    'a\tclass1\t5\ttype1\t\\# 4 C0000201',
    '$TTL 5\na IN A 192.0.2.1',
    '$TTL 5\na A 192.0.2.1',
    '$TTL 7\na 5 A 192.0.2.1',
    'a (5\nIN\n) A (192.0.2.1\n)',
  ])('%j is one record', (text) => {
    expect(recordLines(parseText(text)).map((line) => line.toLowerCase())).toEqual([
      'a.example. 5 a 192.0.2.1',
    ]);
  });

  test('the owner of an entry that starts with a blank is that of the entry before', () => {
    expect(linesOf('a A 192.0.2.1\n\n; comment\n\tA 192.0.2.2\nb A 192.0.2.3\n A 192.0.2.4\n')).toEqual([
      'a.example. A 192.0.2.1',
      'a.example. A 192.0.2.2',
      'b.example. A 192.0.2.3',
      'b.example. A 192.0.2.4',
    ]);
  });

  test('an owner is kept through $ORIGIN and $TTL', () => {
    expect(linesOf('a A 192.0.2.1\n$ORIGIN b.example.\n$TTL 0\n A 192.0.2.2')).toEqual([
      'a.example. A 192.0.2.1',
      'a.example. A 192.0.2.2',
    ]);
  });

  test('an owner that is written like the one before is another name under another origin, in quotes or in another file', () => {
    const text = [
      'a A 192.0.2.1',
      'a A 192.0.2.2',
      '$ORIGIN b.example.',
      'a A 192.0.2.3',
      '@ A 192.0.2.4',
      '"@" A 192.0.2.5',
      '@ A 192.0.2.6',
      'c A 192.0.2.7',
      '$INCLUDE other d.example.',
      'c A 192.0.2.8',
      ' A 192.0.2.9',
    ].join('\n');
    const files = { other: 'c A 192.0.2.71\n' };
    expect(linesOf(text, including(files)).map((line) => line.replace(' A 192.0.2', ''))).toEqual([
      ...['a.example..1', 'a.example..2', 'a.b.example..3', 'b.example..4', '\\@.b.example..5'],
      ...['b.example..6', 'c.b.example..7', 'c.d.example..71', 'c.b.example..8', 'c.b.example..9'],
    ]);
  });

  test('words that are types elsewhere may be owners', () => {
    expect(linesOf('IN IN A 192.0.2.1\n5 5 A 192.0.2.1\nTXT A 192.0.2.1')).toHaveLength(3);
  });

  test('the owner keeps its letter case; where it is spelled like that of the record before, it is that one', () => {
    const { store } = parseText('$TTL 0\nWwW A 192.0.2.1\nwww A 192.0.2.2\nwww.example. A 192.0.2.3');
    expect(store.names.count).toBe(2);
    expect(recordLines({ store }).map((line) => line.split(' ')[0])).toEqual([
      'WwW.example.',
      'www.example.',
      'www.example.',
    ]);
  });

  test.each([
    [' A 192.0.2.1', '1:2 syntax/no-owner'],
    ['a', '1:2 syntax/missing'],
    ['a 5', '1:4 syntax/missing'],
    ['a IN', '1:5 syntax/missing'],
    ['a 5 5 A 192.0.2.1', '1:5 syntax/type'],
    ['a IN IN A 192.0.2.1', '1:6 syntax/type'],
    ['a NOTYPE x', '1:3 syntax/type'],
    ['a 1x A 192.0.2.1', '1:3 syntax/ttl'],
    ['a 2147483648 A 192.0.2.1', '1:3 syntax/ttl'],
    ['a -1 A 192.0.2.1', '1:3 syntax/type'],
    ['a A', '1:4 syntax/missing'],
    ['a A 192.0.2.1 x', '1:15 syntax/trailing'],
    ['a A 192.0.2.256', '1:5 syntax/ipv4'],
    ['a..b A 192.0.2.1', '1:1 name/empty-label'],
    ['a IN A 192.0.2.1\nb CH A 192.0.2.1', '2:3 zone/class'],
    ['a TKEY \\# 0', '1:3 rdata/meta-type'],
    ['a ANY \\# 0', '1:3 rdata/meta-type'],
  ])('%j: %s', (text, error) => {
    const [first] = errorsIn(text);
    expect(first).toBe(error);
  });

  test('a zone has the class of its records, IN when none states one', () => {
    expect(parseText('$TTL 0\na TXT x').zoneClass).toBe(1);
    expect(parseText('$TTL 0\na CH TXT x\nb TXT x').zoneClass).toBe(3);
    expect(parseText('$TTL 0\na CLASS10 TXT x').zoneClass).toBe(10);
  });
});

describe('TTLs', () => {
  const ttls = (text: string, options: ParseOptions = {}): number[] => {
    const { store } = parseText(text, options);
    return [...store.ttls.subarray(0, store.count)];
  };

  test('$TTL holds for what follows and states none (RFC 2308 section 4)', () => {
    expect(ttls('$TTL 1h\na TXT x\na 5 TXT y\na TXT z\n$TTL 1\na TXT w')).toEqual([3600, 5, 3600, 1]);
  });

  test('without $TTL, the last stated TTL holds (RFC 1035 section 5.1)', () => {
    expect(ttls('a 5 TXT x\na TXT y\nb 7 TXT z\nc TXT w')).toEqual([5, 5, 7, 7]);
  });

  test('without any, the SOA minimum holds, and a warning says so', () => {
    const warnings: string[] = [];
    const text = '@ SOA . . 1 2 3 4 600\na TXT x\na 5 TXT y\na TXT z';
    expect(ttls(text, { warn: (message, { line }) => warnings.push(`${line} ${message}`) })).toEqual([
      600, 600, 5, 600,
    ]);
    expect(warnings).toEqual(['1 no TTL is stated: the SOA minimum of 600 is taken']);
    expect(ttls('@ SOA . . 1 2 3 4 4294967295\na TXT x')).toEqual([0x7fffffff, 0x7fffffff]);
    expect(ttls('@ SOA \\# 22 00 00 00000001 00000002 00000003 00000004 00000005')).toEqual([5]);
  });

  test('a default TTL stands in for a missing one', () => {
    expect(ttls('a TXT x\nb 5 TXT y\nc TXT z', { defaultTtl: 9 })).toEqual([9, 5, 5]);
    expect(ttls('$TTL 1\na TXT x', { defaultTtl: 9 })).toEqual([1]);
  });

  test('a record before any TTL is an error, and leaves nothing behind', () => {
    const errors: string[] = [];
    const { store } = parseText('a TXT x\nb 5 TXT y', { onError: ({ code }) => errors.push(code) });
    expect(errors).toEqual(['zone/no-ttl']);
    expect(recordLines({ store })).toEqual(['b.example. 5 TXT "y"']);
    expect(store.rdata.length).toBe(2);
  });

  test.each([
    ['$TTL', '1:5 syntax/missing'],
    ['$TTL x', '1:6 syntax/ttl'],
    ['$TTL 1 2', '1:8 syntax/trailing'],
    ['$TTL 2147483648', '1:6 syntax/ttl'],
  ])('%j: %s', (text, error) => {
    expect(errorsIn(text)).toEqual([error]);
  });
});

describe('$ORIGIN', () => {
  test('completes what follows; a relative one is relative to the one before (RFC 1035 section 5.1)', () => {
    expect(
      linesOf(
        'a A 192.0.2.1\n$ORIGIN sub\na A 192.0.2.1\n$ORIGIN other.\n@ MX 1 a\n$ORIGIN .\nb NS @\n$origin @\nc NS @',
      ),
    ).toEqual([
      'a.example. A 192.0.2.1',
      'a.sub.example. A 192.0.2.1',
      'other. MX 1 a.other.',
      'b. NS .',
      'c. NS .',
    ]);
  });

  test('without an origin relative names are errors', () => {
    const parse = (text: string): string =>
      errorOf(() => parseZone({ file: 'f', bytes: bytesOf(text) })).code;
    expect(parse('a 5 A 192.0.2.1')).toBe('name/relative');
    expect(parse('@ 5 A 192.0.2.1')).toBe('name/relative');
    expect(parse('a. 5 MX 1 b')).toBe('name/relative');
    expect(parse('$ORIGIN a')).toBe('name/relative');
    expect(parseZone({ file: 'f', bytes: bytesOf('$ORIGIN a.\n@ 5 A 192.0.2.1') }).store.count).toBe(1);
  });

  test.each([
    ['$ORIGIN', '1:8 syntax/missing'],
    ['$ORIGIN a. b.', '1:12 syntax/trailing'],
    ['$ORIGIN a..', '1:9 name/empty-label'],
    ['$NOTHING', '1:1 syntax/directive'],
    ['$', '1:1 syntax/directive'],
  ])('%j: %s', (text, error) => {
    expect(errorsIn(text)).toEqual([error]);
  });

  test('a quoted or escaped dollar sign is an owner', () => {
    expect(linesOf('\\$ORIGIN TXT x\n"$TTL" TXT y')).toEqual([
      '\\$ORIGIN.example. TXT "x"',
      '\\$TTL.example. TXT "y"',
    ]);
  });
});

describe('$INCLUDE', () => {
  const files = {
    plain: 'b A 192.0.2.2\n',
    origin: '$ORIGIN deep\nb A 192.0.2.2\n@ A 192.0.2.3',
    'name with blanks': 'c A 192.0.2.4',
    nested: 'n A 192.0.2.5\n$INCLUDE origin deeper\nn A 192.0.2.6',
    ttl: '$TTL 9\nt A 192.0.2.7',
    loop: 'a 5 A 192.0.2.8\n$INCLUDE back',
    back: '$INCLUDE loop',
    self: '$INCLUDE self',
    owner: ' A 192.0.2.9\nother A 192.0.2.9',
    wrong: 'good A 192.0.2.1\nbad A\ngood A 192.0.2.2',
  };

  test('reads on in the file, with the origin that it names or the current one', () => {
    expect(linesOf('$INCLUDE plain\n$INCLUDE plain sub\n$INCLUDE "plain" sub.\n', including(files))).toEqual([
      'b.example. A 192.0.2.2',
      'b.sub.example. A 192.0.2.2',
      'b.sub. A 192.0.2.2',
    ]);
    expect(
      linesOf('$include "name with blanks"\n$INCLUDE name\\ with\\032blanks', including(files)),
    ).toHaveLength(2);
  });

  test('origin, owner and TTL are as before behind it', () => {
    expect(
      recordLines(
        parseText('$TTL 5\na A 192.0.2.1\n$INCLUDE origin\n A 192.0.2.9\nc A 192.0.2.9\n', including(files)),
      ),
    ).toEqual([
      'a.example. 5 A 192.0.2.1',
      'b.deep.example. 5 A 192.0.2.2',
      'deep.example. 5 A 192.0.2.3',
      'a.example. 5 A 192.0.2.9',
      'c.example. 5 A 192.0.2.9',
    ]);
    expect(recordLines(parseText('$TTL 5\n$INCLUDE ttl\na A 192.0.2.1', including(files)))).toEqual([
      't.example. 9 A 192.0.2.7',
      'a.example. 5 A 192.0.2.1',
    ]);
  });

  test('a TTL from the included file stays where none was stated before', () => {
    expect(recordLines(parseText('$INCLUDE ttl\na A 192.0.2.1', including(files)))[1]).toBe(
      'a.example. 9 A 192.0.2.1',
    );
  });

  test('the current owner goes into the file', () => {
    expect(linesOf('a A 192.0.2.1\n$INCLUDE owner\n A 192.0.2.1', including(files))).toEqual([
      'a.example. A 192.0.2.1',
      'a.example. A 192.0.2.9',
      'other.example. A 192.0.2.9',
      'a.example. A 192.0.2.1',
    ]);
  });

  test('files nest, and records know theirs', () => {
    const { store } = parseText('$TTL 5\na A 192.0.2.1\n$INCLUDE nested\nz A 192.0.2.1', including(files));
    expect(recordLines({ store }).map((line) => line.split(' ')[0])).toEqual([
      'a.example.',
      'n.example.',
      'b.deep.deeper.example.',
      'deep.deeper.example.',
      'n.example.',
      'z.example.',
    ]);
    expect(Array.from({ length: 6 }, (_, record) => store.locationOf(record))).toEqual([
      { file: 'zone.db', line: 2 },
      { file: 'nested', line: 1 },
      { file: 'origin', line: 2 },
      { file: 'origin', line: 3 },
      { file: 'nested', line: 3 },
      { file: 'zone.db', line: 4 },
    ]);
  });

  test('loops are errors at the place of the $INCLUDE that closes them', () => {
    for (const [text, place] of [
      ['$INCLUDE self', 'self:1'],
      ['$INCLUDE loop', 'back:1'],
      ['$INCLUDE zone.db', 'zone.db:1'],
    ] as const) {
      const error = errorOf(() => parseText(text, including({ ...files, 'zone.db': text })));
      expect(error.code).toBe('zone/include-loop');
      expect(`${error.location?.file}:${error.location?.line}`).toBe(place);
    }
    expect(errorOf(() => parseText('$INCLUDE loop', including(files))).message).toBe(
      'loop includes itself: zone.db > loop > back > loop',
    );
  });

  test('the same file may be included twice', () => {
    expect(linesOf('$INCLUDE plain\n$INCLUDE plain', including(files))).toHaveLength(2);
  });

  test('files nest 64 deep', () => {
    const chain = (depth: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length: depth }, (_, i) => [
          `f${i}`,
          i + 1 < depth ? `$INCLUDE f${i + 1}` : 'a 5 A 192.0.2.1',
        ]),
      );
    expect(parseText('$INCLUDE f0', including(chain(63))).store.count).toBe(1);
    expect(errorOf(() => parseText('$INCLUDE f0', including(chain(64)))).code).toBe('zone/include-depth');
  });

  test('what cannot be opened is an error at the $INCLUDE', () => {
    const error = errorOf(() =>
      parseText('\n $INCLUDE\n$INCLUDE nothing', { ...including(files), onError: undefined! }),
    );
    expect([error.code, error.location?.line]).toEqual(['syntax/no-owner', 2]);
    const missing = errorOf(() => parseText('\n$INCLUDE nothing', including(files)));
    expect([missing.message, missing.location?.line]).toEqual(['there is no nothing', 2]);
    expect(errorOf(() => parseText('$INCLUDE plain')).code).toBe('zone/include');
  });

  test('errors in it name it, and reading goes on', () => {
    const errors: string[] = [];
    const { store } = parseText('a 5 A 192.0.2.1\n$INCLUDE wrong\nb A\nz A 192.0.2.1', {
      ...including(files),
      onError: ({ location }) => errors.push(`${location?.file}:${location?.line}`),
    });
    expect(errors).toEqual(['wrong:2', 'zone.db:3']);
    expect(store.count).toBe(4);
  });

  test.each([
    ['$INCLUDE', '1:9 syntax/missing'],
    ['$INCLUDE plain a. b', '1:19 syntax/trailing'],
    ['$INCLUDE plain a..', '1:16 name/empty-label'],
  ])('%j: %s', (text, error) => {
    expect(errorsIn(text, including(files))).toEqual([error]);
  });
});

describe('errors', () => {
  test('the first is thrown with file, line and column', () => {
    const error = errorOf(() => parseText('a 5 A 192.0.2.1\n\n  MX (\n x\n y )'));
    expect(error.kind).toBe('input');
    expect(error.location).toEqual({ file: 'zone.db', line: 4, column: 2 });
  });

  test('all are told, and the good records around them are read', () => {
    const errors: string[] = [];
    const { store } = parseText(
      'a 5 A 192.0.2.1\nb A x\nc A 192.0.2.3 )\n$FOO\nd A ( 192.0.2.4\n  5 )\n) e A\nf TXT "x\ng A 192.0.2.5\n',
      { onError: ({ code, location }) => errors.push(`${location?.line} ${code}`) },
    );
    expect(errors).toEqual([
      '2 syntax/ipv4',
      '3 syntax/parenthesis',
      '4 syntax/directive',
      '6 syntax/trailing',
      '7 syntax/parenthesis',
      '8 syntax/quote',
    ]);
    expect(recordLines({ store })).toEqual(['a.example. 5 A 192.0.2.1', 'g.example. 5 A 192.0.2.5']);
  });

  test('records that failed leave no RDATA behind', () => {
    const { store } = parseText('a 5 MX 1 b c\nd 5 A 192.0.2.1\ne 5 TXT "a" "b', {
      onError: () => undefined,
    });
    expect([store.count, store.rdata.length]).toEqual([1, 4]);
  });
});

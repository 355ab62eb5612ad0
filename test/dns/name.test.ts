import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import {
  canonicalName,
  compareNames,
  countLabels,
  encodeName,
  isAtOrBelow,
  isWildcard,
  LOWER_CASE,
  nameFromText,
  nameLength,
  nameToText,
  parentName,
  printName,
  ROOT,
  sameName,
} from '../../src/dns/name.ts';
import { errorOf } from '../zone/zone-text.ts';

const wire = (...labels: string[]): Uint8Array =>
  Uint8Array.from([...labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]), 0]);

const codeOf = (text: string, origin?: Uint8Array): string => {
  const source = Buffer.from(text, 'latin1');
  return errorOf(() => encodeName(source, 0, source.length, origin, new Uint8Array(256), 0)).code;
};

/** Names of one to six labels over all octets, most of them of a few, so that names share labels. */
const label = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 3, max: 3 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('a', 'A', 'z', 'Z', '*', '.', 'ab', 'aB').map((text) => Buffer.from(text)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 20 }) },
);
const name: fc.Arbitrary<Uint8Array> = fc
  .array(label, { maxLength: 6 })
  .map((labels) => Uint8Array.from([...labels.flatMap((octets) => [octets.length, ...octets]), 0]));

describe('nameFromText', () => {
  test.each([
    ['.', wire()],
    ['example.', wire('example')],
    ['Example.COM.', wire('Example', 'COM')],
    ['a.b', wire('a', 'b', 'example')],
    ['@', wire('example')],
    ['\\@', wire('@', 'example')],
    ['a\\.b.c.', wire('a.b', 'c')],
    ['\\097\\255\\000.', wire('a\xff\0')],
    ['\\a\\;\\(.', wire('a;(')],
    ['*.a.', wire('*', 'a')],
    ['-_/ .', wire('-_/ ')],
  ])('%s', (text, expected) => {
    expect(nameFromText(text, wire('example'))).toEqual(expected);
  });

  test('takes a relative name as absolute without an origin', () => {
    expect(nameFromText('a.b')).toEqual(wire('a', 'b'));
  });
});

describe('limits (RFC 1035 section 2.3.4)', () => {
  const label63 = 'x'.repeat(63);

  test('63 octets in a label are allowed, 64 are not', () => {
    expect(nameFromText(`${label63}.`)).toHaveLength(65);
    expect(codeOf(`${label63}x.`)).toBe('name/label-too-long');
    expect(codeOf(`${label63}x`, ROOT)).toBe('name/label-too-long');
    expect(nameFromText(`${'\\120'.repeat(63)}.`)).toEqual(wire(label63));
  });

  test('255 octets in a name are allowed, 256 are not, with and without the origin', () => {
    const absolute = `${label63}.${label63}.${label63}.${'x'.repeat(61)}`;
    expect(nameFromText(`${absolute}.`)).toHaveLength(255);
    expect(nameFromText(absolute, ROOT)).toHaveLength(255);
    expect(codeOf(`${absolute}x.`)).toBe('name/too-long');
    expect(codeOf(`${absolute}x`, ROOT)).toBe('name/too-long');
    expect(codeOf(`${absolute}.x.`)).toBe('name/too-long');
    expect(codeOf(`${label63}.${label63}.${label63}`, wire('x'.repeat(62)))).toBe('name/too-long');
    expect(codeOf(`${absolute}${label63}.`.repeat(1000))).toBe('name/too-long');
  });

  test('127 labels of one octet are the most', () => {
    expect(countLabels(nameFromText('a.'.repeat(127)))).toBe(127);
    expect(codeOf('a.'.repeat(128))).toBe('name/too-long');
  });

  test.each([
    ['..', 'name/empty-label'],
    ['.a.', 'name/empty-label'],
    ['a..b', 'name/empty-label'],
    ['a..', 'name/empty-label'],
    ['', 'name/empty'],
    ['\\', 'syntax/bad-escape'],
    ['a\\1', 'syntax/bad-escape'],
    ['a\\12', 'syntax/bad-escape'],
    ['\\12a', 'syntax/bad-escape'],
    ['\\256', 'syntax/bad-escape'],
    ['a', 'name/relative'],
  ])('"%s" is no name', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test('an empty last label is no root', () => {
    expect(codeOf('a..', ROOT)).toBe('name/empty-label');
  });
});

describe('printing', () => {
  test.each([
    [wire(), '.'],
    [wire('a', 'b'), 'a.b.'],
    [wire('a.b', '"\\;()@$'), 'a\\.b.\\"\\\\\\;\\(\\)\\@\\$.'],
    [wire(' \t\x00\x7f\xff'), '\\032\\009\\000\\127\\255.'],
    [wire('*'), '*.'],
    [
      wire('aZ09-_/*', "!#%&'+,:<=>?[]^`{|}~"),
      "aZ09-_/*.\\!\\#\\%\\&\\'\\+\\,\\:\\<\\=\\>\\?\\091\\]\\^\\`\\{\\|\\}\\~.",
    ],
  ])('%j', (octets, text) => {
    expect(nameToText(octets)).toBe(text);
    const out = new ByteBuffer(1);
    expect(printName(octets, 0, out)).toBe(octets.length);
    expect(Buffer.from(out.copy()).toString('latin1')).toBe(text);
  });

  test('is read back to the same name', () => {
    fc.assert(fc.property(name, (octets) => expect(nameFromText(nameToText(octets))).toEqual(octets)));
  });
});

describe('order', () => {
  test('is that of RFC 4034 section 6.1', () => {
    const ordered = [
      'example.',
      'a.example.',
      'yljkjljk.a.example.',
      'Z.a.example.',
      'zABC.a.EXAMPLE.',
      'z.example.',
      '\\001.z.example.',
      '*.z.example.',
      '\\200.z.example.',
    ].map((text) => nameFromText(text));
    expect([...ordered].reverse().sort((a, b) => compareNames(a, b))).toEqual(ordered);
  });

  test('is the order of the label sequences from the right, in lower case', () => {
    const labels = (octets: Uint8Array): Buffer[] => {
      const found: Buffer[] = [];
      for (let at = 0; octets[at] !== 0; at += octets[at]! + 1)
        found.unshift(
          Buffer.from(octets.subarray(at + 1, at + 1 + octets[at]!).map((octet) => LOWER_CASE[octet]!)),
        );
      return found;
    };
    const naive = (a: Uint8Array, b: Uint8Array): number => {
      const [x, y] = [labels(a), labels(b)];
      for (let i = 0; i < Math.min(x.length, y.length); i++) {
        const order = Buffer.compare(x[i]!, y[i]!);
        if (order !== 0) return order;
      }
      return x.length - y.length;
    };
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(Math.sign(compareNames(a, b))).toBe(Math.sign(naive(a, b)));
        expect(compareNames(a, b) === 0).toBe(sameName(a, b));
      }),
    );
  });

  test('is total', () => {
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareNames(a, b)) + Math.sign(compareNames(b, a))).toBe(0);
        if (compareNames(a, b) <= 0 && compareNames(b, c) <= 0)
          expect(compareNames(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('parts of names', () => {
  test('isAtOrBelow sees label boundaries and ignores letter case', () => {
    const origin = wire('example', 'com');
    const below = (text: string): boolean => isAtOrBelow(nameFromText(text), 0, origin);
    expect(['example.com.', 'a.EXAMPLE.com.', 'a.b.example.com.'].map(below)).toEqual([true, true, true]);
    expect(['com.', '.', 'xexample.com.', 'example.org.', 'example\\.com.'].map(below)).toEqual(
      Array.from({ length: 5 }, () => false),
    );
    expect(isAtOrBelow(wire('a'), 0, ROOT)).toBe(true);
    // "\007example" as octets inside a label is no label boundary.
    expect(isAtOrBelow(wire('x\x07example', 'com'), 0, origin)).toBe(false);
    expect(isAtOrBelow(Uint8Array.from([9, 9, ...wire('a', 'example', 'com')]), 2, origin)).toBe(true);
  });

  test('everything is below its parent', () => {
    fc.assert(
      fc.property(name, (octets) => {
        fc.pre(octets.length > 1);
        const parent = parentName(octets);
        expect(isAtOrBelow(octets, 0, parent)).toBe(true);
        expect(isAtOrBelow(parent, 0, octets)).toBe(false);
        expect(countLabels(octets)).toBe(countLabels(parent) + 1);
        expect(nameLength(octets)).toBe(octets.length);
        expect(compareNames(parent, octets)).toBeLessThan(0);
      }),
    );
    expect(errorOf(() => parentName(ROOT)).code).toBe('name/no-parent');
  });

  test('canonicalName copies in lower case', () => {
    const octets = wire('WwW', 'EXAMPLE\xc9');
    expect(canonicalName(octets)).toEqual(wire('www', 'example\xc9'));
    expect(octets).toEqual(wire('WwW', 'EXAMPLE\xc9'));
  });

  test('isWildcard', () => {
    expect(isWildcard(wire('*', 'a'))).toBe(true);
    expect(isWildcard(wire('*a'))).toBe(false);
    expect(isWildcard(wire('a', '*'))).toBe(false);
  });
});

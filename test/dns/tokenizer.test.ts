import { describe, expect, test } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { ROOT } from '../../src/dns/name.ts';
import { Tokenizer } from '../../src/dns/tokenizer.ts';
import { bytesOf, errorOf } from '../zone/zone-text.ts';

/** Entries with their tokens; quoted ones in quotes, entries that start with a blank behind `_`. */
function entriesOf(text: string, parameter = false): string[][] {
  const tokens = new Tokenizer(bytesOf(text), 'file');
  const entries: string[][] = [];
  while (tokens.nextRecord()) {
    const entry = tokens.leadingBlank ? ['_'] : [];
    while (tokens.next(parameter)) entry.push(tokens.quoted ? `"${tokens.text()}"` : tokens.text());
    entries.push(entry);
  }
  return entries;
}

/** The line of each token. */
function linesOf(text: string): number[][] {
  const tokens = new Tokenizer(bytesOf(text), 'file');
  const lines: number[][] = [];
  while (tokens.nextRecord()) {
    const entry = [tokens.recordLine];
    while (tokens.next()) entry.push(tokens.line);
    lines.push(entry);
  }
  return lines;
}

const tokensOf = (text: string, origin?: Uint8Array): Tokenizer => {
  const tokens = new Tokenizer(bytesOf(text), 'file', origin);
  tokens.nextRecord();
  return tokens;
};

const firstError = (text: string): string => {
  const { code, location } = errorOf(() => entriesOf(text));
  return `${location?.line}:${location?.column} ${code}`;
};

describe('entries and tokens (RFC 1035 section 5.1)', () => {
  test.each([
    ['nothing', '', []],
    ['blank lines and comments', '\n  \n; comment\n\t; comment\n', []],
    ['blanks of all kinds', 'a \t b\r\n', [['a', 'b']]],
    ['no newline at the end', 'a b\nc', [['a', 'b'], ['c']]],
    ['a comment at the end without newline', 'a ; b', [['a']]],
    ['a comment next to a word', 'a;b\nc', [['a'], ['c']]],
    ['a leading blank', ' a\n\tb\nc', [['_', 'a'], ['_', 'b'], ['c']]],
    ['parentheses', 'a (b\n  c ; (\n d) e\nf', [['a', 'b', 'c', 'd', 'e'], ['f']]],
    ['parentheses next to words', 'a(b)c', [['a', 'b', 'c']]],
    ['nested parentheses', 'a ((b\n)\nc) d', [['a', 'b', 'c', 'd']]],
    [
      'a line that starts inside parentheses',
      'a (\nb\n)\n c',
      [
        ['a', 'b'],
        ['_', 'c'],
      ],
    ],
    ['an entry that starts with a parenthesis', '(a\nb)\nc', [['a', 'b'], ['c']]],
    ['an entry of parentheses', '(\n)\na', [['a']]],
    ['quotes', 'a "b ; ( c" "" "\\"\\\\"', [['a', '"b ; ( c"', '""', '"\\"\\\\"']]],
    ['quotes without blanks between', 'a"b""c"d', [['a', '"b"', '"c"', 'd']]],
    ['escapes', 'a\\ b\\;c \\(d\\) \\" \\\\', [['a\\ b\\;c', '\\(d\\)', '\\"', '\\\\']]],
    ['a carriage return alone', 'a\rb\r\n', [['a', 'b']]],
    ['a byte order mark', '\xef\xbb\xbfa b', [['a', 'b']]],
    ['octets beyond ASCII', 'a\xe9 \xff', [['a\xe9', '\xff']]],
  ])('%s', (_, text, expected) => {
    expect(entriesOf(text)).toEqual(expected);
  });

  test('quotes behind "=" belong to the word where parameters are read (RFC 9460 section 2.1)', () => {
    expect(entriesOf('x a="b c"d e="" "f"', true)).toEqual([['x', 'a="b c"d', 'e=""', '"f"']]);
    expect(entriesOf('x a="b c"')).toEqual([['x', 'a=', '"b c"']]);
    expect(entriesOf('x a"b"', true)).toEqual([['x', 'a', '"b"']]);
  });

  test('lines are counted through parentheses, comments and blank lines', () => {
    expect(linesOf('a\n\n; c\nb (c\n\n d ; )\n) e\n\nf')).toEqual([
      [1, 1],
      [4, 4, 4, 6, 7],
      [9, 9],
    ]);
    expect(linesOf('\r\n\r\na\r\n')).toEqual([[3, 3]]);
    expect(linesOf('(\n\na)')).toEqual([[3, 3]]);
  });

  test.each([
    ['a )', '1:3 syntax/parenthesis'],
    ['a\n b )', '2:4 syntax/parenthesis'],
    ['a\nb (c\nd\n', '2:3 syntax/parenthesis'],
    ['a "b\nc"', '1:3 syntax/quote'],
    ['a "b', '1:3 syntax/quote'],
    ['a "b\\', '1:3 syntax/quote'],
    ['a "b\\"', '1:3 syntax/quote'],
    ['a (\n  "b', '2:3 syntax/quote'],
    ['a b\\\nc', '1:3 syntax/bad-escape'],
  ])('%j: %s', (text, error) => {
    expect(firstError(text)).toBe(error);
  });

  test('a backslash as the last octet of the file is left to who reads the token', () => {
    const tokens = tokensOf('a\\');
    tokens.next();
    expect(tokens.escaped).toBe(true);
    expect(errorOf(() => tokens.unescapedText()).code).toBe('syntax/bad-escape');
  });

  test('unread gives the token again', () => {
    const tokens = tokensOf('a b');
    tokens.next();
    tokens.next();
    tokens.unread();
    expect([tokens.next(), tokens.text(), tokens.next()]).toEqual([true, 'b', false]);
  });

  test('recover goes on behind the line that failed', () => {
    const tokens = tokensOf('a ( "b\nc d\ne');
    tokens.next();
    expect(errorOf(() => tokens.next()).code).toBe('syntax/quote');
    tokens.recover();
    expect(tokens.nextRecord()).toBe(true);
    tokens.next();
    expect([tokens.text(), tokens.line]).toEqual(['c', 2]);
  });

  test.each(['a (\n"b\nc', 'a (\n\nb\\\nc', 'a (\n)\n)\nc'])(
    'a line that failed is counted once: %j',
    (text) => {
      const tokens = tokensOf(text);
      tokens.next();
      const { location } = errorOf(() => {
        while (tokens.nextRecord()) while (tokens.next());
      });
      tokens.recover();
      expect(tokens.nextRecord()).toBe(true);
      tokens.next();
      expect([tokens.text(), tokens.line]).toEqual(['c', location!.line! + 1]);
    },
  );

  test('nextRecord passes over what is left of an entry', () => {
    const tokens = tokensOf('a b (c\n d)\ne');
    tokens.next();
    expect(tokens.nextRecord()).toBe(true);
    tokens.next();
    expect([tokens.text(), tokens.line]).toEqual(['e', 3]);
    expect(tokens.nextRecord()).toBe(false);
  });
});

describe('values', () => {
  test('unescape resolves escapes', () => {
    const tokens = tokensOf('a\\b\\.\\032\\000\\\\ plain');
    const out = new ByteBuffer(1);
    tokens.next();
    expect(tokens.unescape(out)).toBe(6);
    tokens.next();
    expect(tokens.unescape(out)).toBe(5);
    expect(Buffer.from(out.copy()).toString('latin1')).toBe('ab. \0\\plain');
  });

  test('unescapedText is UTF-8', () => {
    const tokens = tokensOf('\\195\\169');
    tokens.next();
    expect(tokens.unescapedText()).toBe('é');
  });

  test('integers are decimal, unsigned and limited', () => {
    expect(tokensOf('00042').integer('n', 42)).toBe(42);
    for (const text of ['43', '-1', '+1', '1.0', '0x1', 'a', '99999999999999999999'])
      expect(errorOf(() => tokensOf(text).integer('n', 42)).code).toBe('syntax/number');
    expect(errorOf(() => tokensOf('""').integer('n', 42)).code).toBe('syntax/number');
    expect(errorOf(() => tokensOf('a').integer('n', 42)).location).toEqual({
      file: 'file',
      line: 1,
      column: 1,
    });
  });

  test('names are completed with the origin, and "@" is it, unless it is quoted', () => {
    const read = (text: string, origin?: Uint8Array): number[] => {
      const out = new ByteBuffer(1);
      tokensOf(text, origin).name('n', out);
      return [...out.copy()];
    };
    expect(read('a', ROOT)).toEqual([1, 97, 0]);
    expect(read('@', ROOT)).toEqual([0]);
    expect(read('"@"', ROOT)).toEqual([1, 64, 0]);
    const withoutOrigin = (text: string): string =>
      errorOf(() => {
        const tokens = tokensOf(text);
        tokens.origin = undefined;
        tokens.name('n', new ByteBuffer());
      }).code;
    expect([withoutOrigin('@'), withoutOrigin('a')]).toEqual(['name/relative', 'name/relative']);
  });

  test('what is missing is named, with its place', () => {
    const tokens = tokensOf('a (\n )\n');
    tokens.next();
    const error = errorOf(() => tokens.need('the type'));
    expect(error.message).toBe('the type is missing');
    expect(error.location).toEqual({ file: 'file', line: 2, column: 3 });
  });

  test('what is left over is named', () => {
    const tokens = tokensOf('a b');
    tokens.next();
    const error = errorOf(() => tokens.finishRecord());
    expect([error.code, error.location?.column]).toEqual(['syntax/trailing', 3]);
  });

  test('messages about tokens are short and without control characters', () => {
    const long = tokensOf('x'.repeat(1_000_000));
    expect(errorOf(() => long.integer('n', 1)).message.length).toBeLessThan(600);
    expect(errorOf(() => tokensOf('\x1b[31m\x9b').integer('n', 1)).message).toBe(
      'n must be a number, not "\\027[31m\\155"',
    );
  });

  test('errors keep their first place', () => {
    const tokens = tokensOf('a b');
    tokens.next();
    const error = tokens.error('code', 'message');
    tokens.next();
    expect(tokens.located(error)).toBe(error);
    const foreign = new TypeError('foreign');
    expect(tokens.located(foreign)).toBe(foreign);
  });
});

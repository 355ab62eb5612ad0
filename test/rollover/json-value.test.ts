import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../src/rollover/json-value.ts';

class Failure extends Error {
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(problem);
    this.offset = offset;
  }
}

const parse = (text: string): ReturnType<typeof parseJson> =>
  parseJson(text, (problem, offset) => new Failure(problem, offset));

function failureOf(text: string): Failure {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('the text was read');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('takes exactly what JSON.parse takes', () => {
  let valid = 0;
  const damage = fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 2 }),
    put: fc.constantFrom(
      '',
      '',
      '',
      '"',
      '\\',
      ',',
      ':',
      ' ',
      '}',
      ']',
      '1',
      '-',
      '.',
      'e',
      'true',
      '\n',
      '\u00a0',
    ),
  });
  fc.assert(
    fc.property(fc.json(), fc.option(damage), (json, change) => {
      const at = change === null ? 0 : change.at % (json.length + 1);
      const text = change === null ? json : json.slice(0, at) + change.put + json.slice(at + change.length);
      if (isJson(text)) {
        valid++;
        // A damage can make two keys one.
        try {
          parse(text);
        } catch (error) {
          expect((error as Error).message).toMatch(/is here twice$/);
        }
      } else expect(failureOf(text)).toBeInstanceOf(Failure);
    }),
    { numRuns: 3000 },
  );
  expect(valid).toBeGreaterThan(500);
});

test('reads values', () => {
  const value = parse(' {"a": [1, -2.5e1, "\\u00e9\\n"], "b": {"__proto__": true}}\r\n');
  expect(
    value.object((fields) => [
      fields
        .get('a')
        .list((item) => item)[0]!
        .integer(0, 5),
      fields
        .get('a')
        .list((item) => item)[1]!
        .integer(-25, 5),
      fields
        .get('a')
        .list((item) => item)[2]!
        .text(),
      fields.get('b').object((inner) => inner.get('__proto__').boolean()),
      fields.optional('c', (item) => item.text()),
    ]),
  ).toEqual([1, -25, 'é\n', true, undefined]);
});

test('names the path of keys and the place', () => {
  const text = '{"a b": [{"c": 1}, {"c": "x"}]}';
  const read = (): unknown =>
    parse(text).object((fields) =>
      fields.get('a b').list((item) => item.object((inner) => inner.get('c').integer(0, 1))),
    );
  expect(read).toThrow('"a b"[1].c: this must be a whole number, not "x"');
  expect(read).toThrow(expect.objectContaining({ offset: text.indexOf('"x"') }));
});

test.each([
  ['', 'the text ends where a value must be', 0],
  ['{"a" 1}', 'this must be ":", not 1', 5],
  ['{"a": 1 "b": 2}', 'this must be "," or "}", not "b"', 8],
  ['{1: 2}', 'this must be a key in quotes, not 1', 1],
  ['[1,]', 'this must be a value, not ]', 3],
  ['[1 2]', 'this must be "," or "]", not 2', 3],
  ['[01]', 'this must be a value, not 01', 1],
  ['["a\nb"]', 'this must be a value, not "a\nb"', 1],
  ['{"a": 1, "\\u0061": 2}', 'the key "\\u0061" is here twice', 9],
  ['[] []', 'there is more behind the end', 3],
  ["['a']", 'this is not a value', 1],
  [`${'['.repeat(70)}${']'.repeat(70)}`, 'this is nested too deeply', 65],
])('%j: %s', (text, message, offset) => {
  expect(failureOf(text)).toMatchObject({ message, offset });
});

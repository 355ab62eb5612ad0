import { describe, expect, test } from '@jest/globals';
import { errorOf, errorsIn, linesOf, parseText, recordLines } from './zone-text.ts';

describe('$GENERATE (BIND 9 Administrator Reference Manual)', () => {
  test.each([
    ['1-3 a$ A 192.0.2.$', ['a1 A 192.0.2.1', 'a2 A 192.0.2.2', 'a3 A 192.0.2.3']],
    ['0-10/5 a$ A 192.0.2.$', ['a0 A 192.0.2.0', 'a5 A 192.0.2.5', 'a10 A 192.0.2.10']],
    ['5-5 a${3} A 192.0.2.${-2}', ['a8 A 192.0.2.3']],
    ['5-5 a${0,3} A 192.0.2.$', ['a005 A 192.0.2.5']],
    ['10-10 ${0,4,d}-${0,4,o}-${0,4,x}-${0,4,X}-${5,0,X} A 192.0.2.1', ['0010-0012-000a-000A-F A 192.0.2.1']],
    ['1-1 ${-3}x${-3,4} TXT ${-2,0,x}', ['-2x-002 TXT ffffffff']],
    ['18-18 ${0,0,n}.${0,1,n}.${0,3,n}.${0,4,n}x A 192.0.2.1', ['2.1.2.1.2.1.2.1.x A 192.0.2.1']],
    ['171-171 ${0,0,n}.${0,7,N} A 192.0.2.1', ['b.a.B.A.0.0 A 192.0.2.1']],
    ['1-1 a$$b\\$ TXT $$', ['a\\$b\\$ TXT $']],
    ['1-2 @ NS ns$', ['@ NS ns1', '@ NS ns2']],
    ['1-1 a CNAME $.b.', ['a CNAME 1.b.']],
    ['1-1 a 5 IN A 192.0.2.$', ['a A 192.0.2.1']],
    ['1-1 a IN 5 A 192.0.2.$', ['a A 192.0.2.1']],
    ['1-1 a MX "10 m$"', ['a MX 10 m1']],
    ['1-1 a MX 10 m$', ['a MX 10 m1']],
    ['1-1 a TXT "one $ two"', ['a TXT one 1 two']],
    ['1-1 a TXT "\\"one $\\" two\\\\"', ['a TXT "one 1" two\\\\']],
    ['1-1 a TXT "one $" "two $"', ['a TXT "one 1" "two 1"']],
    ['1-1 a\\046$ A 192.0.2.1', ['a\\.1 A 192.0.2.1']],
    ['1-1 \xe9$ A 192.0.2.1', ['\\2331 A 192.0.2.1']],
  ])('%s', (directive, records) => {
    const strip = (lines: readonly string[]): string[] => lines.map((line) => line.replace(' 5 ', ' '));
    expect(strip(linesOf(`$GENERATE ${directive}`))).toEqual(linesOf(records.join('\n')));
  });

  test('takes origin, TTL and place of the line', () => {
    const parsed = parseText('$TTL 7\n$ORIGIN sub\n\n$GENERATE 1-2 a$ A 192.0.2.$\nb A 192.0.2.3');
    expect(recordLines(parsed)).toEqual([
      'a1.sub.example. 7 A 192.0.2.1',
      'a2.sub.example. 7 A 192.0.2.2',
      'b.sub.example. 7 A 192.0.2.3',
    ]);
    expect([...parsed.store.lines.subarray(0, 3)]).toEqual([4, 4, 5]);
  });

  test.each([
    '$GENERATE',
    '$GENERATE 1-2',
    '$GENERATE 1-2 a$',
    '$GENERATE 1-2 a$ A',
    '$GENERATE 2-1 a$ A 192.0.2.$',
    '$GENERATE 1 a$ A 192.0.2.$',
    '$GENERATE -1-2 a$ A 192.0.2.$',
    '$GENERATE 1-2/0 a$ A 192.0.2.$',
    '$GENERATE 1-2147483648 a$ A 192.0.2.$',
    '$GENERATE 0-2147483647 a$ A 192.0.2.1',
    '$GENERATE 1-2 a${ A 192.0.2.$',
    '$GENERATE 1-2 a${x} A 192.0.2.$',
    '$GENERATE 1-2 a${1,2,q} A 192.0.2.$',
    '$GENERATE 1-2 a${1,2,d A 192.0.2.$',
    '$GENERATE 1-1 a TXT ${2147483647}',
    '$GENERATE 1-1 a$ TKEY x',
    '$GENERATE 1-300 a A 192.0.2.$',
    '$GENERATE 1-1 a..$ A 192.0.2.1',
  ])('%s is refused with its line', (text) => {
    const error = errorOf(() => parseText(`$TTL 1\n${text}\n`));
    expect(error.kind).toBe('input');
    expect(error.location?.line).toBe(2);
  });

  test('reading goes on behind a line that fails', () => {
    const errors = errorsIn('$GENERATE 255-256 a A 192.0.2.$\nb A\n');
    expect(errors.map((error) => error.replace(/:\d+/, ''))).toEqual(['1 syntax/ipv4', '2 syntax/missing']);
  });
});

import { describe, expect, test } from '@jest/globals';
import { nextSerial, type SerialPolicy } from '../../src/dnssec/serial-policy.ts';

/** 2026-11-23 12:00:00 UTC. */
const NOON = 1795435200;

describe('nextSerial', () => {
  test.each<[why: string, SerialPolicy, input: number, published: number[], serial: number]>([
    ['the input of a zone that is new', 'keep', 7, [], 7],
    ['an input above the published', 'keep', 8, [7], 8],
    ['an input above the published by RFC 1982', 'keep', 2, [4294967290], 2],
    ['one more than the input', 'increment', 7, [], 8],
    ['one more than the published', 'increment', 7, [9], 10],
    ['one more than the highest of the published', 'increment', 7, [9, 12, 11], 13],
    ['over the end of the numbers', 'increment', 4294967295, [], 0],
    ['over the end of the numbers, a little beyond', 'increment', 4294967290, [3], 4],
    [
      'more than the published where nothing compares with the input',
      'increment',
      0,
      [0x80000000],
      0x80000001,
    ],
    ['the time', 'unixtime', 7, [], NOON],
    ['the time above an earlier one', 'unixtime', NOON - 1000, [NOON - 1], NOON],
    ['one more within a second', 'unixtime', 7, [NOON], NOON + 1],
    ['one more than a serial that was a date', 'unixtime', 2026112300, [], 2026112301],
    ['the day', 'date', 7, [], 2026112300],
    ['the day above the day before', 'date', 2026112207, [2026112208], 2026112300],
    ['the next number of the day', 'date', 2026112300, [2026112304], 2026112305],
    ['one more than a hundred changes a day', 'date', 2026112399, [], 2026112400],
    ['the day above a serial that was a time', 'date', NOON, [NOON + 1], 2026112300],
    ['one more than a serial of the far future', 'date', 4000000000, [], 4000000001],
  ])('%s', (_, policy, input, published, serial) => {
    expect(nextSerial(policy, input, published, NOON)).toBe(serial);
  });

  test.each([
    ['the same as the published', 7, [7]],
    ['below the published', 6, [7]],
    ['above the output, below a published one', 8, [7, 9]],
    ['without an order to the published', 0, [0x80000000]],
    ['below the published by RFC 1982', 4294967290, [2]],
  ])('keeps no serial that is %s', (_, input, published) => {
    expect(() => nextSerial('keep', input, published, NOON)).toThrow(
      expect.objectContaining({ kind: 'input', code: 'sign/serial-kept', hint: expect.any(String) }),
    );
  });

  test('the day is that of UTC', () => {
    expect(nextSerial('date', 1, [], Date.UTC(2026, 11, 31, 23, 59, 59) / 1000)).toBe(2026123100);
    expect(nextSerial('date', 1, [], Date.UTC(2027, 0, 1) / 1000)).toBe(2027010100);
  });
});

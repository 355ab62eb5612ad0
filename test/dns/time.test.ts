import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  MAX_TIME,
  parseDuration,
  parseTime,
  parseTimeOrNone,
  printCalendarTime,
  printDuration,
  printTime,
  printTimestamp,
  readDuration,
  readTimestamp,
} from '../../src/dns/time.ts';

/** 2026-11-22 12:00:00 UTC. */
const NOON = 1795348800;
const DAY = 86400;
const now = NOON;

describe('parseTime', () => {
  test.each([
    ['20261122120000', NOON],
    ['20261122', NOON - DAY / 2],
    ['2026-11-22', NOON - DAY / 2],
    ['2026-11-22T12:00:00Z', NOON],
    ['2026-11-22t12:00:00z', NOON],
    ['2026-11-22T12:00Z', NOON],
    ['2026-11-22 12:00:00', NOON],
    ['2026-11-22T14:00:00+02:00', NOON],
    ['2026-11-22T07:30:00-0430', NOON],
    ['2026-11-22T12:00:00.999Z', NOON],
    ['2026-11-22T14:00+02', NOON],
    ['20261122T120000', NOON],
    ['20261122T120000Z', NOON],
    ['20261122T1200Z', NOON],
    ['20261122T073000-0430', NOON],
    ['now', NOON],
    ['NOW', NOON],
    ['now+3d', NOON + 3 * DAY],
    ['now-1h30m', NOON - 5400],
    ['+12h', NOON + DAY / 2],
    ['-1h', NOON - 3600],
    ['+60', NOON + 60],
    ['now+3', NOON + 3],
    ['+P1D', NOON + DAY],
    ['20261122+1mo', NOON - DAY / 2 + 30 * DAY],
    ['20261122120000-1y', NOON - 365 * DAY],
    ['1795348800', NOON],
    ['999999999', 999999999],
    ['19700101', 0],
    ['21060207062815', MAX_TIME],
  ])('%s', (text, expected) => {
    expect(parseTime(text, now)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    '+',
    'now+',
    'tomorrow',
    '2026',
    '202611',
    '12345678901',
    '20261332',
    '20260230',
    '20261122240000',
    '20261122126000',
    '2026-11-22T25:00:00Z',
    '2026-13-01',
    '20261122T12000',
    '20261122T250000Z',
    'now+3x',
    'now+3d+1h',
    '19691231',
    '21060207062816',
    'now-100y',
    '-9999999999',
    'none',
    '2026-11-22T12:00:00+2',
    '00700101',
  ])('"%s" is no time', (text) => {
    expect(() => parseTime(text, now)).toThrow(
      expect.objectContaining({ kind: 'usage', code: 'usage/time' }),
    );
  });

  test('none takes a time away', () => {
    for (const text of ['none', 'NEVER', 'unset']) expect(parseTimeOrNone(text, now)).toBeNull();
    expect(parseTimeOrNone('now', now)).toBe(NOON);
  });
});

describe('durations', () => {
  test.each([
    ['90d', 90 * DAY],
    ['1w2d', 9 * DAY],
    ['1h30m', 5400],
    ['45s', 45],
    ['3600', 3600],
    ['0', 0],
    ['P90D', 90 * DAY],
    ['P1Y2M1W1DT1H1M1S', 365 * DAY + 60 * DAY + 8 * DAY + 3661],
    ['PT36H', 36 * 3600],
    ['P2W', 14 * DAY],
    ['2mo', 60 * DAY],
    ['5mi', 300],
    ['5m', 300],
    ['1Y', 365 * DAY],
    ['1D12H', 1.5 * DAY],
  ])('%s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each(['', 'd', '90 d', '-1h', '1.5h', 'P', 'PT', 'P1', 'P1H', '1x', '1h30', '1234567890123'])(
    '"%s" is no duration',
    (text) => {
      expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'usage/duration' }));
    },
  );

  test('are printed so that they are read back', () => {
    expect(printDuration(0)).toBe('0s');
    expect(printDuration(90 * DAY)).toBe('90d');
    expect(printDuration(DAY + 3661)).toBe('1d1h1m1s');
    fc.assert(fc.property(fc.nat(1e9), (seconds) => readDuration(printDuration(seconds)) === seconds));
  });
});

describe('printing', () => {
  test('has the forms of records, of ISO 8601 and of ctime', () => {
    expect(printTimestamp(NOON)).toBe('20261122120000');
    expect(printTime(NOON)).toBe('2026-11-22T12:00:00Z');
    expect(printCalendarTime(NOON)).toBe('Sun Nov 22 12:00:00 2026');
    expect(printCalendarTime(0)).toBe('Thu Jan  1 00:00:00 1970');
  });

  test('is undone by reading', () => {
    fc.assert(
      fc.property(fc.nat(MAX_TIME), (time) => {
        expect(readTimestamp(printTimestamp(time))).toBe(time);
        expect(parseTime(printTime(time), 0)).toBe(time);
      }),
    );
    for (const text of ['20261122', '2026112212000x', '20261122126060', '']) {
      expect(readTimestamp(text)).toBeUndefined();
    }
  });
});

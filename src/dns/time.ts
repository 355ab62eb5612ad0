import { usageError, type ZonewrightError } from '../errors.ts';

/** The last second that DNSSEC's 32-bit times can name (2106). */
export const MAX_TIME = 0xffffffff;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds of each unit, longest names first. A year has 365 days and a month 30, as in BIND. */
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  y: 365 * DAY,
  mo: 30 * DAY,
  w: 7 * DAY,
  d: DAY,
  h: HOUR,
  mi: MINUTE,
  m: MINUTE,
  s: 1,
};

const UNITS_DURATION = /^(?:\d{1,12}(?:mo|mi|[ywdhms]))+$/i;
const ISO_DURATION =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;
const ISO_UNITS = ['y', 'mo', 'w', 'd', 'h', 'm', 's'] as const;
const ISO_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|([+-])(\d{2})(?::?(\d{2}))?)?)?$/i;
/** The same without separators, the basic format of ISO 8601. */
const ISO_BASIC_TIME =
  /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(?:(\d{2})(?:\.\d+)?)?(?:Z|([+-])(\d{2})(\d{2})?)?$/i;
const COMPACT_TIME = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$/;

/**
 * A duration in seconds: `90d`, `1w2d`, `1h30m`, `45s`, plain seconds, ISO 8601 (`P90D`, `PT1H`), BIND's `mi`, `mo` and `y`.
 * A lone `m` is a minute. Undefined where `text` is no duration.
 */
export function readDuration(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  let seconds = 0;
  const iso = ISO_DURATION.exec(text);
  if (iso !== null) {
    ISO_UNITS.forEach((unit, i) => (seconds += Number(iso[i + 1] ?? 0) * UNIT_SECONDS[unit]!));
  } else if (UNITS_DURATION.test(text)) {
    for (const [, count, unit] of text.matchAll(/(\d+)([a-z]+)/gi)) {
      seconds += Number(count) * UNIT_SECONDS[unit!.toLowerCase()]!;
    }
  } else return undefined;
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

/** The duration that `text` says, in seconds. */
export function parseDuration(text: string): number {
  const seconds = readDuration(text);
  if (seconds === undefined) {
    throw usageError('usage/duration', `"${text}" is no duration`, {
      hint: 'write it like 90d, 1w2d, 1h30m, 45s, 3600 or P90D',
    });
  }
  return seconds;
}

/** A duration in the largest units that fit, `90d`, `1d12h`, `0s`: what `readDuration` reads. */
export function printDuration(seconds: number): string {
  let rest = seconds;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / UNIT_SECONDS[unit]!);
    rest -= count * UNIT_SECONDS[unit]!;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

/**
 * A time in epoch seconds, from `YYYYMMDDHHMMSS` or `YYYYMMDD` (UTC), ISO 8601 (UTC unless it names an offset), `now`, epoch seconds of
 * nine or ten digits, and an offset behind (`now+3d`, `20261122-1h`) or alone (`+12h`, `-1h`), which counts from `now`.
 *
 * @param now epoch seconds
 * @throws ZonewrightError `usage/time`
 */
export function parseTime(text: string, now: number): number {
  const iso = ISO_TIME.exec(text) ?? ISO_BASIC_TIME.exec(text);
  if (iso !== null) {
    const time = calendarTime(iso);
    if (time === undefined) throw noTime(text);
    const east = (Number(iso[8] ?? 0) * HOUR + Number(iso[9] ?? 0) * MINUTE) * (iso[7] === '-' ? -1 : 1);
    return inRange(text, time - east);
  }
  const parts = /^([^+-]*)(?:([+-])(.+))?$/s.exec(text);
  const base = parts === null ? undefined : baseTime(parts[1]!, parts[3] !== undefined, now);
  const offset = parts?.[3] === undefined ? 0 : readDuration(parts[3]);
  if (base === undefined || offset === undefined) throw noTime(text);
  return inRange(text, parts?.[2] === '-' ? base - offset : base + offset);
}

/** Like `parseTime`; null for `none`, `never` and `unset`, which take a time away. */
export function parseTimeOrNone(text: string, now: number): number | null {
  return /^(none|never|unset)$/i.test(text) ? null : parseTime(text, now);
}

/** The time that a `YYYYMMDDHHMMSS` text names (RFC 4034 section 3.2), in epoch seconds; undefined where it is none. */
export function readTimestamp(text: string): number | undefined {
  if (text.length !== 14) return undefined;
  const parts = COMPACT_TIME.exec(text);
  return parts === null ? undefined : calendarTime(parts);
}

/** `YYYYMMDDHHMMSS` in UTC, as RRSIG records and key files have it. */
export function printTimestamp(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19).replace(/[-T:]/g, '');
}

/** ISO 8601 in UTC: `2026-11-22T12:00:00Z`. */
export function printTime(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;
}

/** The form of C's `ctime`, in UTC: `Sun Nov 22 12:00:00 2026`. BIND writes it behind timestamps. */
export function printCalendarTime(time: number): string {
  const [weekday, day, month, year, clock] = new Date(time * 1000).toUTCString().split(/,? /);
  return `${weekday} ${month} ${day!.replace(/^0/, ' ')} ${clock} ${year}`;
}

function baseTime(text: string, hasOffset: boolean, now: number): number | undefined {
  if (text === '') return hasOffset ? now : undefined;
  if (text.toLowerCase() === 'now') return now;
  if (/^\d{9,10}$/.test(text)) return Number(text);
  const parts = COMPACT_TIME.exec(text);
  return parts === null ? undefined : calendarTime(parts);
}

/** Epoch seconds of year, month, day, hour, minute, second in groups 1 to 6; undefined for what no calendar or clock has. */
function calendarTime(groups: RegExpExecArray): number | undefined {
  const group = (i: number): number => Number(groups[i] ?? 0);
  const date = new Date(Date.UTC(group(1), group(2) - 1, group(3), group(4), group(5), group(6)));
  // Date carries what is too much over into the next field.
  const parts = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return parts.every((part, i) => part === group(i + 1)) ? date.getTime() / 1000 : undefined;
}

function inRange(text: string, time: number): number {
  if (time >= 0 && time <= MAX_TIME) return time;
  throw usageError('usage/time', `"${text}" is outside of 1970 to 2106, the range of DNSSEC times`);
}

function noTime(text: string): ZonewrightError {
  return usageError('usage/time', `"${text}" is no time`, {
    hint: 'write it like 20261122, 20261122120000, 2026-11-22T12:00:00Z, now, now+3d or -1h',
  });
}

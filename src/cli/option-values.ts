import { parseDuration } from '../dns/time.ts';
import { MAX_TTL } from '../dns/ttl.ts';
import { usageError, ZonewrightError } from '../errors.ts';

/** Collects what a repeatable option is given: commander's own variadic options would swallow the arguments behind them. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** A number of up to nine digits. */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError('usage/number', `${option} takes a whole number, not "${text}"`);
}

/** How many threads `--jobs` asks for. */
export function threadCount(text: string): number {
  const count = wholeNumber('--jobs', text);
  if (count > 0) return count;
  throw usageError('usage/number', `--jobs takes a whole number from 1 on, not "${text}"`);
}

/** A TTL in seconds, from all that is a duration. */
export function ttlValue(text: string): number {
  const ttl = parseDuration(text);
  if (ttl <= MAX_TTL) return ttl;
  throw usageError('usage/ttl', `the TTL ${text} is larger than ${MAX_TTL} (RFC 2181 section 8)`);
}

/** What `read` makes of an option's value; undefined where the option was not given. */
export function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

/** Like `optional`, for what is read in other places than options too: an error names the option here. */
export function ofOption<T>(
  option: string,
  text: string | undefined,
  read: (text: string) => T,
): T | undefined {
  try {
    return optional(text, read);
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    throw usageError(error.code, `${option}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

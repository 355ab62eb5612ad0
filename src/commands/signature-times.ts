import { printDuration, printTime } from '../dns/time.ts';
import type { SignRequest } from '../dnssec/sign-request.ts';
import { usageError } from '../errors.ts';
import type { Environment } from './environment.ts';
import type { SignOptions } from './signing-options.ts';

/** In seconds: with a longer one, RFC 1982 takes the inception for the later time (RFC 4034 section 3.1.5). */
const MAX_VALIDITY = 0x7fffffff;

/** In seconds: a run that waited for another has a time from before what that one recorded. */
const WAITED = 60;

export type SignatureTimes = Pick<SignRequest, 'inception' | 'expiration' | 'dnskeyExpiration'>;

/**
 * When signatures are valid.
 * @throws ZonewrightError `usage/times` where no time is left
 */
export function signatureTimes(options: SignOptions, { now, warn }: Environment): SignatureTimes {
  const inception = options.inception ?? now - options.inceptionOffset;
  const expiration = options.expiration ?? now + options.validity;
  const dnskeyExpiration = options.dnskeyValidity === undefined ? expiration : now + options.dnskeyValidity;
  const { dnskeyValidity = Infinity, refresh } = options;
  if (dnskeyValidity <= refresh) {
    throw usageError(
      'usage/times',
      `signatures over DNSKEYs valid for ${printDuration(dnskeyValidity)} would be due at every run: what has less than ${printDuration(refresh)} left is made anew`,
      { hint: 'make --dnskey-validity longer than --refresh, or --refresh shorter' },
    );
  }
  for (const end of [expiration, dnskeyExpiration]) {
    if (end <= inception) {
      throw usageError(
        'usage/times',
        `the inception ${printTime(inception)} is not before the expiration ${printTime(end)}`,
      );
    }
    if (end - inception > MAX_VALIDITY)
      throw usageError(
        'usage/times',
        'no signature can be valid for more than 68 years (RFC 4034 section 3.1.5)',
      );
  }
  if (expiration <= now) warn(`the signatures have expired already, at ${printTime(expiration)}`);
  if (expiration - options.jitter <= (expiration <= now ? inception : Math.max(inception, now))) {
    throw usageError(
      'usage/times',
      `a jitter of ${printDuration(options.jitter)} can use up the whole time until the expiration ${printTime(expiration)}`,
      { hint: 'use a shorter --jitter' },
    );
  }
  return { inception, expiration, dnskeyExpiration };
}

/**
 * Where the clock is behind what the ledger knows, nobody can say which of them is wrong. Signatures that begin by the clock and end by the ledger
 * are good in both cases.
 */
export function laterEnds(
  times: SignatureTimes,
  lag: number,
  { expiration }: SignOptions,
  { now, warn }: Environment,
): SignatureTimes {
  if (lag > WAITED)
    warn(
      `the clock shows ${printTime(now)}, but something was recorded at ${printTime(now + lag)}: signatures end by the later of both`,
      'set the clock right; until then no key is removed',
    );
  return {
    ...times,
    expiration: expiration ?? times.expiration + lag,
    dnskeyExpiration: times.dnskeyExpiration + lag,
  };
}

/**
 * Over how long the ends of signatures are spread that are made anew: half of the time until they are due again. A zone that was signed in one
 * night would else be signed in one night for ever.
 */
export function spreadOf({ jitter, expiration, validity, refresh }: SignOptions): number {
  const isAsked = jitter > 0 && expiration === undefined;
  return isAsked ? Math.max(jitter, Math.floor((validity - refresh) / 2)) : jitter;
}

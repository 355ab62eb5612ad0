import { printDuration, readDuration } from '../dns/time.ts';
import { algorithmByName, ALGORITHMS } from '../dnssec/algorithms.ts';
import { ZonewrightError } from '../errors.ts';
import { DEFAULT_POLICY, type Policy } from '../rollover/policy.ts';
import { leastPropagation, rolloverWaits, secondsOf } from '../rollover/policy-waits.ts';
import type { Duration } from './configuration.ts';
import { namesKey } from './new-key-pair.ts';

/** Where in a configuration file something is. */
export type KeyPath = readonly (string | number)[];

/** Takes down mistakes of a configuration, so that all of them are told at once. */
export interface Mistakes {
  readonly count: number;
  add(keys: KeyPath, problem: string, hint: string): void;
  /** The word that is likely to be meant. */
  closestWord(word: string, candidates: readonly string[]): string | undefined;
}

/** A policy as a configuration file has it. */
export type PolicyDocument = {
  readonly [key in keyof Policy]?: key extends (typeof DURATIONS)[number]
    ? Duration
    : key extends 'signatures'
      ? { readonly [part in keyof Policy['signatures']]?: Duration }
      : key extends 'nsec3'
        ? Partial<Policy['nsec3']>
        : key extends 'algorithm'
          ? string | number
          : Policy[key];
};

/** The keys of a policy whose values are durations, or a word in place of one. */
const DURATIONS = [
  'kskLifetime',
  'zskLifetime',
  'rotationPeriod',
  'propagationDelay',
  'parentPropagationDelay',
  'parentDsTtl',
  'publishSafety',
  'retireSafety',
  'purgeDelay',
  'dnskeyTtl',
  'maxZoneTtl',
] as const;

const SIGNATURE_DURATIONS = ['validity', 'refresh', 'jitter', 'inceptionOffset'] as const;

/** The policy that a configuration file means; where that has mistakes, one that is not to be used. */
export function resolvePolicy(
  document: PolicyDocument,
  keys: KeyPath,
  hasAfterSign: boolean,
  mistakes: Mistakes,
): Policy {
  const mistakesBefore = mistakes.count;
  const durations: Partial<Record<(typeof DURATIONS)[number], number>> = {};
  for (const key of DURATIONS) {
    const value = document[key];
    // The schema lets words through only where the policy has a meaning for them.
    if (value === undefined || value === 'unlimited' || value === 'auto' || value === 'none') continue;
    durations[key] = durationAt([...keys, key], value, mistakes) ?? 0;
  }
  const signatures = { ...DEFAULT_POLICY.signatures };
  for (const key of SIGNATURE_DURATIONS) {
    const value = document.signatures?.[key];
    if (value !== undefined) signatures[key] = durationAt([...keys, 'signatures', key], value, mistakes) ?? 0;
  }
  const { algorithm = DEFAULT_POLICY.algorithm } = document;
  const policy = {
    ...DEFAULT_POLICY,
    ...document,
    ...durations,
    algorithm: algorithmAt([...keys, 'algorithm'], algorithm, mistakes) ?? DEFAULT_POLICY.algorithm,
    nsec3: { ...DEFAULT_POLICY.nsec3, ...document.nsec3 },
    signatures,
    // Every duration has become a number by now; the words that are left are those of the type.
  } as Policy;
  // How values go together can only be said of values that are understood.
  if (mistakes.count === mistakesBefore) checkTimes(policy, keys, mistakes);
  for (const key of ['kskSource', 'zskSource'] as const)
    checkKeySource([...keys, key], policy[key], mistakes);
  if (policy.publishedWhen === 'afterSign' && !hasAfterSign)
    mistakes.add(
      [...keys, 'publishedWhen'],
      'no afterSign program is configured, so nothing would ever count as published',
      'name it at the top level: afterSign: [nsd-control, reload, "{zone}"]',
    );
  return policy;
}

/** Seconds; undefined where it is a mistake. */
export function durationAt(keys: KeyPath, value: Duration, mistakes: Mistakes): number | undefined {
  const seconds = typeof value === 'number' ? value : readDuration(value);
  if (seconds === undefined)
    mistakes.add(keys, `"${value}" is no duration`, 'write it like 90d, 1w2d, 1h30m, 3600 or P90D');
  return seconds;
}

const GOOD_ALGORITHMS = 'ECDSAP256SHA256 and ED25519 are good choices';

function algorithmAt(keys: KeyPath, value: string | number, mistakes: Mistakes): number | undefined {
  const algorithm = algorithmByName(String(value));
  if (algorithm === undefined) {
    const usable = ALGORITHMS.filter(({ status }) => status === 'recommended');
    const closest = mistakes.closestWord(
      String(value),
      usable.map(({ mnemonic }) => mnemonic),
    );
    const lead = closest === undefined ? '' : `did you mean ${closest}? `;
    mistakes.add(keys, `"${value}" is no DNSSEC algorithm`, `${lead}${GOOD_ALGORITHMS}`);
    return undefined;
  }
  if (algorithm.status === 'recommended') return algorithm.number;
  const reason = algorithm.reason === undefined ? '' : `: ${algorithm.reason}`;
  mistakes.add(keys, `${algorithm.mnemonic} is not for new keys${reason}`, GOOD_ALGORITHMS);
  return undefined;
}

/** Every new key gets a name of its own, so the source can only be a token. */
function checkKeySource(keys: KeyPath, value: string, mistakes: Mistakes): void {
  if (value === 'files') return;
  try {
    if (!namesKey(value)) return;
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    mistakes.add(keys, error.message, error.hint ?? 'write it like pkcs11:token=NAME');
    return;
  }
  mistakes.add(
    keys,
    'this URI names one key, but new keys are made with it',
    'leave "object" and "id" out; a key that is there already is taken with: zonewright keygen --pkcs11 URI',
  );
}

/** What one time alone does not tell. */
function checkTimes(policy: Policy, keys: KeyPath, mistakes: Mistakes): void {
  checkSignatures(policy, keys, mistakes);
  for (const key of ['kskLifetime', 'zskLifetime'] as const) {
    const lifetime = policy[key];
    if (lifetime === 'unlimited' || (key === 'zskLifetime' && policy.keys === 'csk')) continue;
    if (lifetime < policy.rotationPeriod)
      mistakes.add(
        [...keys, key],
        `a lifetime of ${printDuration(lifetime)} is shorter than the rotation period of ${printDuration(policy.rotationPeriod)}`,
        'make the lifetime longer, or rotationPeriod shorter',
      );
    const role = key === 'zskLifetime' ? 'zsk' : policy.keys === 'csk' ? 'csk' : 'ksk';
    checkRotationPeriod(policy, role, keys, mistakes);
  }
}

/** What signatures are valid for must be more than what caches and runs use up of it. */
function checkSignatures(policy: Policy, keys: KeyPath, mistakes: Mistakes): void {
  const { validity, refresh, jitter } = policy.signatures;
  if (validity - jitter <= refresh) {
    mistakes.add(
      [...keys, 'signatures'],
      `signatures valid for ${printDuration(validity)}, less a jitter of ${printDuration(jitter)}, would be due for renewal at once`,
      `make refresh, now ${printDuration(refresh)}, shorter`,
    );
    return;
  }
  const propagation = leastPropagation(policy);
  const ttl = Math.max(policy.dnskeyTtl, policy.maxZoneTtl === 'none' ? 0 : policy.maxZoneTtl);
  if (refresh < propagation + ttl)
    mistakes.add(
      [...keys, 'signatures', 'refresh'],
      `signatures are renewed when ${printDuration(refresh)} is left, but caches may hold the old ones for ${printDuration(propagation + ttl)}: ` +
        `a propagation of ${printDuration(propagation)} and a TTL of ${printDuration(ttl)}`,
      `make refresh at least ${printDuration(propagation + ttl)}, better some days more, or the TTL shorter`,
    );
}

/** Both keys stand in the zone for the rotation period: a rollover that takes longer would not end with the old key's life. */
function checkRotationPeriod(
  policy: Policy,
  role: 'ksk' | 'zsk' | 'csk',
  keys: KeyPath,
  mistakes: Mistakes,
): void {
  const waits = rolloverWaits(policy, role);
  const needed = secondsOf(waits);
  if (policy.rotationPeriod >= needed) return;
  const sums = waits.map(({ name, terms }) => {
    const parts = terms.map(({ key, seconds }) => `${key} ${printDuration(seconds)}`);
    return `${name} ${printDuration(terms.reduce((sum, { seconds }) => sum + seconds, 0))} (${parts.join(' + ')})`;
  });
  mistakes.add(
    [...keys, 'rotationPeriod'],
    `${printDuration(policy.rotationPeriod)} is shorter than a ${role.toUpperCase()} rollover, which takes ${printDuration(needed)} at the least: ${sums.join(', then ')}`,
    `make rotationPeriod at least ${printDuration(needed)}, or the longest of these shorter`,
  );
}

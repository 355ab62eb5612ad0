import { canonicalName, nameToText, sameName } from '../dns/name.ts';
import { printDuration, readDuration } from '../dns/time.ts';
import { algorithmByName } from '../dnssec/algorithms.ts';
import { ZonewrightError } from '../errors.ts';
import { DEFAULT_POLICY, type Policy } from '../rollover/policy.ts';
import { namesKey } from './new-key-pair.ts';
import { leastPropagation, rolloverWaits, secondsOf } from '../rollover/policy-waits.ts';

/** What a configuration file says, after it was found to follow `schemas/config.schema.json`. */
export interface ConfigurationDocument {
  readonly keyDirectory?: string;
  readonly policies?: Readonly<Record<string, PolicyDocument>>;
  readonly zones?: Readonly<Record<string, ZoneDocument>>;
  readonly notify?: readonly Notification<Duration>[];
  readonly afterSign?: readonly string[];
}

/** Number of seconds, or text. */
type Duration = string | number;

type PolicyDocument = {
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

interface ZoneDocument {
  readonly file?: string;
  readonly output?: string;
  readonly policy?: string;
  readonly servers?: readonly string[];
  readonly parent?: {
    readonly servers?: readonly string[];
    readonly trustAnchor?: string;
    readonly followsCds?: boolean;
  };
  readonly registrar?: RegistrarSettings<Duration>;
}

/** Who sets the DS at the parent. A `Time` is a number of seconds once it was resolved. */
export type RegistrarSettings<Time = number> = { readonly timeout?: Time } & (
  | {
      readonly type: 'dnsimple';
      readonly account: string | number;
      readonly tokenFile?: string;
      readonly tokenVariable?: string;
      readonly url?: string;
    }
  | { readonly type: 'command'; readonly argv: readonly string[] }
);

/** Somebody who is told of events. */
export type Notification<Time = number> = {
  /** What he is called in messages and in the state, in place of his address. */
  readonly name?: string;
  readonly events?: readonly string[];
  readonly timeout?: Time;
} & (
  | { readonly type: 'webhook'; readonly url: string; readonly secretFile?: string }
  | {
      readonly type: 'email';
      readonly to: string;
      readonly from: string;
      readonly smtp?: string;
      readonly passwordFile?: string;
      readonly sendmail?: string;
    }
  | { readonly type: 'command'; readonly argv: readonly string[] }
);

/** What holds for one zone. */
export interface ZoneSettings {
  /** In canonical wire form. */
  readonly name: Uint8Array;
  /** The master file and where its signed form goes, where the configuration says so. */
  readonly file?: string;
  readonly output?: string;
  readonly policyName: string;
  readonly policy: Policy;
  /** Name servers of the parent zone; none where they are to be looked up. */
  readonly parentServers: readonly string[];
  /** A file with DS or DNSKEY records of the parent zone that are trusted. */
  readonly parentTrustAnchor?: string;
  /** Whether the parent takes the DS from the CDS or CDNSKEY records of the zone. */
  readonly parentFollowsCds?: boolean;
  /** Name servers of the zone itself; they are looked up where this is missing. */
  readonly servers?: readonly string[];
  readonly registrar?: RegistrarSettings;
}

/** The settings that are in force: of a configuration file, completed by the defaults. */
export interface Configuration {
  /** The file they come from, if there is one, and what it says. */
  readonly file?: string;
  readonly document?: ConfigurationDocument;
  readonly keyDirectory: string;
  readonly policies: ReadonlyMap<string, Policy>;
  /** The configured zones, in the order of the file. */
  readonly zones: readonly ZoneSettings[];
  readonly notify: readonly Notification[];
  readonly afterSign: readonly string[] | undefined;
}

export interface ConfigurationSource {
  readonly file: string;
  readonly document: ConfigurationDocument;
  /** Understands a zone's name as users write it. */
  readonly parseZoneName: (text: string) => Uint8Array;
  /** Makes a path of the file, which is relative to the file's directory, one for this process. */
  readonly resolvePath: (path: string) => string;
  /** An error about the value that a path of keys leads to. */
  readonly errorAt: (keys: readonly (string | number)[], problem: string, hint?: string) => ZonewrightError;
}

export const DEFAULT_KEY_DIRECTORY = 'keys';
const DEFAULT_POLICY_NAME = 'default';

/** The settings without any configuration file. */
export const DEFAULT_CONFIGURATION: Configuration = {
  keyDirectory: DEFAULT_KEY_DIRECTORY,
  policies: new Map([[DEFAULT_POLICY_NAME, DEFAULT_POLICY]]),
  zones: [],
  notify: [],
  afterSign: undefined,
};

/**
 * Completes what a configuration file says, and checks what its schema cannot.
 *
 * A policy takes what it leaves out from the built-in defaults, not from another policy.
 */
export function resolveConfiguration(source: ConfigurationSource): Configuration {
  const { document, resolvePath } = source;
  const policies = new Map([[DEFAULT_POLICY_NAME, DEFAULT_POLICY]]);
  for (const [name, policy] of Object.entries(document.policies ?? {})) {
    policies.set(name, resolvePolicy(policy, ['policies', name], source));
  }
  return {
    file: source.file,
    document,
    keyDirectory: resolvePath(document.keyDirectory ?? DEFAULT_KEY_DIRECTORY),
    policies,
    zones: resolveZones(source, policies),
    notify: (document.notify ?? []).map((entry, index) => resolved(entry, ['notify', index], source)),
    afterSign: document.afterSign,
  };
}

/** The settings of a zone if the configuration names it. */
export function configuredZone(configuration: Configuration, zone: Uint8Array): ZoneSettings | undefined {
  const name = canonicalName(zone);
  return configuration.zones.find((settings) => sameName(settings.name, name));
}

/** The settings of a zone, configured or not. */
export function settingsOfZone(configuration: Configuration, zone: Uint8Array): ZoneSettings {
  return (
    configuredZone(configuration, zone) ?? {
      name: canonicalName(zone),
      policyName: DEFAULT_POLICY_NAME,
      policy: configuration.policies.get(DEFAULT_POLICY_NAME) ?? DEFAULT_POLICY,
      parentServers: [],
    }
  );
}

function resolveZones(source: ConfigurationSource, policies: ReadonlyMap<string, Policy>): ZoneSettings[] {
  const { document, resolvePath, errorAt } = source;
  const zones: ZoneSettings[] = [];
  for (const [text, zone] of Object.entries(document.zones ?? {})) {
    const keys = ['zones', text];
    const name = zoneName(text, keys, source);
    if (zones.some((other) => sameName(other.name, name))) {
      throw errorAt(keys, `the zone ${nameToText(name)} is here for the second time`);
    }
    const policyName = zone.policy ?? DEFAULT_POLICY_NAME;
    const policy = policies.get(policyName);
    if (policy === undefined) {
      throw errorAt(
        [...keys, 'policy'],
        `there is no policy "${policyName}"`,
        `the policies are ${[...policies.keys()].join(', ')}`,
      );
    }
    zones.push({
      name,
      policyName,
      policy,
      parentServers: zone.parent?.servers ?? [],
      ...(zone.parent?.trustAnchor === undefined
        ? {}
        : { parentTrustAnchor: resolvePath(zone.parent.trustAnchor) }),
      ...(zone.parent?.followsCds === undefined ? {} : { parentFollowsCds: zone.parent.followsCds }),
      ...(zone.servers === undefined ? {} : { servers: zone.servers }),
      ...(zone.file === undefined ? {} : { file: resolvePath(zone.file) }),
      ...(zone.output === undefined ? {} : { output: resolvePath(zone.output) }),
      ...(zone.registrar === undefined
        ? {}
        : { registrar: resolved(zone.registrar, [...keys, 'registrar'], source) }),
    });
  }
  return zones;
}

/** Settings that may name files with secrets, and a time: with paths for this process, and seconds. */
function resolved(
  settings: Notification<Duration>,
  keys: readonly (string | number)[],
  source: ConfigurationSource,
): Notification;
function resolved(
  settings: RegistrarSettings<Duration>,
  keys: readonly (string | number)[],
  source: ConfigurationSource,
): RegistrarSettings;
function resolved(
  settings: { readonly timeout?: Duration },
  keys: readonly (string | number)[],
  source: ConfigurationSource,
): { readonly timeout?: number } {
  const files = Object.entries(settings)
    .filter(([key]) => key.endsWith('File'))
    .map(([key, path]): [string, string] => [key, source.resolvePath(String(path))]);
  const { timeout, ...others } = settings;
  return {
    ...others,
    ...Object.fromEntries(files),
    ...(timeout === undefined ? {} : { timeout: duration(timeout, [...keys, 'timeout'], source) }),
  };
}

function zoneName(
  text: string,
  keys: readonly string[],
  { parseZoneName, errorAt }: ConfigurationSource,
): Uint8Array {
  try {
    return parseZoneName(text);
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    throw errorAt(keys, error.message);
  }
}

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

function resolvePolicy(
  document: PolicyDocument,
  keys: readonly string[],
  source: ConfigurationSource,
): Policy {
  const durations: Partial<Record<(typeof DURATIONS)[number], number>> = {};
  for (const key of DURATIONS) {
    const value = document[key];
    // The schema lets words through only where the policy has a meaning for them.
    if (value === undefined || value === 'unlimited' || value === 'auto' || value === 'none') continue;
    durations[key] = duration(value, [...keys, key], source);
  }
  const signatures = { ...DEFAULT_POLICY.signatures };
  for (const key of SIGNATURE_DURATIONS) {
    const value = document.signatures?.[key];
    if (value !== undefined) signatures[key] = duration(value, [...keys, 'signatures', key], source);
  }
  const policy = {
    ...DEFAULT_POLICY,
    ...document,
    ...durations,
    algorithm:
      document.algorithm === undefined
        ? DEFAULT_POLICY.algorithm
        : algorithmNumber(document.algorithm, [...keys, 'algorithm'], source),
    nsec3: { ...DEFAULT_POLICY.nsec3, ...document.nsec3 },
    signatures,
    // Every duration has become a number by now; the words that are left are those of the type.
  } as Policy;
  checkPolicy(policy, keys, source);
  return policy;
}

function duration(
  value: Duration,
  keys: readonly (string | number)[],
  { errorAt }: ConfigurationSource,
): number {
  const seconds = typeof value === 'number' ? value : readDuration(value);
  if (seconds !== undefined) return seconds;
  throw errorAt(keys, `"${value}" is no duration`, 'write it like 90d, 1w2d, 1h30m, 3600 or P90D');
}

function algorithmNumber(
  value: string | number,
  keys: readonly string[],
  { errorAt }: ConfigurationSource,
): number {
  const algorithm = algorithmByName(String(value));
  if (algorithm === undefined) {
    throw errorAt(keys, `"${value}" is no DNSSEC algorithm`, 'ECDSAP256SHA256 and ED25519 are good choices');
  }
  if (algorithm.status !== 'recommended') {
    const reason = algorithm.reason === undefined ? '' : `: ${algorithm.reason}`;
    throw errorAt(keys, `${algorithm.mnemonic} is not for new keys${reason}`);
  }
  return algorithm.number;
}

/** Every new key gets a name of its own, so the source can only be a token. */
function checkKeySource(value: string, keys: readonly string[], { errorAt }: ConfigurationSource): void {
  if (value === 'files') return;
  try {
    if (!namesKey(value)) return;
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    throw errorAt(keys, error.message, error.hint);
  }
  throw errorAt(
    keys,
    'this URI names one key, but new keys are made with it',
    'leave "object" and "id" out; a key that is there already is taken with: zonewright keygen --pkcs11 URI',
  );
}

/** What one value alone does not tell. */
function checkPolicy(policy: Policy, keys: readonly string[], source: ConfigurationSource): void {
  checkSignatures(policy, keys, source);
  for (const key of ['kskLifetime', 'zskLifetime'] as const) {
    const lifetime = policy[key];
    if (lifetime === 'unlimited' || (key === 'zskLifetime' && policy.keys === 'csk')) continue;
    if (lifetime < policy.rotationPeriod) {
      throw source.errorAt(
        [...keys, key],
        `a lifetime of ${printDuration(lifetime)} is shorter than the rotation period of ${printDuration(policy.rotationPeriod)}`,
        'make the lifetime longer, or rotationPeriod shorter',
      );
    }
    checkRotationPeriod(
      policy,
      key === 'zskLifetime' ? 'zsk' : policy.keys === 'csk' ? 'csk' : 'ksk',
      keys,
      source,
    );
  }
  for (const key of ['kskSource', 'zskSource'] as const) checkKeySource(policy[key], [...keys, key], source);
  if (policy.publishedWhen === 'afterSign' && source.document.afterSign === undefined) {
    throw source.errorAt(
      [...keys, 'publishedWhen'],
      'no afterSign program is configured, so nothing would ever count as published',
      'name it at the top level: afterSign: [nsd-control, reload, "{zone}"]',
    );
  }
}

/** What signatures are valid for must be more than what caches and runs use up of it. */
function checkSignatures(policy: Policy, keys: readonly string[], { errorAt }: ConfigurationSource): void {
  const { validity, refresh, jitter } = policy.signatures;
  if (validity - jitter <= refresh) {
    throw errorAt(
      [...keys, 'signatures'],
      `signatures valid for ${printDuration(validity)}, less a jitter of ${printDuration(jitter)}, would be due for renewal at once`,
      `make refresh, now ${printDuration(refresh)}, shorter`,
    );
  }
  const propagation = leastPropagation(policy);
  const ttl = Math.max(policy.dnskeyTtl, policy.maxZoneTtl === 'none' ? 0 : policy.maxZoneTtl);
  if (refresh < propagation + ttl) {
    throw errorAt(
      [...keys, 'signatures', 'refresh'],
      `signatures are renewed when ${printDuration(refresh)} is left, but caches may hold the old ones for ${printDuration(propagation + ttl)}: ` +
        `a propagation of ${printDuration(propagation)} and a TTL of ${printDuration(ttl)}`,
      `make refresh at least ${printDuration(propagation + ttl)}, better some days more, or the TTL shorter`,
    );
  }
}

/** Both keys stand in the zone for the rotation period: a rollover that takes longer would not end with the old key's life. */
function checkRotationPeriod(
  policy: Policy,
  role: 'ksk' | 'zsk' | 'csk',
  keys: readonly string[],
  { errorAt }: ConfigurationSource,
): void {
  const waits = rolloverWaits(policy, role);
  const needed = secondsOf(waits);
  if (policy.rotationPeriod >= needed) return;
  const sums = waits.map(({ name, terms }) => {
    const parts = terms.map(({ key, seconds }) => `${key} ${printDuration(seconds)}`);
    return `${name} ${printDuration(terms.reduce((sum, { seconds }) => sum + seconds, 0))} (${parts.join(' + ')})`;
  });
  throw errorAt(
    [...keys, 'rotationPeriod'],
    `${printDuration(policy.rotationPeriod)} is shorter than a ${role.toUpperCase()} rollover, which takes ${printDuration(needed)} at the least: ${sums.join(', then ')}`,
    `make rotationPeriod at least ${printDuration(needed)}, or the longest of these shorter`,
  );
}

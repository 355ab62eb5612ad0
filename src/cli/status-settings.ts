import { servedFile, type Configuration } from '../commands/configuration.ts';
import { printDuration } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { Policy } from '../rollover/policy.ts';
import type { Session } from './session.ts';
import { columnsOf } from './text-layout.ts';

/** A value that is in force, and where it came from. */
export interface Setting {
  /** The path of keys in a configuration: `policies.default.kskLifetime`. */
  readonly key: string;
  readonly value: string;
  readonly origin: 'default' | 'file' | 'environment' | 'option';
  /** The file, variable or option; with the path of keys where the file calls it otherwise. */
  readonly source: string | undefined;
}

/** Every setting of a run. */
export function settingsInForce({
  configuration,
  keyDirectory,
  origins,
  environment,
}: Pick<Session, 'configuration' | 'keyDirectory' | 'origins' | 'environment'>): Setting[] {
  const { file, document = {} } = configuration;
  const fromFile = (key: string, value: unknown, isStated: boolean): Setting => ({
    key,
    value: textOf(value),
    origin: isStated ? 'file' : 'default',
    source: isStated ? file : undefined,
  });
  const session = (
    key: string,
    value: string,
    origin: Session['origins']['config'],
    option: string,
    variable: string,
  ): Setting =>
    origin === 'default'
      ? fromFile(key, value, key === 'keyDirectory' && document.keyDirectory !== undefined)
      : { key, value, origin, source: origin === 'option' ? option : variable };
  return [
    session('config', file ?? 'none', origins.config, '--config', 'ZONEWRIGHT_CONFIG'),
    session(
      'keyDirectory',
      keyDirectory,
      origins.keyDirectory,
      '--key-directory',
      'ZONEWRIGHT_KEY_DIRECTORY',
    ),
    ...(environment.simulated
      ? [session('now', String(environment.now), origins.now, '--now', 'ZONEWRIGHT_NOW')]
      : []),
    ...[...configuration.policies].flatMap(([name, policy]) =>
      policySettings(name, policy, document, fromFile),
    ),
    ...zoneSettings(configuration, fromFile),
    ...configuration.notify.flatMap((target, index) =>
      leaves(target).map(([keys, value]) => fromFile(`notify[${index}].${keys.join('.')}`, value, true)),
    ),
    fromFile('afterSign', configuration.afterSign ?? 'none', document.afterSign !== undefined),
  ];
}

type FromFile = (key: string, value: unknown, isStated: boolean) => Setting;

/** The parts of a policy that are durations. */
const DURATION = /(?:Lifetime|Period|Delay|Ttl|Safety|validity|refresh|jitter|inceptionOffset)$/;

function policySettings(
  name: string,
  policy: Policy,
  document: NonNullable<Configuration['document']>,
  fromFile: FromFile,
): Setting[] {
  const stated: unknown = document.policies?.[name];
  return leaves(policy).map(([keys, value]) => {
    const key = keys.join('.');
    const shown =
      key === 'algorithm'
        ? algorithmLabel(Number(value))
        : typeof value === 'number' && DURATION.test(key)
          ? printDuration(value)
          : value;
    return fromFile(`policies.${keyText(name)}.${key}`, shown, isStated(stated, keys));
  });
}

/** Name servers that are not configured. */
const LOOKED_UP = 'found through the system resolver';

function zoneSettings({ zones, document = {} }: Configuration, fromFile: FromFile): Setting[] {
  const names = Object.keys(document.zones ?? {});
  return zones.flatMap((zone, index) => {
    const { name, file, policyName, registrar, parentFollowsCds = false } = zone;
    const { servers = [], parentServers, parentTrustAnchor = 'none' } = zone;
    // Zones are in the order of the file.
    const text = names[index] ?? zoneLabel(name);
    const stated: unknown = document.zones?.[text];
    const values: readonly (readonly [string, unknown])[] = [
      ['file', file ?? 'none'],
      ['output', servedFile(zone) ?? 'none'],
      ['policy', policyName],
      ['servers', servers.length === 0 ? LOOKED_UP : servers],
      ['parent.servers', parentServers.length === 0 ? LOOKED_UP : parentServers],
      ['parent.trustAnchor', parentTrustAnchor],
      ['parent.followsCds', parentFollowsCds],
      ...(registrar === undefined
        ? []
        : leaves(registrar).map(([keys, value]) => [`registrar.${keys.join('.')}`, value] as const)),
    ];
    return values.map(([key, value]) =>
      fromFile(`zones.${keyText(text)}.${key}`, value, isStated(stated, key.split('.'))),
    );
  });
}

/** The values at the ends of all paths of keys; lists are values. */
function leaves(value: object): [keys: string[], value: unknown][] {
  return Object.entries(value).flatMap(([key, part]: [string, unknown]): [string[], unknown][] =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? leaves(part).map(([keys, leaf]) => [[key, ...keys], leaf])
      : [[[key], part]],
  );
}

function isStated(document: unknown, keys: readonly string[]): boolean {
  let part = document;
  for (const key of keys) {
    if (typeof part !== 'object' || part === null || !(key in part)) return false;
    part = (part as Readonly<Record<string, unknown>>)[key];
  }
  return part !== undefined;
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(plainText).join(', ') : plainText(value);
}

/** Addresses may have a password in them, which nobody needs to see. */
function plainText(value: unknown): string {
  return String(value).replace(/^(\w+:\/\/[^/?#\s:@]*):[^/?#\s]*@/, '$1:***@');
}

/** Settings as text, a line each. */
export function settingsText(settings: readonly Setting[]): string {
  const lines = columnsOf(
    settings.map(({ key, value, origin, source }) => [
      key,
      value,
      source === undefined ? origin : `${origin} ${source}`,
    ]),
  );
  return lines.map((line) => `${line}\n`).join('');
}

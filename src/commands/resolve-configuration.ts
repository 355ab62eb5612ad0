import { nameToText } from '../dns/name.ts';
import { byPlace, withFurther, ZonewrightError } from '../errors.ts';
import { DEFAULT_POLICY, type Policy } from '../rollover/policy.ts';
import {
  DEFAULT_KEY_DIRECTORY,
  DEFAULT_POLICY_NAME,
  type Configuration,
  type ConfigurationDocument,
  type Duration,
  type Notification,
  type RegistrarSettings,
  type ZoneSettings,
} from './configuration.ts';
import { durationAt, resolvePolicy, type KeyPath, type Mistakes } from './configured-policy.ts';

export interface ConfigurationSource {
  readonly file: string;
  readonly document: ConfigurationDocument;
  /** Understands a zone's name as users write it. */
  readonly parseZoneName: (text: string) => Uint8Array;
  /** Makes a path of the file, which is relative to the file's directory, one for this process. */
  readonly resolvePath: (path: string) => string;
  /** An error about the value that a path of keys leads to. */
  readonly errorAt: (keys: KeyPath, problem: string, hint: string) => ZonewrightError;
  /** The word that is likely to be meant by a mistyped one. */
  readonly closestWord: (word: string, candidates: readonly string[]) => string | undefined;
}

/**
 * Completes what a configuration file says, and checks what its schema cannot.
 *
 * A policy takes what it leaves out from the built-in defaults, not from another policy.
 * @throws ZonewrightError about the first mistake of the file; it carries the others in `further`
 */
export function resolveConfiguration(source: ConfigurationSource): Configuration {
  const { document, resolvePath, errorAt, closestWord } = source;
  const errors: ZonewrightError[] = [];
  const mistakes: Mistakes = {
    get count() {
      return errors.length;
    },
    add: (keys, problem, hint) => errors.push(errorAt(keys, problem, hint)),
    closestWord,
  };
  const policies = new Map([[DEFAULT_POLICY_NAME, DEFAULT_POLICY]]);
  for (const [name, policy] of Object.entries(document.policies ?? {})) {
    const hasAfterSign = document.afterSign !== undefined;
    policies.set(name, resolvePolicy(policy, ['policies', name], hasAfterSign, mistakes));
  }
  const configuration: Configuration = {
    file: source.file,
    document,
    keyDirectory: resolvePath(document.keyDirectory ?? DEFAULT_KEY_DIRECTORY),
    policies,
    zones: resolveZones(source, policies, mistakes),
    notify: (document.notify ?? []).map((entry, index) =>
      resolved(entry, ['notify', index], resolvePath, mistakes),
    ),
    afterSign: document.afterSign,
  };
  if (errors.length > 0) throw withFurther(errors.sort(byPlace));
  return configuration;
}

function resolveZones(
  { document, resolvePath, parseZoneName }: ConfigurationSource,
  policies: ReadonlyMap<string, Policy>,
  mistakes: Mistakes,
): ZoneSettings[] {
  const zones = new Map<string, ZoneSettings>();
  for (const [text, zone] of Object.entries(document.zones ?? {})) {
    const keys = ['zones', text];
    const name = zoneNameAt(keys, text, parseZoneName, mistakes);
    const policyName = zone.policy ?? DEFAULT_POLICY_NAME;
    const policy = policies.get(policyName);
    if (policy === undefined) unknownPolicy([...keys, 'policy'], policyName, [...policies.keys()], mistakes);
    const registrar =
      zone.registrar && resolved(zone.registrar, [...keys, 'registrar'], resolvePath, mistakes);
    if (name === undefined) continue;
    const label = nameToText(name);
    if (zones.has(label)) {
      mistakes.add(keys, `the zone ${label} is here for the second time`, 'make one of the two');
      continue;
    }
    zones.set(label, {
      name,
      policyName,
      policy: policy ?? DEFAULT_POLICY,
      parentServers: zone.parent?.servers ?? [],
      ...(zone.parent?.trustAnchor === undefined
        ? {}
        : { parentTrustAnchor: resolvePath(zone.parent.trustAnchor) }),
      ...(zone.parent?.followsCds === undefined ? {} : { parentFollowsCds: zone.parent.followsCds }),
      ...(zone.servers === undefined ? {} : { servers: zone.servers }),
      ...(zone.file === undefined ? {} : { file: resolvePath(zone.file) }),
      ...(zone.output === undefined ? {} : { output: resolvePath(zone.output) }),
      ...(registrar === undefined ? {} : { registrar }),
    });
  }
  return [...zones.values()];
}

/** In canonical wire form; undefined where it is a mistake. */
function zoneNameAt(
  keys: KeyPath,
  text: string,
  parseZoneName: ConfigurationSource['parseZoneName'],
  mistakes: Mistakes,
): Uint8Array | undefined {
  try {
    return parseZoneName(text);
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    mistakes.add(keys, error.message, error.hint ?? 'write it like example.com');
    return undefined;
  }
}

function unknownPolicy(keys: KeyPath, name: string, known: readonly string[], mistakes: Mistakes): void {
  const closest = mistakes.closestWord(name, known);
  const lead = closest === undefined ? '' : `did you mean ${closest}? `;
  mistakes.add(keys, `there is no policy "${name}"`, `${lead}the policies are ${known.join(', ')}`);
}

/** Settings that may name files with secrets, and a time: with paths for this process, and seconds. */
function resolved(
  settings: Notification<Duration>,
  keys: KeyPath,
  resolvePath: ConfigurationSource['resolvePath'],
  mistakes: Mistakes,
): Notification;
function resolved(
  settings: RegistrarSettings<Duration>,
  keys: KeyPath,
  resolvePath: ConfigurationSource['resolvePath'],
  mistakes: Mistakes,
): RegistrarSettings;
function resolved(
  settings: { readonly timeout?: Duration },
  keys: KeyPath,
  resolvePath: ConfigurationSource['resolvePath'],
  mistakes: Mistakes,
): { readonly timeout?: number } {
  const files = Object.entries(settings)
    .filter(([key]) => key.endsWith('File'))
    .map(([key, path]): [string, string] => [key, resolvePath(String(path))]);
  const { timeout, ...others } = settings;
  const seconds = timeout === undefined ? undefined : durationAt([...keys, 'timeout'], timeout, mistakes);
  return {
    ...others,
    ...Object.fromEntries(files),
    ...(seconds === undefined ? {} : { timeout: seconds }),
  };
}

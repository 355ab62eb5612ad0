import { nameToText } from '../dns/name.ts';
import { parseDuration, parseTime } from '../dns/time.ts';
import type { Denial } from '../dnssec/denial.ts';
import { fromHex } from '../dns/encoding.ts';
import { servedFile, settingsOfZone, type ZoneSettings } from '../commands/configuration.ts';
import type { Environment } from '../commands/environment.ts';
import { originOfFileName } from '../commands/file-name-origin.ts';
import type { SignOptions } from '../commands/signing-options.ts';
import { usageError, ZonewrightError } from '../errors.ts';
import { isSamePath } from '../io/paths.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { readKeyBaseName, splitKeyPath } from '../keys/key-name.ts';
import type { Policy } from '../rollover/policy.ts';
import { ofOption, optional, ttlValue, wholeNumber } from './option-values.ts';
import type { SelectionFlags } from './several-zones.ts';
import type { Session } from './session.ts';

export interface SignFlags extends SelectionFlags {
  readonly zone?: string;
  readonly output?: string;
  readonly key?: readonly string[];
  readonly jobs?: string;
  readonly nsec?: true;
  readonly nsec3?: true;
  readonly nsec3Iterations?: string;
  readonly nsec3Salt?: string;
  readonly nsec3OptOut?: true;
  readonly validity?: string;
  readonly dnskeyValidity?: string;
  readonly inception?: string;
  readonly expiration?: string;
  readonly jitter?: string;
  readonly refresh?: string;
  readonly serial?: Policy['serial'];
  readonly zonemd?: Policy['zonemd'];
  readonly cds: boolean;
  readonly full?: true;
  readonly deterministic?: true;
  readonly check?: true;
  readonly verify?: true;
  readonly force?: true;
  readonly maxTtl?: string;
  readonly dropOutOfZone?: true;
  readonly includePath?: readonly string[];
  readonly keyRequest?: string;
  readonly response?: string;
}

/** A zone to sign: its master file, and what the configuration says of it. */
export interface SignTarget {
  readonly file: string;
  readonly settings: ZoneSettings;
  /** Whether the zone's name is certain; else the file has the last word. */
  readonly isNamed: boolean;
}

/** What a master file on the command line stands for: the zone of `--zone`, the configured zone of that file, or whatever is in it. */
export async function targetOfFile(
  file: string,
  { zone, includePath = [] }: SignFlags,
  { configuration, environment, workingDirectory }: Session,
): Promise<SignTarget> {
  if (readKeyBaseName(splitKeyPath(file).base) !== undefined) {
    throw usageError('usage/key-file', `${file} is the file of a key, not of a zone`, {
      hint: 'leave it out: the keys in the key directory sign by their times; --key BASE names exactly those that shall',
    });
  }
  if (zone !== undefined) {
    return { file, settings: settingsOfZone(configuration, parseZoneName(zone)), isNamed: true };
  }
  const configured = configuration.zones.find(
    (settings) => settings.file !== undefined && isSamePath(settings.file, file, workingDirectory),
  );
  if (configured !== undefined) return { file, settings: configured, isNamed: true };
  // Where no zone is configured, the settings are the same for all.
  const owner = configuration.zones.length === 0 ? undefined : await ownerOf(file, includePath, environment);
  const settings = settingsOfZone(configuration, owner ?? originOfFileName(file) ?? Uint8Array.of(0));
  return { file, settings, isNamed: false };
}

async function ownerOf(
  file: string,
  includePaths: readonly string[],
  environment: Environment,
): Promise<Uint8Array | undefined> {
  const { zoneOfFile } = await import('../commands/zone-of-file.ts');
  return zoneOfFile(file, includePaths, environment);
}

/** What a configured zone stands for: its file. */
export function targetOfZone(settings: ZoneSettings): SignTarget {
  if (settings.file !== undefined) return { file: settings.file, settings, isNamed: true };
  const zone = nameToText(settings.name);
  throw usageError('configuration/no-file', `the configuration names no file for the zone ${zone}`, {
    hint: `say which it is in .zonewrightrc.yaml: "zones: { ${zone.replace(/(.)\.$/, '$1')}: { file: PATH } }"`,
  });
}

/** How a zone is signed: an option beats the zone's policy. */
export function signOptions(target: SignTarget, flags: SignFlags, session: Session): SignOptions {
  const { file, settings, isNamed } = target;
  const { policy } = settings;
  const { environment, keyDirectory } = session;
  const time = (text: string): number => parseTime(text, environment.now);
  return {
    zoneFile: file,
    ...(isNamed ? { zone: settings.name } : {}),
    output: outputOf(target, flags, session),
    keyDirectory,
    keys: flags.key,
    keyLayout: policy.keys,
    policy,
    force: flags.force,
    isServedFile: isServedFile(target, flags, session),
    denial: denialOf(flags, settings, session),
    ...timesOf(flags, policy, environment.now),
    dnskeyValidity: ofOption('--dnskey-validity', flags.dnskeyValidity, parseDuration),
    inception: ofOption('--inception', flags.inception, time),
    inceptionOffset: policy.signatures.inceptionOffset,
    serial: flags.serial ?? policy.serial,
    zonemd: zonemdOf(flags.zonemd ?? policy.zonemd),
    cds: flags.cds && policy.cds,
    dnskeyTtl: policy.dnskeyTtl,
    full: flags.full,
    deterministic: flags.deterministic,
    check: flags.check,
    verify: flags.verify,
    maxTtl: maxTtlOf(flags.maxTtl, policy),
    dropOutOfZone: flags.dropOutOfZone,
    includePaths: flags.includePath,
    response: flags.response,
  };
}

function outputOf(
  { file, settings }: SignTarget,
  { output }: SignFlags,
  { workingDirectory }: Session,
): string {
  if (output !== undefined) return output;
  if (file === '-') return '-';
  const isConfigured = settings.file !== undefined && isSamePath(settings.file, file, workingDirectory);
  return (isConfigured ? servedFile(settings) : undefined) ?? `${file}.signed`;
}

/** Whether the output is the file that the configuration has served; where that names no file, any but standard output. */
function isServedFile(target: SignTarget, flags: SignFlags, session: Session): boolean {
  const output = outputOf(target, flags, session);
  const served = servedFile(target.settings);
  return output !== '-' && (served === undefined || isSamePath(served, output, session.workingDirectory));
}

function denialOf(flags: SignFlags, { policy, name }: ZoneSettings, { environment }: Session): Denial {
  const asksForNsec3 =
    flags.nsec3 === true ||
    flags.nsec3Iterations !== undefined ||
    flags.nsec3Salt !== undefined ||
    flags.nsec3OptOut === true;
  if (flags.nsec === true && asksForNsec3) {
    throw usageError('usage/conflict', '--nsec and the options of NSEC3 exclude each other');
  }
  if (flags.nsec === true || (policy.denial === 'nsec' && !asksForNsec3)) return { kind: 'nsec' };
  const { iterations, saltLength, optOut } = policy.nsec3;
  // The same salt in every run: another would make a new chain.
  const salt = environment.crypto.digest('sha512', name).subarray(0, saltLength);
  return {
    kind: 'nsec3',
    iterations:
      optional(flags.nsec3Iterations, (text) => wholeNumber('--nsec3-iterations', text)) ?? iterations,
    salt: optional(flags.nsec3Salt, saltValue) ?? salt,
    optOut: flags.nsec3OptOut ?? optOut,
  };
}

function saltValue(text: string): Uint8Array {
  if (text === '-') return new Uint8Array();
  try {
    const salt = fromHex(text);
    if (salt.length <= 255) return salt;
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
  }
  throw usageError('usage/salt', `"${text}" is no NSEC3 salt`, {
    hint: "write '-' for none, which is best (RFC 9276), or up to 255 octets in hexadecimal",
  });
}

/** Validity, refresh and jitter. Where only the validity is shortened, the others shrink with it: else every signature would be due at once. */
function timesOf(
  flags: SignFlags,
  { signatures }: Policy,
  now: number,
): Pick<SignOptions, 'validity' | 'expiration' | 'refresh' | 'jitter'> {
  const expiration = ofOption('--expiration', flags.expiration, (text) => parseTime(text, now));
  const validity = ofOption('--validity', flags.validity, parseDuration) ?? signatures.validity;
  const span = expiration === undefined ? validity : expiration - now;
  return {
    validity,
    expiration,
    refresh:
      ofOption('--refresh', flags.refresh, parseDuration) ??
      Math.min(signatures.refresh, Math.floor(span / 3)),
    jitter:
      ofOption('--jitter', flags.jitter, parseDuration) ?? Math.min(signatures.jitter, Math.floor(span / 10)),
  };
}

function zonemdOf(zonemd: Policy['zonemd']): 1 | 2 | undefined {
  return zonemd === 'none' ? undefined : zonemd === 'sha384' ? 1 : 2;
}

function maxTtlOf(text: string | undefined, { maxZoneTtl }: Policy): number | undefined {
  if (text === undefined) return maxZoneTtl === 'none' ? undefined : maxZoneTtl;
  return text === 'none' ? undefined : ofOption('--max-ttl', text, ttlValue);
}

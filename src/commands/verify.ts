import { canonicalName, nameToText } from '../dns/name.ts';
import { SEP_FLAG } from '../dnssec/dnskey.ts';
import type { DenialKind } from '../dnssec/verify/denial.ts';
import type { TrustAnchor } from '../dnssec/verify/context.ts';
import type { Finding, Severity } from '../dnssec/verify/findings.ts';
import type { FirstExpiry } from '../dnssec/verify/judge-signatures.ts';
import { verifyZone } from '../dnssec/verify/verify-zone.ts';
import { usageError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import { outOfZoneRecords } from '../zone/checks.ts';
import { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { expectWork, readZoneFile } from './read-zone.ts';
import { readDsArgument, readRecords } from './records.ts';

/** What a signed record and its signature take as text, roughly. */
const OCTETS_A_SIGNATURE = 250;

export interface VerifyOptions {
  /** The signed zone, `-` for standard input. */
  readonly zoneFile: string;
  /** The zone's name in wire form; without it, the owner of the SOA. */
  readonly zone?: Uint8Array | undefined;
  /** The time at which the zone must be valid, in epoch seconds; now by default. */
  readonly at?: number | undefined;
  /** How many seconds every signature that is needed must still be valid at that time. */
  readonly minimumValidity?: number | undefined;
  /** DS records of the parent: each a file, `-` for standard input, or RDATA as text. */
  readonly ds?: readonly string[] | undefined;
  /** Files with DNSKEY or DS records that are trusted. */
  readonly trustAnchors?: readonly string[] | undefined;
  /** Directories beside the zone file's own in which `$INCLUDE` may read. */
  readonly includePaths?: readonly string[] | undefined;
}

/** What `verify` knows of a zone, ready for JSON. */
export interface VerifyReport {
  readonly zone: string;
  readonly file: string;
  /** The time for which the report holds, in epoch seconds. */
  readonly time: number;
  /** Whether there is no finding of severity `error`. */
  readonly ok: boolean;
  /** Errors first, then warnings and notes; each in the order of the checks. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Severity, number>>;
  readonly records: number;
  readonly rrsets: number;
  readonly signaturesVerified: number;
  readonly keys: readonly KeyReport[];
  readonly denial: DenialKind;
  readonly firstExpiry?: FirstExpiry;
}

export interface KeyReport {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly flags: number;
  readonly sep: boolean;
  readonly revoked: boolean;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/**
 * Verifies a signed zone. What is wrong with the zone is in the report; errors are thrown only for what cannot be read.
 * @throws ZonewrightError for a zone, DS or trust anchor file that cannot be read
 */
export async function verify(options: VerifyOptions, environment: Environment): Promise<VerifyReport> {
  const readsStdin = [options.zoneFile, ...(options.ds ?? []), ...(options.trustAnchors ?? [])];
  if (readsStdin.filter((path) => path === '-').length > 1) {
    throw usageError('usage/stdin', 'standard input can be read once only', {
      hint: 'write "-" for one of zone, DS and trust anchors at the most',
    });
  }
  await expectWork(options.zoneFile, OCTETS_A_SIGNATURE, environment);
  const { store, zoneClass, origin, file } = await readZoneFile(options.zoneFile, options, environment);
  const name = canonicalName(origin);
  const outOfZone = outOfZoneRecords(store, name);
  const outside = new Set(outOfZone);
  const zone = new Zone(store, {
    origin: name,
    zoneClass,
    ...(outside.size === 0 ? {} : { keep: (record) => !outside.has(record) }),
  });
  const time = options.at ?? environment.now;
  const ds = await readAll(options.ds, (argument) => readDsArgument(argument, name, environment));
  const trustAnchors = await readAll(options.trustAnchors, (path) => readAnchors(path, name, environment));
  const { keys, ...verification } = await verifyZone(
    zone,
    {
      crypto: environment.crypto,
      pool: environment.pool,
      report: (done, total) => environment.progress?.({ task: 'verifying', done, total }),
    },
    {
      at: time,
      outOfZone,
      ...(options.minimumValidity === undefined ? {} : { minimumValidity: options.minimumValidity }),
      ...(ds === undefined ? {} : { ds }),
      ...(trustAnchors === undefined ? {} : { trustAnchors }),
    },
  );
  const findings = SEVERITIES.flatMap((severity) =>
    verification.findings.filter((finding) => finding.severity === severity),
  );
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const counts = { error: count('error'), warning: count('warning'), note: count('note') };
  return {
    zone: nameToText(name),
    file,
    time,
    ok: counts.error === 0,
    findings,
    counts,
    records: zone.recordCount,
    rrsets: zone.rrsetCount,
    signaturesVerified: verification.signaturesVerified,
    keys: keys.map(({ keyTag, algorithm, flags, revoked }) => ({
      keyTag,
      algorithm,
      flags,
      sep: (flags & SEP_FLAG) !== 0,
      revoked,
    })),
    denial: verification.denial,
    ...(verification.firstExpiry === undefined ? {} : { firstExpiry: verification.firstExpiry }),
  };
}

async function readAll<T>(
  sources: readonly string[] | undefined,
  read: (source: string) => Promise<T[]>,
): Promise<T[] | undefined> {
  if (sources === undefined) return undefined;
  const all: T[] = [];
  for (const source of sources) all.push(...(await read(source)));
  return all;
}

async function readAnchors(path: string, zone: Uint8Array, environment: Environment): Promise<TrustAnchor[]> {
  const records = await readRecords(path, zone, [Type.DS, Type.DNSKEY], environment);
  return records.map(({ type, rdata }) => ({ type: type === Type.DS ? Type.DS : Type.DNSKEY, rdata }));
}

import { canonicalName, nameToText } from '../dns/name.ts';
import { SEP_FLAG } from '../dnssec/dnskey.ts';
import type { DenialKind } from '../dnssec/verify/denial.ts';
import { dsMatches, readDs, type Ds } from '../dnssec/ds.ts';
import { SEVERITIES, type Cause } from '../dnssec/verify/causes.ts';
import type { TrustAnchor, VerifyContext } from '../dnssec/verify/context.ts';
import type { Finding } from '../dnssec/verify/findings.ts';
import type { FirstExpiry } from '../dnssec/verify/judge-signatures.ts';
import type { SignedPart } from '../dnssec/verify/key-tallies.ts';
import type { Timing } from '../dnssec/verify/timing.ts';
import { verifyZone } from '../dnssec/verify/verify-zone.ts';
import { usageError } from '../errors.ts';
import type { KeyStatus } from '../rollover/state.ts';
import { Type } from '../rr/registry.ts';
import { outOfZoneRecords } from '../zone/checks.ts';
import { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { expectWork } from './expected-work.ts';
import { readZoneFile } from './read-zone.ts';
import { readDsArgument, readRecords } from './records.ts';
import { checkPrevious, readPrevious } from './verify-previous.ts';
import { checkRotation, readRotation, statusOf, type RotationSource } from './verify-rotation.ts';

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
  /** Earlier versions of the zone: each a file. */
  readonly previous?: readonly string[] | undefined;
  /** Compares the zone with the rotation state and the key directory too. */
  readonly rotation?: RotationSource | undefined;
  /** Checks a plain master file, as one that is to be signed. */
  readonly unsigned?: boolean | undefined;
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
  /** Everything that was found: errors first, then warnings and notes; each in the order of the checks. */
  readonly findings: readonly Finding[];
  /** The same by what is wrong: each thing once. */
  readonly causes: readonly Cause[];
  readonly records: number;
  readonly rrsets: number;
  readonly signaturesVerified: number;
  readonly keys: readonly KeyReport[];
  readonly denial: DenialKind;
  readonly firstExpiry?: FirstExpiry;
  readonly timing?: Timing;
  /** The files of the versions that this one was compared with. */
  readonly previous?: readonly string[];
  /** What leads from the parent to the data, for those who draw it. */
  readonly chain: ChainReport;
}

export interface ChainReport {
  /** DS records of the parent, each with which of `keys` it stands for, or -1; undefined where none were given. */
  readonly ds: readonly (Ds & { readonly key: number })[] | undefined;
  /** What `rotate` calls the state of each key, where it was asked for; in the order of `keys`. */
  readonly states: readonly (KeyStatus | undefined)[] | undefined;
  readonly tallies: readonly SignatureTally[];
}

/** How many signatures of a key are over a part of the zone. */
export interface SignatureTally {
  readonly keyTag: number;
  readonly algorithm: number;
  /** Which of `keys` it is, or -1. */
  readonly key: number;
  readonly part: SignedPart;
  readonly valid: number;
  readonly failed: number;
}

export interface KeyReport {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly flags: number;
  readonly sep: boolean;
  readonly revoked: boolean;
}

/**
 * Verifies a signed zone. What is wrong with the zone is in the report; errors are thrown only for what cannot be read.
 * @throws ZonewrightError for a zone, DS or trust anchor file that cannot be read
 */
export async function verify(options: VerifyOptions, environment: Environment): Promise<VerifyReport> {
  const readsStdin = [
    options.zoneFile,
    ...(options.ds ?? []),
    ...(options.trustAnchors ?? []),
    ...(options.previous ?? []),
  ];
  if (readsStdin.filter((path) => path === '-').length > 1) {
    throw usageError('usage/stdin', 'standard input can be read once only', {
      hint: 'write "-" for one of zone, previous zone, DS and trust anchors at the most',
    });
  }
  await expectWork(options.zoneFile, OCTETS_A_SIGNATURE, environment);
  const { store, zoneClass, origin, file, bytes } = await readZoneFile(
    options.zoneFile,
    options,
    environment,
  );
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
  const previous = await readPrevious(options.previous ?? [], name, options, environment);
  const rotation = options.rotation && (await readRotation(options.rotation, name, zone, bytes, environment));
  const verification = await verifyZone(
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
      ...(options.unsigned === true ? { unsigned: true } : {}),
    },
    [
      ...previous.map((old) => (context: VerifyContext) => checkPrevious(context, old)),
      ...(rotation === undefined ? [] : [(context: VerifyContext) => checkRotation(context, rotation)]),
    ],
  );
  const { keys, causes, denial, firstExpiry, timing, tallies } = verification;
  const findings = SEVERITIES.flatMap((severity) =>
    verification.findings.filter((finding) => finding.severity === severity),
  );
  return {
    zone: nameToText(name),
    file,
    time,
    ok: !findings.some(({ severity }) => severity === 'error'),
    findings,
    causes,
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
    denial,
    ...(previous.length === 0 ? {} : { previous: previous.map((old) => old.file) }),
    ...(firstExpiry === undefined ? {} : { firstExpiry }),
    ...(timing === undefined ? {} : { timing }),
    chain: {
      ds: ds?.map((rdata) => ({
        ...readDs(rdata),
        key: keys.findIndex((key) => dsMatches(rdata, name, key.rdata, environment.crypto) === true),
      })),
      states: rotation && keys.map(({ rdata }) => statusOf(rotation, rdata)),
      tallies: tallies.map(({ key, ...tally }) => ({
        ...tally,
        key: key === undefined ? -1 : keys.indexOf(key),
      })),
    },
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

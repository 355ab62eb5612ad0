import { toHex } from '../dns/encoding.ts';
import { canonicalName, nameToText, sameName } from '../dns/name.ts';
import { usageError, ZonewrightError } from '../errors.ts';
import { currentPublication } from '../rollover/ledger.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import { servedFile, settingsOfZone } from './configuration.ts';
import { ds, dsSource, type DsKey, type DsOptions, type DsSource } from './ds.ts';
import { compareDs, type DsFinding, type DsSubject } from './ds-comparison.ts';
import type { Environment } from './environment.ts';
import { findZone } from './found-zone.ts';
import { lookAtParent } from './parent-view.ts';
import { readDsArgument } from './records.ts';
import { readingStdinOnce } from './standard-input.ts';
import { readState } from './state-store.ts';
import type { SignedKeys } from './zone-file-keys.ts';

export interface DsCheckOptions extends DsOptions {
  /** A file with the DS records to compare with, or `-` for standard input; without it, what the parent serves. */
  readonly against?: string | undefined;
  /** Servers of the parent as users write them, in place of those of the configuration. */
  readonly servers?: readonly string[] | undefined;
  /** Compare even with a set that is not safe at the parent yet. */
  readonly anyway?: boolean | undefined;
}

/** The comparison with one source of DS records: a file, or the servers of the parent that serve the same set. */
export interface DsComparison {
  readonly zone: string;
  /** The file, or the servers. */
  readonly source: string;
  /** How many DS records stand there. */
  readonly records: number;
  /** Errors first. */
  readonly findings: readonly DsFinding[];
}

export interface DsCheckResult {
  /** What should stand at the parent. */
  readonly keys: readonly DsKey[];
  readonly comparisons: readonly DsComparison[];
  /** Why servers of the parent did not tell what they serve. */
  readonly unanswered: readonly ZonewrightError[];
}

/**
 * Compares the DS records that should stand at the parent with those that do.
 * @throws ZonewrightError as `ds` and `lookAtParent` do
 */
export async function checkDs(options: DsCheckOptions, outside: Environment): Promise<DsCheckResult> {
  if (options.against === '-' && options.sources.includes('-')) {
    throw usageError('usage/stdin', 'standard input can be read once only', {
      hint: 'give the DS records or the DNSKEYs in a file',
    });
  }
  const environment = readingStdinOnce(outside);
  const keys: DsKey[] = [];
  const subjects: DsSubject[] = [];
  for (const source of options.sources) {
    const { keys: wanted, unsafe } = await ds({ ...options, sources: [source] }, environment);
    const [danger] = unsafe;
    if (danger !== undefined) environment.warn(danger.message);
    const expected = danger === undefined || options.anyway === true ? wanted : [];
    keys.push(...expected);
    subjects.push(...(await subjectsOf(source, expected, options, environment)));
  }
  const comparisons: DsComparison[] = [];
  const unanswered: ZonewrightError[] = [];
  for (const subject of merged(subjects)) {
    const { sets, failed } = await recordsAtParent(subject.zone, options, environment);
    unanswered.push(...failed);
    for (const { source, records } of sets) {
      const findings = compareDs(subject, records, environment.crypto);
      const zone = nameToText(subject.zone);
      comparisons.push({ zone, source, records: records.length, findings });
    }
  }
  return { keys, comparisons, unanswered };
}

async function subjectsOf(
  text: string,
  expected: readonly DsKey[],
  options: DsCheckOptions,
  environment: Environment,
): Promise<DsSubject[]> {
  const source = await dsSource(text, options, environment);
  const signed = await signedKeysOf(text, source, expected, options, environment);
  return signed.map((keys) => ({
    ...keys,
    expected: expected.filter(({ owner }) => sameName(owner, keys.zone)).flatMap((key) => key.ds),
  }));
}

/** The DNSKEY RRsets that validators find, as far as the source tells. */
async function signedKeysOf(
  text: string,
  source: DsSource,
  expected: readonly DsKey[],
  options: DsCheckOptions,
  environment: Environment,
): Promise<SignedKeys[]> {
  if (source.kind === 'zone-file') {
    const { signedKeysOfZoneFile } = await import('./zone-file-keys.ts');
    return signedKeysOfZoneFile(text, options.zone, environment);
  }
  if (source.kind === 'state') {
    const stored = await readState(options.keyDirectory, source.zone, environment);
    const publication = stored && currentPublication(stored.state.ledger);
    return [withRdata(source.zone, publication?.keySet ?? { keys: [], signers: [] })];
  }
  if (source.kind === 'keys') {
    const settings = settingsOfZone(options.configuration, source.zone);
    const found = await findZone(servedFile(settings), source.zone, [], settings.policy, environment);
    if (found !== undefined) return [withRdata(source.zone, found.evidence.keySet)];
  }
  // Nothing but the keys themselves is here.
  return expected.map(({ owner, dnskeyRdata }) => ({
    zone: owner,
    keys: [dnskeyRdata],
    signers: [dnskeyRdata],
  }));
}

function withRdata(
  zone: Uint8Array,
  { keys, signers }: { readonly keys: readonly string[]; readonly signers: readonly string[] },
): SignedKeys {
  const rdata = (key: string): Uint8Array => rdataFromText(Type.DNSKEY, key);
  return {
    zone: canonicalName(zone),
    keys: keys.map(rdata),
    signers: keys.filter((key) => signers.includes(key)).map(rdata),
  };
}

/** One subject a zone. */
function merged(subjects: readonly DsSubject[]): DsSubject[] {
  const byZone = new Map<string, DsSubject>();
  for (const subject of subjects) {
    const label = nameToText(subject.zone);
    const known = byZone.get(label);
    byZone.set(label, {
      zone: subject.zone,
      expected: [...(known?.expected ?? []), ...subject.expected],
      keys: [...(known?.keys ?? []), ...subject.keys],
      signers: [...(known?.signers ?? []), ...subject.signers],
    });
  }
  return [...byZone.values()];
}

interface RecordsAtParent {
  readonly sets: readonly { readonly source: string; readonly records: readonly Uint8Array[] }[];
  readonly failed: readonly ZonewrightError[];
}

async function recordsAtParent(
  zone: Uint8Array,
  { against, servers, configuration }: DsCheckOptions,
  environment: Environment,
): Promise<RecordsAtParent> {
  if (against !== undefined) {
    const records = await recordsInFile(against, zone, environment);
    return { sets: [{ source: against === '-' ? '<stdin>' : against, records }], failed: [] };
  }
  const { parentServers, parentTrustAnchor } = settingsOfZone(configuration, zone);
  const view = await lookAtParent(
    zone,
    { servers: servers ?? parentServers, trustAnchor: parentTrustAnchor },
    environment,
  );
  const [failure] = view.failed;
  if (view.served.length === 0 && failure !== undefined) throw failure;
  const groups = new Map<string, { names: string[]; records: readonly Uint8Array[] }>();
  for (const { server, ds: records } of view.served) {
    const content = records.map(toHex).sort().join();
    const group = groups.get(content) ?? { names: [], records };
    group.names.push(server);
    groups.set(content, group);
  }
  return {
    sets: [...groups.values()].map(({ names, records }) => ({ source: names.join(', '), records })),
    failed: view.failed,
  };
}

/** An empty file is what `dig +short` prints where there is no DS. */
async function recordsInFile(
  file: string,
  zone: Uint8Array,
  environment: Environment,
): Promise<Uint8Array[]> {
  try {
    return await readDsArgument(file, zone, environment);
  } catch (error) {
    if (error instanceof ZonewrightError && error.code === 'verify/no-records') return [];
    throw error;
  }
}

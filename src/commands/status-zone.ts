import { toHex } from '../dns/encoding.ts';
import { VerifyContext } from '../dnssec/verify/context.ts';
import { ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import type { Policy } from '../rollover/policy.ts';
import type { RotationState } from '../rollover/state.ts';
import { zoneEvidence, type ZoneEvidence } from '../rollover/zone-evidence.ts';
import { Type } from '../rr/registry.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { outOfZoneRecords } from '../zone/checks.ts';
import { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { readZoneFile } from './read-zone.ts';
import { needsSigning } from './rotation-result.ts';
import type { Drift } from './status-report.ts';
import { checkRotation } from './verify-rotation.ts';

/** Seconds by which a file may be younger than its record: the record has the time at which the run began. */
const RUN_TIME = 60;

/** A signed zone as it lies on the disk. */
export interface SignedZone {
  readonly zone: Zone;
  readonly digest: string;
  readonly evidence: ZoneEvidence;
}

/**
 * Reads the signed zone; undefined where there is no such file.
 * @param keys RDATA of keys that may sign without being published
 * @throws ZonewrightError of kind `input` for a file that is no zone of this name
 */
export async function readSignedZone(
  file: string | undefined,
  name: Uint8Array,
  keys: readonly Uint8Array[],
  environment: Environment,
): Promise<SignedZone | undefined> {
  if (file === undefined || (await environment.files.status(file)) === undefined) return undefined;
  const parsed = await readZoneFile(file, { zone: name }, { ...environment, warn: () => undefined });
  const outside = new Set(outOfZoneRecords(parsed.store, name));
  const zone = new Zone(parsed.store, { ...parsed, keep: (record) => !outside.has(record) });
  if (zone.apexRrset(Type.SOA) < 0) return undefined;
  const digest = toHex(environment.crypto.digest('sha256', parsed.bytes));
  return { zone, digest, evidence: zoneEvidence(zone, keys) };
}

/** What the state, the key directory and the signed zone say differently, and when the zone's first signature expires. */
export interface ZoneComparison {
  readonly drift: readonly Drift[];
  /** Of the file, where it was read. */
  readonly evidence: ZoneEvidence | undefined;
}

/** Compares all of the signed zone with the rotation state. */
export async function compareZone(
  name: Uint8Array,
  state: RotationState,
  { policy, keyDirectory, signedZone }: ComparisonOptions,
  environment: Environment,
): Promise<ZoneComparison> {
  const keys = state.keys.map(({ dnskey }) => rdataFromText(Type.DNSKEY, dnskey));
  let signed: SignedZone | undefined;
  try {
    signed = await readSignedZone(signedZone, name, keys, environment);
  } catch (error) {
    if (!(error instanceof ZonewrightError) || error.kind !== 'input') throw error;
    const what = `the signed zone ${signedZone ?? ''} cannot be read: ${error.message}`;
    return { drift: [{ code: 'zone/unreadable', severity: 'warning', what }], evidence: undefined };
  }
  if (signed === undefined) return { drift: missingZone(state, signedZone), evidence: undefined };
  const { zone, digest, evidence } = signed;
  const context = new VerifyContext(zone, environment.crypto, { at: environment.now });
  checkRotation(context, {
    state,
    policy,
    digest,
    keys: await new KeyDirectory(keyDirectory, environment.files).listKeys(name),
  });
  // What the next signing will change is no drift, a lost key is told as such, and signatures that outlive a plan are no difference.
  const expected = needsSigning(state, policy) ? SIGNING_CHANGES : TOLD_ELSEWHERE;
  const drift = context.findings
    .filter(({ code }) => !expected.has(code))
    .map(({ code, severity, meaning, keyTag, found, expected: wanted }): Drift => {
      const key = keyTag === undefined ? '' : `key ${keyTag}: `;
      const details = [found, wanted === '' ? '' : `expected ${wanted}`].filter((text) => text !== '');
      const tail = details.length === 0 ? '' : ` (${details.join(', ')})`;
      return { code, severity: severity === 'note' ? 'note' : 'warning', what: `${key}${meaning}${tail}` };
    });
  return { drift, evidence };
}

/** Looks only at what costs nothing: is the file there, and if it was changed since it was recorded, is it a recorded one? */
export async function glanceAtZone(
  state: RotationState,
  signedZone: string | undefined,
  { files, crypto }: Pick<Environment, 'files' | 'crypto'>,
): Promise<ZoneComparison> {
  const status = signedZone === undefined ? undefined : await files.status(signedZone);
  if (signedZone === undefined || status === undefined)
    return { drift: missingZone(state, signedZone), evidence: undefined };
  const { publications } = state.ledger;
  const recorded = Math.max(...publications.map(({ since }) => since));
  if (publications.length === 0 || status.modified <= recorded + RUN_TIME)
    return { drift: [], evidence: undefined };
  const digest = toHex(crypto.digest('sha256', await files.read(signedZone)));
  const isKnown = publications.some((publication) => publication.digest === digest);
  return { drift: isKnown ? [] : [UNRECORDED], evidence: undefined };
}

export interface ComparisonOptions {
  readonly policy: Policy;
  readonly keyDirectory: string;
  readonly signedZone: string | undefined;
}

const UNRECORDED: Drift = {
  code: 'state/unrecorded',
  severity: 'warning',
  what: 'the zone is none of the versions that the rotation state has recorded',
};

const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['state/no-private-key', 'state/outlives-plan']);

const SIGNING_CHANGES: ReadonlySet<string> = new Set([
  ...TOLD_ELSEWHERE,
  'state/key-not-published',
  'state/key-published',
  'state/key-does-not-sign',
  'state/retired-key-signs',
]);

/** A version was established, so its file should be there. */
function missingZone({ ledger }: RotationState, signedZone: string | undefined): Drift[] {
  const wasWritten = ledger.publications.some(
    ({ established, elsewhere }) => established !== undefined && elsewhere !== true,
  );
  if (signedZone === undefined || !wasWritten) return [];
  return [
    {
      code: 'zone/missing',
      severity: 'warning',
      what: `the signed zone ${signedZone} is not there any more`,
    },
  ];
}

import { canonicalName, nameToText } from '../dns/name.ts';
import type { SignedZone } from '../dnssec/sign-request.ts';
import { printZone } from '../zone/print-zone.ts';
import type { ZoneFile } from './read-zone.ts';
import type { Making } from './repeated-run.ts';
import type { SelectedKeys } from './signing-keys.ts';
import type { SignOptions } from './signing-options.ts';

/** What became of a run of `sign`. */
export interface SignResult {
  /** The zone's name, absolute. */
  readonly zone: string;
  readonly zoneFile: string;
  readonly output: string;
  /** Whether the output is (or with `check`: would be) another than before. */
  readonly changed: boolean;
  readonly serial: number;
  readonly records: number;
  readonly rrsets: number;
  readonly signaturesMade: number;
  readonly signaturesKept: number;
  readonly denial: 'nsec' | 'nsec3';
  readonly denialRecords: number;
  /** When the first signature expires, in epoch seconds. */
  readonly firstExpiration: number;
  readonly keys: readonly {
    readonly base: string;
    readonly keyTag: number;
    readonly algorithm: number;
    readonly role: string;
  }[];
  /** The signed zone as text, where the output is `-`; each block is valid until the next is asked for. */
  readonly text?: Generator<Uint8Array>;
}

/** What a run made. */
export function describeSigned(
  options: SignOptions,
  input: ZoneFile,
  keys: SelectedKeys,
  signed: SignedZone,
): SignResult {
  return {
    ...describeRun(options, input, keys),
    changed: !signed.unchanged,
    serial: signed.serial,
    records: signed.records,
    rrsets: signed.rrsets,
    signaturesMade: signed.signaturesMade,
    signaturesKept: signed.signaturesKept,
    denialRecords: signed.denialRecords,
    firstExpiration: signed.firstExpiration,
    ...(options.output === '-' ? { text: printZone(signed.zone) } : {}),
  };
}

/** What stayed as an earlier run had made it. */
export function describeUnchanged(
  options: SignOptions,
  input: ZoneFile,
  keys: SelectedKeys,
  { serial, records, rrsets, signatures, denialRecords, firstExpiration }: Making,
): SignResult {
  return {
    ...describeRun(options, input, keys),
    changed: false,
    serial,
    records,
    rrsets,
    signaturesMade: 0,
    signaturesKept: signatures,
    denialRecords,
    firstExpiration,
  };
}

function describeRun(
  { output, denial }: SignOptions,
  { origin, file }: ZoneFile,
  { signingKeys }: SelectedKeys,
): Pick<SignResult, 'zone' | 'zoneFile' | 'output' | 'denial' | 'keys'> {
  return {
    zone: nameToText(canonicalName(origin)),
    zoneFile: file,
    output,
    denial: denial.kind,
    keys: signingKeys.map(({ base, keyTag, algorithm, role }) => ({ base, keyTag, algorithm, role })),
  };
}

/** What to remember of an output, so that a run from the same knows that there is nothing to do. */
export function makingOf(from: string, signed: SignedZone, at: number): Making {
  return {
    from,
    at,
    serial: signed.serial,
    records: signed.records,
    rrsets: signed.rrsets,
    signatures: signed.signaturesMade + signed.signaturesKept,
    denialRecords: signed.denialRecords,
    firstExpiration: signed.firstExpiration,
  };
}

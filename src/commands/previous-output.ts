import { toHex } from '../dns/encoding.ts';
import { canonicalName, nameToText } from '../dns/name.ts';
import { PrintedOutput } from '../dnssec/printed-output.ts';
import { apexSerial } from '../dnssec/soa.ts';
import { usageError, ZonewrightError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import { outOfZoneRecords } from '../zone/checks.ts';
import { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import type { OutputDigests } from './output-digests.ts';
import { readZoneFile, type ZoneFile, type ZoneText } from './read-zone.ts';

export interface PreviousOutput {
  /** What is known by its text is read when somebody asks for this. */
  readonly zone: Zone;
  /** The text, where this tool wrote it. */
  readonly printed?: PrintedOutput | undefined;
  readonly serial: number;
  /** SHA-256 of the file in hexadecimal. */
  readonly digest: string;
  /** Whether this tool wrote exactly these octets, so that the signatures in them are good. */
  readonly trusted: boolean;
}

/** @throws ZonewrightError `usage/output-is-input` */
export async function requireOtherOutput(
  { output, zoneFile }: { readonly output: string; readonly zoneFile: string },
  { files }: Environment,
): Promise<void> {
  if (output === '-' || (output !== zoneFile && !(await files.isSameFile(output, zoneFile)))) return;
  throw usageError('usage/output-is-input', `the output ${output} is the input: it would be overwritten`, {
    hint: '-o names the output here, and -z the zone',
  });
}

/**
 * The signed zone that the output holds now. A file that is no signed zone of this name is not ours to overwrite.
 * @param mayBeUnsigned whether an earlier run may have written the zone without DNSSEC
 */
export async function readPreviousOutput(
  output: string,
  input: ZoneFile,
  digests: OutputDigests,
  mayBeUnsigned: boolean,
  environment: Environment,
): Promise<PreviousOutput | undefined> {
  if (output === '-') return undefined;
  const status = await environment.files.status(output);
  if (status === undefined || status.size === 0) return undefined;
  const own = await readOwnOutput(output, input.origin, digests, environment);
  if (own !== undefined) return own;
  let previous: ZoneText;
  try {
    previous = await readZoneFile(output, { zone: input.origin }, { ...environment, warn: () => undefined });
  } catch (error) {
    if (error instanceof ZonewrightError && error.kind === 'input')
      throw notASignedZone(output, input.origin, error);
    throw error;
  }
  if (outOfZoneRecords(previous.store, input.origin).length > 0) throw notASignedZone(output, input.origin);
  const zone = new Zone(previous.store, previous);
  if (zone.apexRrset(Type.SOA) < 0 || (zone.apexRrset(Type.RRSIG) < 0 && !mayBeUnsigned))
    throw notASignedZone(output, input.origin);
  const digest = toHex(environment.crypto.digest('sha256', previous.bytes));
  return { zone, serial: apexSerial(zone), digest, trusted: await digests.has(digest) };
}

/** The output as text, where this tool wrote exactly these octets. */
async function readOwnOutput(
  output: string,
  origin: Uint8Array,
  digests: OutputDigests,
  { files, crypto }: Environment,
): Promise<PreviousOutput | undefined> {
  const bytes = await files.read(output);
  const digest = toHex(crypto.digest('sha256', bytes));
  if (!(await digests.has(digest))) return undefined;
  const printed = new PrintedOutput(bytes, canonicalName(origin));
  return {
    get zone() {
      return printed.zone;
    },
    printed,
    serial: printed.serial,
    digest,
    trusted: true,
  };
}

function notASignedZone(file: string, origin: Uint8Array, cause?: ZonewrightError): ZonewrightError {
  const reason = cause === undefined ? '' : ` (${cause.message})`;
  return usageError(
    'usage/output-exists',
    `${file} exists and is not a signed zone ${nameToText(origin)}${reason}: it would be overwritten`,
    {
      hint: 'name another output with -o (the zone is named with -z), or remove the file',
      cause,
    },
  );
}

import { nameToText } from '../dns/name.ts';
import type { Denial } from '../dnssec/denial.ts';
import type { SignedZone, SignRequest } from '../dnssec/sign-request.ts';
import { signZone } from '../dnssec/sign-zone.ts';
import { describeFinding } from '../dnssec/verify/findings.ts';
import { verifyZone } from '../dnssec/verify/verify-zone.ts';
import { zoneContent, type ZoneContent } from '../dnssec/zone-content.ts';
import { inputError, usageError, ZonewrightError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { Type } from '../rr/registry.ts';
import { checkZone, outOfZoneProblems, outOfZoneRecords } from '../zone/checks.ts';
import type { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { recordFailure } from './failure-record.ts';
import { withWhatCanBeSigned } from './lost-keys.ts';
import { OutputDigests } from './output-digests.ts';
import { readPreviousOutput, requireOtherOutput, type PreviousOutput } from './previous-output.ts';
import { PublicationRecord } from './publication-record.ts';
import { readZoneFile, withoutText, type ZoneFile } from './read-zone.ts';
import { fingerprint, unchangedOutput } from './repeated-run.ts';
import { laterEnds, signatureTimes, spreadOf, type SignatureTimes } from './signature-times.ts';
import { putInPlace } from './signed-output.ts';
import { checkAlgorithms, selectKeys, type SelectedKeys } from './signing-keys.ts';
import type { SignOptions } from './signing-options.ts';
import { describeSigned, describeUnchanged, makingOf, type SignResult } from './signing-result.ts';
import { hasState } from './state-file.ts';
import { readState, withStateLock } from './state-store.ts';
import { importResponse, readStoredResponse } from './stored-response.ts';
import { reportDropped, reportProblems } from './zone-problems.ts';

/** More iterations than this make validators treat a zone as insecure, or refuse it (RFC 9276 section 3.2). */
const MAX_NSEC3_ITERATIONS = 50;
/** In a zone of fewer records, all is signed before that would help. */
const RECORDS_WORTH_PREPARING = 40_000;
/** How many problems of one kind are told one by one. */
const PROBLEMS_OF_A_KIND = 5;

/**
 * Signs a master file and puts the result in place of the output, or leaves everything as it was. Where the zone has a rotation state, that
 * decides about the keys, and learns what was published.
 * @throws ZonewrightError of kind `usage`, `input` or `environment`
 */
export async function sign(options: SignOptions, environment: Environment): Promise<SignResult> {
  const times = signatureTimes(options, environment);
  checkDenial(options.denial, environment);
  let { zone } = options;
  try {
    // Who has no key for a large zone need not wait until it is read.
    const selected = zone && (await selectWithoutState(options, zone, environment));
    const file = options.asPublished === true ? options.output : options.zoneFile;
    const input = withoutText(await readZoneFile(file, options, environment));
    zone = input.origin;
    return await signByState(options, times, input, selected, environment);
  } catch (error) {
    if (zone !== undefined && options.check !== true)
      await recordFailure('sign', options.keyDirectory, zone, error, environment);
    throw error;
  }
}

/** The keys, unless a rotation state decides about them or has to be there. */
async function selectWithoutState(
  options: SignOptions,
  zone: Uint8Array,
  environment: Environment,
): Promise<SelectedKeys | undefined> {
  const { keyDirectory, response } = options;
  if (response !== undefined || (await hasState(keyDirectory, zone, environment))) return undefined;
  return selectKeys(options, zone, environment);
}

async function signByState(
  options: SignOptions,
  times: SignatureTimes,
  input: ZoneFile,
  selected: SelectedKeys | undefined,
  environment: Environment,
): Promise<SignResult> {
  const { keyDirectory } = options;
  const { origin } = input;
  if (!(await hasState(keyDirectory, origin, environment))) {
    if (options.response !== undefined) throw noStateForResponse(origin);
    return signInput(options, times, input, selected, undefined, environment);
  }
  const command = `zonewright sign ${options.zoneFile}`;
  return withStateLock(keyDirectory, origin, command, environment, async () => {
    const stored = await readState(keyDirectory, origin, environment);
    if (options.response !== undefined) {
      if (stored === undefined) throw noStateForResponse(origin);
      await importResponse({ ...options, file: options.response, zone: origin }, stored.state, environment);
    }
    const record = stored && new PublicationRecord(stored.state, origin, options, environment);
    const lag = record?.clockLag ?? 0;
    const result = await signInput(
      lag === 0 ? options : { ...options, refresh: options.refresh + lag },
      lag === 0 ? times : laterEnds(times, lag, options, environment),
      input,
      undefined,
      record,
      environment,
    );
    if (!result.changed && options.check !== true) await record?.succeeded();
    return result;
  });
}

function noStateForResponse(zone: Uint8Array): ZonewrightError {
  return inputError(
    'sign/no-state',
    `${nameToText(zone)} has no rotation state, which a response belongs to`,
    {
      hint: `begin with: zonewright rotate ${zoneLabel(zone)}`,
    },
  );
}

/** @param known the keys, where they were selected already */
async function signInput(
  options: SignOptions,
  times: SignatureTimes,
  input: ZoneFile,
  known: SelectedKeys | undefined,
  record: PublicationRecord | undefined,
  environment: Environment,
): Promise<SignResult> {
  const digests = new OutputDigests(options.keyDirectory, input.origin, environment);
  await requireOtherOutput(options, environment);
  const selected =
    known ??
    (record === undefined || options.keys !== undefined
      ? await selectKeys(options, input.origin, environment)
      : await record.selectKeys(await readStoredResponse(options.keyDirectory, input.origin, environment)));
  const from = fingerprint(input.store, selected, options, environment.crypto);
  const unchanged = await unchangedOutput(options, from, digests, environment);
  if (unchanged !== undefined) return describeUnchanged(options, input, selected, unchanged);
  const previous = await readPreviousOutput(
    options.output,
    input,
    digests,
    record !== undefined,
    environment,
  );
  const keys = withWhatCanBeSigned(selected, previous);
  const signed = await signContent(options, times, input, keys, previous, record, from, environment);
  const making = makingOf(from(), signed, Math.max(environment.now, times.inception));
  const remember = (digest: string): Promise<void> => digests.add(digest, making);
  // With all records: `requestOf` asks for them.
  if (options.verify === true) await verifySigned(signed.zone, environment);
  if (!signed.unchanged) record?.prove(signed, keys, previous);
  if (!signed.unchanged && options.check !== true)
    await putInPlace(signed, options.output, record, remember, environment);
  else if (signed.unchanged && previous?.trusted === true && options.check !== true)
    await remember(previous.digest);
  return describeSigned(options, input, keys, signed);
}

/**
 * Signs what the input has.
 * @param meanwhile what else there is to do while other threads sign
 */
async function signContent(
  options: SignOptions,
  times: SignatureTimes,
  input: ZoneFile,
  keys: SelectedKeys,
  previous: PreviousOutput | undefined,
  record: PublicationRecord | undefined,
  meanwhile: () => unknown,
  environment: Environment,
): Promise<SignedZone> {
  if (previous === undefined) prepareSigners(keys, input, environment);
  const { zone, dropped } = contentOf(options, input, keys, record !== undefined, environment);
  checkAlgorithms(zone, keys, environment);
  const check = (): void => {
    const { maxTtl } = options;
    reportProblems(
      checkZone(zone, { limit: PROBLEMS_OF_A_KIND, ...(maxTtl === undefined ? {} : { maxTtl }) }),
      environment,
    );
    if (options.asPublished !== true) reportDropped(dropped, input.file, environment);
  };
  // Nothing can be signed without it.
  if (zone.apexRrset(Type.SOA) < 0) check();

  return await signZone(zone, requestOf(options, times, keys, previous, record, environment), {
    crypto: environment.crypto,
    pool: environment.pool,
    meanwhile() {
      check();
      meanwhile();
    },
    report: (done, total) => environment.progress?.({ task: 'signing', done, total }),
  });
}

/** Other threads have nothing else to do until a zone is indexed. */
function prepareSigners({ signing }: SelectedKeys, { store }: ZoneFile, { pool }: Environment): void {
  if (store.count < RECORDS_WORTH_PREPARING) return;
  pool.prepareSigners?.(
    signing.flatMap(({ signsZone, privateKey }) =>
      signsZone && privateKey.kind === 'software' ? [privateKey] : [],
    ),
  );
}

/** The zone to be signed: what the input has, but what signing makes itself and what is not the zone's, and what the keys add. */
function contentOf(
  { dropOutOfZone: dropsOutOfZone = false, denial, zonemd }: SignOptions,
  { store, origin, zoneClass }: ZoneFile,
  { own, apexRecords }: SelectedKeys,
  isManaged: boolean,
  environment: Environment,
): ZoneContent {
  const outOfZone = outOfZoneRecords(store, origin);
  if (outOfZone.length > 0)
    reportProblems(
      outOfZoneProblems(store, origin, outOfZone, dropsOutOfZone ? 'warning' : 'error'),
      environment,
    );
  return zoneContent(store, {
    origin,
    zoneClass,
    leaveOut: new Set(outOfZone),
    ownKeys: own.map(({ dnskeyRdata }) => dnskeyRdata),
    ownsChildRecords: isManaged,
    apexRecords,
    denial,
    zonemd,
  });
}

function requestOf(
  options: SignOptions,
  times: SignatureTimes,
  keys: SelectedKeys,
  previous: PreviousOutput | undefined,
  record: PublicationRecord | undefined,
  { now }: Environment,
): SignRequest {
  const { denial, jitter, serial: serialPolicy, zonemd, deterministic, refresh } = options;
  return {
    keys: keys.signing,
    isUnsigned: options.keys === undefined && record?.isUnsigned === true,
    denial,
    now,
    ...times,
    jitter,
    spread: spreadOf(options),
    serialPolicy,
    zonemd,
    deterministic,
    publishedSerials: [
      ...(previous === undefined ? [] : [previous.serial]),
      // A serial that is kept is the operator's business, as long as the file itself goes forward.
      ...(record === undefined || serialPolicy === 'keep' ? [] : record.serials),
    ],
    ...(previous === undefined || options.full === true
      ? {}
      : {
          previous: { zone: previous.printed ?? previous.zone, trusted: previous.trusted, refresh },
          wholeZone: options.verify === true,
        }),
  };
}

/** @throws ZonewrightError `sign/not-valid` with the first finding of `verify` that is an error, the others behind it */
async function verifySigned(zone: Zone, environment: Environment): Promise<void> {
  const { findings } = await verifyZone(zone, environment, { at: environment.now });
  const errors = findings
    .filter(({ severity }) => severity === 'error')
    .map((finding) => inputError('sign/not-valid', describeFinding(finding)));
  const [first, ...further] = errors;
  if (first === undefined) return;
  throw new ZonewrightError('input', first.code, `the signed zone would not be valid: ${first.message}`, {
    further: further.slice(0, PROBLEMS_OF_A_KIND),
    hint: 'nothing was written; if the zone file is right, this is a defect to report',
  });
}

function checkDenial(denial: Denial, environment: Environment): void {
  if (denial.kind === 'nsec') return;
  const { iterations, salt } = denial;
  if (iterations > MAX_NSEC3_ITERATIONS) {
    throw usageError(
      'usage/nsec3-iterations',
      `${iterations} NSEC3 iterations are refused: validators treat such zones as insecure or bogus (RFC 9276 section 3.2)`,
      { hint: 'use --nsec3-iterations 0' },
    );
  }
  if (iterations > 0) {
    environment.warn(
      `${iterations} NSEC3 iterations make work for everybody and protect nothing (RFC 9276 section 3.1)`,
      'use --nsec3-iterations 0',
    );
  }
  if (salt.length > 0)
    environment.warn('an NSEC3 salt protects nothing (RFC 9276 section 3.1)', "use --nsec3-salt '-'");
}

import { toHex } from '../dns/encoding.ts';
import { canonicalName, nameToText } from '../dns/name.ts';
import { printDuration, printTime } from '../dns/time.ts';
import type { Denial } from '../dnssec/denial.ts';
import type { SignedZone, SignRequest } from '../dnssec/sign-request.ts';
import { signZone } from '../dnssec/sign-zone.ts';
import type { SerialPolicy } from '../dnssec/serial-policy.ts';
import { describeFinding } from '../dnssec/verify/findings.ts';
import { verifyZone } from '../dnssec/verify/verify-zone.ts';
import { zoneContent } from '../dnssec/zone-content.ts';
import { inputError, usageError, ZonewrightError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { Type, typeName } from '../rr/registry.ts';
import { checkZone, outOfZoneProblems, outOfZoneRecords, type ZoneProblem } from '../zone/checks.ts';
import { printZone } from '../zone/print-zone.ts';
import { zoneText } from './zone-text.ts';
import type { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { recordFailure } from './failure-record.ts';
import { withWhatCanBeSigned } from './lost-keys.ts';
import { OutputDigests } from './output-digests.ts';
import { ownChildRecords } from './published-content.ts';
import { readPreviousOutput, requireOtherOutput } from './previous-output.ts';
import { PublicationRecord, type RecordOptions } from './publication-record.ts';
import { expectWork, readZoneFile, withoutText, type ZoneFile } from './read-zone.ts';
import { fingerprint, unchangedOutput, type Making } from './repeated-run.ts';
import { checkAlgorithms, selectKeys, type KeySelection, type SelectedKeys } from './signing-keys.ts';
import { hasState } from './state-file.ts';
import { readState, withStateLock } from './state-store.ts';
import { importResponse, readStoredResponse } from './stored-response.ts';

/** In seconds: with a longer one, RFC 1982 takes the inception for the later time (RFC 4034 section 3.1.5). */
const MAX_VALIDITY = 0x7fffffff;
/** More iterations than this make validators treat a zone as insecure, or refuse it (RFC 9276 section 3.2). */
const MAX_NSEC3_ITERATIONS = 50;
/** How many problems of one kind are told one by one. */
const PROBLEMS_OF_A_KIND = 5;
/** What a record of an unsigned zone takes as text, roughly. */
const OCTETS_A_RECORD = 50;

export interface SignOptions extends KeySelection, RecordOptions {
  /** The master file, `-` for standard input. */
  readonly zoneFile: string;
  /** The zone's name in wire form; without it, the owner of the SOA. */
  readonly zone?: Uint8Array | undefined;
  /** Where the signed zone goes, `-` for standard output. */
  readonly output: string;
  readonly denial: Denial;
  /** Seconds from now to the expiration. */
  readonly validity: number;
  /** The same for DNSKEY, CDS and CDNSKEY; without it, as `validity`. */
  readonly dnskeyValidity?: number | undefined;
  /** Epoch seconds; without it, `inceptionOffset` before now. */
  readonly inception?: number | undefined;
  readonly inceptionOffset: number;
  /** Epoch seconds; beats `validity`. */
  readonly expiration?: number | undefined;
  readonly jitter: number;
  readonly refresh: number;
  readonly serial: SerialPolicy;
  readonly zonemd?: 1 | 2 | undefined;
  /** Sign everything anew. */
  readonly full?: boolean | undefined;
  /** Make the same signatures from the same input, keys and times. */
  readonly deterministic?: boolean | undefined;
  /** A file of signatures that a KSK made ahead, to be taken in. */
  readonly response?: string | undefined;
  /** Sign what the output has, and not the master file: an edit there waits. */
  readonly asPublished?: boolean | undefined;
  /** Verify everything that was signed before it is put in place. */
  readonly verify?: boolean | undefined;
  /** Write nothing. */
  readonly check?: boolean | undefined;
  readonly maxTtl?: number | undefined;
  readonly dropOutOfZone?: boolean | undefined;
  readonly includePaths?: readonly string[] | undefined;
  readonly defaultTtl?: number | undefined;
}

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
    await expectWork(options.zoneFile, OCTETS_A_RECORD, environment);
    const file = options.asPublished === true ? options.output : options.zoneFile;
    const input = withoutText(await readZoneFile(file, options, environment));
    zone = input.origin;
    return await signByState(options, times, input, environment);
  } catch (error) {
    if (zone !== undefined && options.check !== true)
      await recordFailure('sign', options.keyDirectory, zone, error, environment);
    throw error;
  }
}

async function signByState(
  options: SignOptions,
  times: SignatureTimes,
  input: ZoneFile,
  environment: Environment,
): Promise<SignResult> {
  const { keyDirectory } = options;
  const { origin } = input;
  if (!(await hasState(keyDirectory, origin, environment))) {
    if (options.response !== undefined) throw noStateForResponse(origin);
    return signInput(options, times, input, undefined, environment);
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

/**
 * Where the clock is behind what the ledger knows, nobody can say which of them is wrong. Signatures that begin by the clock and end by the ledger
 * are good in both cases.
 */
function laterEnds(
  times: SignatureTimes,
  lag: number,
  { expiration }: SignOptions,
  { now, warn }: Environment,
): SignatureTimes {
  warn(
    `the clock shows ${printTime(now)}, but something was recorded at ${printTime(now + lag)}: signatures end by the later of both`,
    'set the clock right; until then no key is removed',
  );
  return {
    ...times,
    expiration: expiration ?? times.expiration + lag,
    dnskeyExpiration: times.dnskeyExpiration + lag,
  };
}

async function signInput(
  options: SignOptions,
  times: SignatureTimes,
  input: ZoneFile,
  record: PublicationRecord | undefined,
  environment: Environment,
): Promise<SignResult> {
  const digests = new OutputDigests(options.keyDirectory, input.origin, environment);
  await requireOtherOutput(options, environment);
  const selected =
    record === undefined || options.keys !== undefined
      ? await selectKeys(options, input.origin, environment)
      : await record.selectKeys(await readStoredResponse(options.keyDirectory, input.origin, environment));
  const from = fingerprint(input.store, selected, options, environment.crypto);
  const known = await unchangedOutput(options, from, digests, environment);
  if (known !== undefined) return describeUnchanged(options, input, selected, known);
  const previous = await readPreviousOutput(
    options.output,
    input,
    digests,
    record !== undefined,
    environment,
  );
  const keys = withWhatCanBeSigned(selected, previous);
  const outOfZone = outOfZoneRecords(input.store, input.origin);
  if (outOfZone.length > 0)
    report(
      outOfZoneProblems(
        input.store,
        input.origin,
        outOfZone,
        options.dropOutOfZone === true ? 'warning' : 'error',
      ),
      environment,
    );
  const isPublished = options.asPublished === true;
  const { zone, dropped } = zoneContent(input.store, {
    origin: input.origin,
    zoneClass: input.zoneClass,
    leaveOut: new Set([...outOfZone, ...(isPublished ? ownChildRecords(input.store, keys.own) : [])]),
    ownKeys: keys.own.map(({ dnskeyRdata }) => dnskeyRdata),
    apexRecords: keys.apexRecords,
    denial: options.denial,
    zonemd: options.zonemd,
  });
  checkAlgorithms(zone, keys, environment);
  const check = (): void => {
    const { maxTtl } = options;
    report(
      checkZone(zone, { limit: PROBLEMS_OF_A_KIND, ...(maxTtl === undefined ? {} : { maxTtl }) }),
      environment,
    );
    if (!isPublished) warnOfDropped(dropped, input.file, environment);
  };
  // Nothing can be signed without it.
  if (zone.apexRrset(Type.SOA) < 0) check();

  const signed = await signZone(
    zone,
    {
      keys: keys.signing,
      isUnsigned: options.keys === undefined && record?.isUnsigned === true,
      denial: options.denial,
      now: environment.now,
      ...times,
      jitter: options.jitter,
      spread: spreadOf(options),
      serialPolicy: options.serial,
      zonemd: options.zonemd,
      deterministic: options.deterministic,
      publishedSerials: [
        ...(previous === undefined ? [] : [previous.serial]),
        // A serial that is kept is the operator's business, as long as the file itself goes forward.
        ...(record === undefined || options.serial === 'keep' ? [] : record.serials),
      ],
      ...(previous === undefined || options.full === true
        ? {}
        : {
            previous: {
              zone: previous.printed ?? previous.zone,
              trusted: previous.trusted,
              refresh: options.refresh,
            },
          }),
    },
    {
      crypto: environment.crypto,
      pool: environment.pool,
      meanwhile: check,
      report: (done, total) => environment.progress?.({ task: 'signing', done, total }),
    },
  );
  const making = makingOf(from, signed, Math.max(environment.now, times.inception));
  const remember = (digest: string): Promise<void> => digests.add(digest, making);
  if (options.verify === true) await verifySigned(signed.zone, environment);
  if (!signed.unchanged) record?.prove(signed.zone, keys, previous);
  if (!signed.unchanged && options.check !== true)
    await publish(signed, options.output, record, remember, environment);
  else if (signed.unchanged && previous?.trusted === true && options.check !== true)
    await remember(previous.digest);
  return describe(options, input, keys, signed);
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

/** Puts the zone in place of the output; the rotation state knows of it before anybody can read it. */
async function publish(
  signed: SignedZone,
  output: string,
  record: PublicationRecord | undefined,
  remember: (digest: string) => Promise<void>,
  environment: Environment,
): Promise<void> {
  if (output === '-') {
    await record?.intend(digestOf(signed.zone, environment));
    await record?.written('standard output');
    return;
  }
  await remember(toHex(await writeZone(signed, output, record, environment)));
  await record?.written(output);
}

function digestOf(zone: Zone, { crypto }: Environment): Uint8Array {
  const digest = crypto.createDigest('sha256');
  for (const block of printZone(zone)) digest.update(block);
  return digest.finish();
}

/**
 * Over how long the ends of signatures are spread that are made anew: half of the time until they are due again. A zone that was signed in one
 * night would else be signed in one night for ever.
 */
function spreadOf({ jitter, expiration, validity, refresh }: SignOptions): number {
  const isAsked = jitter > 0 && expiration === undefined;
  return isAsked ? Math.max(jitter, Math.floor((validity - refresh) / 2)) : jitter;
}

type SignatureTimes = Pick<SignRequest, 'inception' | 'expiration' | 'dnskeyExpiration'>;

/**
 * When signatures are valid.
 * @throws ZonewrightError `usage/times` where no time is left
 */
function signatureTimes(options: SignOptions, { now, warn }: Environment): SignatureTimes {
  const inception = options.inception ?? now - options.inceptionOffset;
  const expiration = options.expiration ?? now + options.validity;
  const dnskeyExpiration = options.dnskeyValidity === undefined ? expiration : now + options.dnskeyValidity;
  const { dnskeyValidity = Infinity, refresh } = options;
  if (dnskeyValidity <= refresh) {
    throw usageError(
      'usage/times',
      `signatures over DNSKEYs valid for ${printDuration(dnskeyValidity)} would be due at every run: what has less than ${printDuration(refresh)} left is made anew`,
      { hint: 'make --dnskey-validity longer than --refresh, or --refresh shorter' },
    );
  }
  for (const end of [expiration, dnskeyExpiration]) {
    if (end <= inception) {
      throw usageError(
        'usage/times',
        `the inception ${printTime(inception)} is not before the expiration ${printTime(end)}`,
      );
    }
    if (end - inception > MAX_VALIDITY)
      throw usageError(
        'usage/times',
        'no signature can be valid for more than 68 years (RFC 4034 section 3.1.5)',
      );
  }
  if (expiration <= now) warn(`the signatures have expired already, at ${printTime(expiration)}`);
  if (expiration - options.jitter <= (expiration <= now ? inception : Math.max(inception, now))) {
    throw usageError(
      'usage/times',
      `a jitter of ${printDuration(options.jitter)} can use up the whole time until the expiration ${printTime(expiration)}`,
      { hint: 'use a shorter --jitter' },
    );
  }
  return { inception, expiration, dnskeyExpiration };
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

/** Tells warnings; the first error is thrown and carries the others. */
function report(problems: readonly ZoneProblem[], environment: Environment): void {
  const errors: ZonewrightError[] = [];
  for (const { code, severity, message, location, hint, more } of problems) {
    const text = more === undefined || more === 0 ? message : `${message} (and ${more} more like it)`;
    if (severity === 'error') errors.push(inputError(code, text, { location, hint }));
    else
      environment.warn(
        location === undefined ? text : `${location.file}:${location.line ?? 1}: ${text}`,
        hint,
      );
  }
  const [first, ...further] = errors;
  if (first === undefined) return;
  throw new ZonewrightError(first.kind, first.code, first.message, {
    hint: first.hint,
    location: first.location,
    further,
  });
}

function warnOfDropped(dropped: ReadonlyMap<number, number>, file: string, environment: Environment): void {
  if (dropped.size === 0) return;
  const list = [...dropped].map(([type, count]) => `${count} ${typeName(type)}`).join(', ');
  environment.warn(`${file}: records that signing makes itself were dropped from the input: ${list}`);
}

/** Puts the zone in place of the output, and returns the SHA-256 digest of the file. */
async function writeZone(
  { zone, known }: SignedZone,
  output: string,
  record: PublicationRecord | undefined,
  { files, crypto, pool }: Environment,
): Promise<Uint8Array> {
  const digest = crypto.createDigest('sha256');
  const file = await files.openAtomic(output);
  try {
    for await (const block of zoneText(zone, pool, { known })) {
      digest.update(block);
      await file.write(block);
    }
    const result = digest.finish();
    await record?.intend(result);
    await file.commit();
    return result;
  } finally {
    await file.discard();
  }
}

function describe(options: SignOptions, input: ZoneFile, keys: SelectedKeys, signed: SignedZone): SignResult {
  const { zone } = signed;
  return {
    ...describeRun(options, input, keys),
    changed: !signed.unchanged,
    serial: signed.serial,
    records: zone.recordCount,
    rrsets: zone.rrsetCount,
    signaturesMade: signed.signaturesMade,
    signaturesKept: signed.signaturesKept,
    denialRecords: signed.denialRecords,
    firstExpiration: signed.firstExpiration,
    ...(options.output === '-' ? { text: printZone(zone) } : {}),
  };
}

function describeUnchanged(
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
function makingOf(from: string, { zone, ...signed }: SignedZone, at: number): Making {
  return {
    from,
    at,
    serial: signed.serial,
    records: zone.recordCount,
    rrsets: zone.rrsetCount,
    signatures: signed.signaturesMade + signed.signaturesKept,
    denialRecords: signed.denialRecords,
    firstExpiration: signed.firstExpiration,
  };
}

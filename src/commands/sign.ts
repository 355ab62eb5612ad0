import { nameToText, sameName } from '../dns/name.ts';
import { printDuration, printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { makeDs } from '../dnssec/ds.ts';
import { isValidZoneKey, REVOKE_FLAG, readDnskey, writeDnskey } from '../dnssec/dnskey.ts';
import type { Denial } from '../dnssec/denial.ts';
import { signZone, type SignedZone, type SigningKey, type SignRequest } from '../dnssec/sign-zone.ts';
import type { SerialPolicy } from '../dnssec/serial-policy.ts';
import { readSoa } from '../dnssec/soa.ts';
import { zoneContent } from '../dnssec/zone-content.ts';
import { inputError, usageError, ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { splitKeyPath } from '../keys/key-name.ts';
import { useOfKey, type Key } from '../keys/key.ts';
import { signsKeys, signsZone } from '../keys/roles.ts';
import { Type, typeName } from '../rr/registry.ts';
import { checkZone, outOfZoneProblems, outOfZoneRecords, type ZoneProblem } from '../zone/checks.ts';
import { printZone } from '../zone/print-zone.ts';
import { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { OutputDigests } from './output-digests.ts';
import { expectWork, readZoneFile, type ZoneFile } from './read-zone.ts';

/** In seconds: with a longer one, RFC 1982 takes the inception for the later time (RFC 4034 section 3.1.5). */
const MAX_VALIDITY = 0x7fffffff;
/** More iterations than this make validators treat a zone as insecure, or refuse it (RFC 9276 section 3.2). */
const MAX_NSEC3_ITERATIONS = 50;
const SHA256_DIGEST = 2;
/** How many problems of one kind are told one by one. */
const PROBLEMS_OF_A_KIND = 5;
/** What a record of an unsigned zone takes as text, roughly. */
const OCTETS_A_RECORD = 50;

export interface SignOptions {
  /** The master file, `-` for standard input. */
  readonly zoneFile: string;
  /** The zone's name in wire form; without it, the owner of the SOA. */
  readonly zone?: Uint8Array | undefined;
  /** Where the signed zone goes, `-` for standard output. */
  readonly output: string;
  readonly keyDirectory: string;
  /** Base names or files of the keys that sign, whatever their times say; without it, the directory's keys by their times. */
  readonly keys?: readonly string[] | undefined;
  /** Whether a key with the SEP flag and no note of its role is a KSK or signs everything. */
  readonly keyLayout: 'split' | 'csk';
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
  /** Whether CDS and CDNSKEY are published for keys whose times say so. */
  readonly cds: boolean;
  /** TTL in seconds of the DNSKEY RRset, where neither keys nor input have one. */
  readonly dnskeyTtl: number;
  /** Sign everything anew. */
  readonly full?: boolean | undefined;
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
 * Signs a master file and puts the result in place of the output, or leaves everything as it was.
 * @throws ZonewrightError of kind `usage`, `input` or `environment`
 */
export async function sign(options: SignOptions, environment: Environment): Promise<SignResult> {
  const times = signatureTimes(options, environment);
  checkDenial(options.denial, environment);
  await expectWork(options.zoneFile, OCTETS_A_RECORD, environment);
  const input = await readZoneFile(options.zoneFile, options, environment);
  const digests = new OutputDigests(options.keyDirectory, input.origin, environment);
  const previous = await readPrevious(options, input, digests, environment);
  const keys = await selectKeys(options, input.origin, environment);
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
  const { zone, dropped } = zoneContent(input.store, {
    origin: input.origin,
    zoneClass: input.zoneClass,
    leaveOut: new Set(outOfZone),
    ownKeys: keys.own.map(({ dnskeyRdata }) => dnskeyRdata),
    apexRecords: apexRecords(options, keys, environment),
    denial: options.denial,
    zonemd: options.zonemd,
  });
  checkAlgorithms(zone, keys, environment);
  report(
    checkZone(zone, {
      limit: PROBLEMS_OF_A_KIND,
      ...(options.maxTtl === undefined ? {} : { maxTtl: options.maxTtl }),
    }),
    environment,
  );
  warnOfDropped(dropped, input.file, environment);

  const signed = await signZone(
    zone,
    {
      keys: keys.signing,
      denial: options.denial,
      now: environment.now,
      ...times,
      jitter: options.jitter,
      serialPolicy: options.serial,
      zonemd: options.zonemd,
      publishedSerials: previous === undefined ? [] : [serialOf(previous.zone)],
      ...(previous === undefined || options.full === true
        ? {}
        : { previous: { ...previous, refresh: options.refresh } }),
    },
    {
      crypto: environment.crypto,
      pool: environment.pool,
      report: (done, total) => environment.progress?.({ task: 'signing', done, total }),
    },
  );
  if (!signed.unchanged && options.check !== true && options.output !== '-') {
    await digests.add(await writeZone(signed.zone, options.output, environment));
  }
  return describe(options, input, keys, signed);
}

/**
 * When signatures are valid.
 * @throws ZonewrightError `usage/times` where no time is left
 */
function signatureTimes(
  options: SignOptions,
  { now, warn }: Environment,
): Pick<SignRequest, 'inception' | 'expiration' | 'dnskeyExpiration'> {
  const inception = options.inception ?? now - options.inceptionOffset;
  const expiration = options.expiration ?? now + options.validity;
  const dnskeyExpiration = options.dnskeyValidity === undefined ? expiration : now + options.dnskeyValidity;
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

/** The signed zone that the output holds now. A file that is no signed zone of this name is not ours to overwrite. */
async function readPrevious(
  options: SignOptions,
  input: ZoneFile,
  digests: OutputDigests,
  environment: Environment,
): Promise<{ readonly zone: Zone; readonly trusted: boolean } | undefined> {
  const { output, zoneFile } = options;
  if (output === '-') return undefined;
  if (output === zoneFile || (await environment.files.isSameFile(output, zoneFile))) {
    throw usageError('usage/output-is-input', `the output ${output} is the input: it would be overwritten`, {
      hint: '-o names the output here, and -z the zone',
    });
  }
  const status = await environment.files.status(output);
  if (status === undefined || status.size === 0) return undefined;
  let previous: ZoneFile;
  try {
    previous = await readZoneFile(output, { zone: input.origin }, { ...environment, warn: () => undefined });
  } catch (error) {
    if (error instanceof ZonewrightError && error.kind === 'input')
      throw notASignedZone(output, input.origin, error);
    throw error;
  }
  if (outOfZoneRecords(previous.store, input.origin).length > 0) throw notASignedZone(output, input.origin);
  const zone = new Zone(previous.store, previous);
  if (zone.apexRrset(Type.SOA) < 0 || zone.apexRrset(Type.RRSIG) < 0)
    throw notASignedZone(output, input.origin);
  return { zone, trusted: await digests.has(previous.bytes) };
}

function serialOf(zone: Zone): number {
  return readSoa(zone.rdatasOf(zone.apexRrset(Type.SOA))[0]!).serial;
}

function notASignedZone(file: string, origin: Uint8Array, cause?: unknown): ZonewrightError {
  return usageError(
    'usage/output-exists',
    `${file} exists and is not a signed zone ${nameToText(origin)}: it would be overwritten`,
    {
      hint: 'name another output with -o (the zone is named with -z), or remove the file',
      cause,
    },
  );
}

interface SelectedKeys {
  /** All keys of the zone that we know of. */
  readonly own: readonly Key[];
  /** Those whose DNSKEY is in the zone, with the flags that it has there. */
  readonly published: readonly { readonly key: Key; readonly dnskeyRdata: Uint8Array }[];
  readonly signing: readonly SigningKey[];
  readonly signingKeys: readonly Key[];
}

async function selectKeys(
  options: SignOptions,
  origin: Uint8Array,
  environment: Environment,
): Promise<SelectedKeys> {
  const { now } = environment;
  const directory = new KeyDirectory(options.keyDirectory, environment.files);
  const listed = await directory.listKeys(origin);
  const chosen = options.keys && (await findKeys(options.keys, options.keyDirectory, origin, environment));
  const own = [...listed, ...(chosen ?? []).filter(({ base }) => !listed.some((key) => key.base === base))];
  const published = chosen ?? own.filter((key) => useOfKey(key, now).published);
  const active = chosen ?? own.filter((key) => useOfKey(key, now).active);
  if (active.length === 0) throw noActiveKey(own, options, origin, now);
  const sources = new Map<Key, KeyDirectory>();
  for (const key of active) {
    const path = options.keys
      ?.map((name) => splitKeyPath(name))
      .find(({ base }) => base === key.base)?.directory;
    sources.set(key, path === undefined ? directory : new KeyDirectory(path, environment.files));
  }
  return {
    own,
    published: published.map((key) => ({ key, dnskeyRdata: dnskeyInZone(key, now) })),
    signing: await Promise.all(
      active.map(async (key) => ({
        dnskeyRdata: dnskeyInZone(key, now),
        privateKey: await sources.get(key)!.privateKey(key),
        ...dutiesOf(key, active, options, now),
      })),
    ),
    signingKeys: active,
  };
}

/** What a key signs: a revoked one the DNSKEYs alone, in proof of its revocation (RFC 5011 section 2.1). */
function dutiesOf(
  key: Key,
  active: readonly Key[],
  { keyLayout }: SignOptions,
  now: number,
): Pick<SigningKey, 'signsKeys' | 'signsZone'> {
  if (useOfKey(key, now).revoked) return { signsKeys: true, signsZone: false };
  const isAlone = !active.some(
    (other) => other.algorithm === key.algorithm && signsZone(other.role) && !useOfKey(other, now).revoked,
  );
  return {
    signsKeys: signsKeys(key.role),
    signsZone: signsZone(key.role) || (keyLayout === 'csk' && isAlone),
  };
}

/**
 * Every algorithm of the DNSKEY RRset must sign the whole zone (RFC 4035 section 2.2).
 * @throws ZonewrightError `sign/algorithm-incomplete` for a key of ours; others' keys are their business
 */
function checkAlgorithms(zone: Zone, { published, signing }: SelectedKeys, { warn }: Environment): void {
  const keysThatSign = signing.map(({ dnskeyRdata }) => readDnskey(dnskeyRdata)).filter(isValidZoneKey);
  const complete = new Set(keysThatSign.map(({ algorithm }) => algorithm));
  const isIncomplete = (rdata: Uint8Array): boolean => {
    const dnskey = readDnskey(rdata);
    return isValidZoneKey(dnskey) && !complete.has(dnskey.algorithm);
  };
  const own = published.find(({ dnskeyRdata }) => isIncomplete(dnskeyRdata))?.key;
  if (own !== undefined) {
    throw inputError(
      'sign/algorithm-incomplete',
      `${own.base} is published, but no key of ${algorithmLabel(own.algorithm)} signs: validators may refuse the zone (RFC 4035 section 2.2)`,
      {
        hint: `activate keys of this algorithm, or take this one out: zonewright keygen --settime ${own.base} --publish none`,
      },
    );
  }
  const foreign = zone.rdatasOf(zone.apexRrset(Type.DNSKEY)).find(isIncomplete);
  if (foreign === undefined) return;
  const label = algorithmLabel(readDnskey(foreign).algorithm);
  warn(
    `the zone has a DNSKEY of ${label} by another signer, but no key of ${label} signs: validators may refuse it (RFC 4035 section 2.2)`,
    'all signers of a zone have to use the same algorithms (RFC 8901 section 4)',
  );
}

function findKeys(
  names: readonly string[],
  keyDirectory: string,
  origin: Uint8Array,
  { files }: Environment,
): Promise<Key[]> {
  return Promise.all(
    names.map(async (name) => {
      const { directory, base } = splitKeyPath(name);
      const key = await new KeyDirectory(directory ?? keyDirectory, files).findKey(base);
      if (sameName(key.zone, origin)) return key;
      throw usageError(
        'usage/key-of-other-zone',
        `${key.base} is a key of ${nameToText(key.zone)}, not of ${nameToText(origin)}`,
      );
    }),
  );
}

function noActiveKey(
  own: readonly Key[],
  { keyDirectory }: SignOptions,
  origin: Uint8Array,
  now: number,
): ZonewrightError {
  const zone = nameToText(origin);
  if (own.length === 0) {
    return inputError('sign/no-key', `there is no key of ${zone} in ${keyDirectory}`, {
      hint: `make keys with: zonewright keygen ${zone} --key-directory ${keyDirectory}`,
    });
  }
  const next = own.flatMap(({ timing, base }) =>
    timing.activate !== undefined && timing.activate > now ? [{ base, at: timing.activate }] : [],
  );
  next.sort((a, b) => a.at - b.at);
  const first = next[0];
  return inputError(
    'sign/no-active-key',
    `none of the ${own.length} keys of ${zone} in ${keyDirectory} is active now`,
    {
      hint:
        first === undefined
          ? `make new ones with: zonewright keygen ${zone} --key-directory ${keyDirectory}`
          : `${first.base} becomes active at ${printTime(first.at)}; to use it at once: zonewright keygen --settime ${first.base} --activate now --publish now`,
    },
  );
}

/** The DNSKEY as it stands in the zone: with the REVOKE bit once the key is revoked (RFC 5011 section 2.1). */
function dnskeyInZone(key: Key, now: number): Uint8Array {
  if (!useOfKey(key, now).revoked) return key.dnskeyRdata;
  const dnskey = readDnskey(key.dnskeyRdata);
  return writeDnskey({ ...dnskey, flags: dnskey.flags | REVOKE_FLAG });
}

interface ApexRecord {
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** DNSKEY records, and CDS and CDNSKEY for keys whose times ask for them. */
function apexRecords(
  options: SignOptions,
  { published }: SelectedKeys,
  { now, crypto }: Environment,
): ApexRecord[] {
  const ttls = published.flatMap(({ key }) => (key.ttl === undefined ? [] : [key.ttl]));
  const ttl = ttls.length === 0 ? options.dnskeyTtl : Math.min(...ttls);
  const records: ApexRecord[] = published.map(({ dnskeyRdata }) => ({
    type: Type.DNSKEY,
    ttl,
    rdata: dnskeyRdata,
  }));
  if (!options.cds) return records;
  for (const { key } of published) {
    const { syncPublish, syncDelete } = key.timing;
    if (
      !signsKeys(key.role) ||
      useOfKey(key, now).revoked ||
      syncPublish === undefined ||
      syncPublish > now ||
      (syncDelete !== undefined && syncDelete <= now)
    )
      continue;
    records.push({ type: Type.CDNSKEY, ttl, rdata: key.dnskeyRdata });
    records.push({
      type: Type.CDS,
      ttl,
      rdata: makeDs(key.zone, key.dnskeyRdata, SHA256_DIGEST, crypto),
    });
  }
  return records;
}

/** Puts the zone in place of the output, and returns the SHA-256 digest of the file. */
async function writeZone(zone: Zone, output: string, { files, crypto }: Environment): Promise<Uint8Array> {
  const digest = crypto.createDigest('sha256');
  const file = await files.openAtomic(output);
  try {
    for (const block of printZone(zone)) {
      digest.update(block);
      await file.write(block);
    }
    await file.commit();
    return digest.finish();
  } finally {
    await file.discard();
  }
}

function describe(options: SignOptions, input: ZoneFile, keys: SelectedKeys, signed: SignedZone): SignResult {
  const { zone } = signed;
  return {
    zone: nameToText(zone.origin),
    zoneFile: input.file,
    output: options.output,
    changed: !signed.unchanged,
    serial: signed.serial,
    records: zone.recordCount,
    rrsets: zone.rrsetCount,
    signaturesMade: signed.signaturesMade,
    signaturesKept: signed.signaturesKept,
    denial: options.denial.kind,
    denialRecords: signed.denialRecords,
    firstExpiration: signed.firstExpiration,
    keys: keys.signingKeys.map(({ base, keyTag, algorithm, role }) => ({ base, keyTag, algorithm, role })),
    ...(options.output === '-' ? { text: printZone(zone) } : {}),
  };
}

import { nameToText } from '../dns/name.ts';
import { toHex } from '../dns/encoding.ts';
import { printTime } from '../dns/time.ts';
import { digestTypeByName, makeDs } from '../dnssec/ds.ts';
import { inputError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { printBundles, type BundleRecord } from '../rollover/key-bundles.ts';
import {
  bundleTimes,
  firstGap,
  plannedVersions,
  versionsOfMadeKeys,
  type KeyVersion,
} from '../rollover/key-versions.ts';
import type { ZoneTimes } from '../rollover/plan.ts';
import type { Policy } from '../rollover/policy.ts';
import type { RotationState } from '../rollover/state.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { openPrivateKey } from './key-files.ts';
import { withOfflineSpares } from './offline-ksks.ts';
import { makeSpareKey } from './rotation-keys.ts';
import { sealText, type Seal } from './sealed-text.ts';
import { readState, withStateLock, writeState } from './state-store.ts';
import { reserveOf, zoneTimesOf } from './zone-times.ts';

const PROGRAM = 'zonewright';
const NEW_KSK_HINT =
  'make it there with "keygen --role ksk --spare", and copy its .key file into the key directory; or set "kskLifetime: unlimited"';

export interface KeyRequestOptions {
  /** In wire form. */
  readonly zone: Uint8Array;
  readonly keyDirectory: string;
  readonly policy: Policy;
  readonly zoneFile?: string | undefined;
  readonly signedZone?: string | undefined;
  /** Where the request goes. */
  readonly file: string;
  /** Seconds from now that it is for. */
  readonly duration: number;
}

export interface KeyRequestResult {
  readonly zone: string;
  readonly file: string;
  /** How many versions of the DNSKEY RRset are to be signed, and how often in all. */
  readonly versions: number;
  readonly bundles: number;
  /** Until when the plan is covered, in epoch seconds. */
  readonly until: number;
  /** Base names of the ZSKs that were made for it. */
  readonly madeKeys: readonly string[];
  /** SHA-256 of the file, to be compared where it is signed. */
  readonly digest: string;
}

/**
 * Writes what a KSK that is elsewhere has to sign for the coming months: each version of the DNSKEY, CDS and CDNSKEY RRsets that the plan has, often
 * enough. The ZSKs that the plan needs are made now.
 * @throws ZonewrightError `rotate/no-state`, `rotate/nothing-planned`, `key/*`, `file/*`
 */
export async function requestKeySignatures(
  options: KeyRequestOptions,
  environment: Environment,
): Promise<KeyRequestResult> {
  const { zone, keyDirectory, file } = options;
  const command = `zonewright rotate ${zoneLabel(zone)} --key-request ${file}`;
  return withStateLock(keyDirectory, zone, command, environment, async () => {
    const stored = await readState(keyDirectory, zone, environment);
    if (stored === undefined) {
      throw inputError('rotate/no-state', `${nameToText(zone)} has no rotation state yet`, {
        hint: `begin with: zonewright rotate ${zoneLabel(zone)}`,
      });
    }
    return writeRequest(stored.state, options, environment);
  });
}

async function writeRequest(
  before: RotationState,
  options: KeyRequestOptions,
  environment: Environment,
): Promise<KeyRequestResult> {
  const { zone, policy, keyDirectory, file, duration } = options;
  const { now, crypto, files } = environment;
  const times = await zoneTimesOf(options, environment);
  const known = await withOfflineSpares(before, zone, keyDirectory, environment);
  const made = await withPlannedKeys(known, options, now + duration, times, environment);
  const { versions, until } = versionsOfMadeKeys(made.state, policy, now, now + duration, times);
  checkEnd(until, now + duration, environment);
  const bundles = bundleTimes(versions, policy, now);
  const gap = firstGap(
    versions,
    (version) => bundles.filter((bundle) => bundle.version === version),
    reserveOf(times),
  );
  if (gap !== undefined) {
    throw inputError(
      'rotate/key-request-gap',
      `at ${printTime(gap.at)} no signature would be left that outlasts caches`,
      { hint: 'make signatures.validity longer, or signatures.refresh' },
    );
  }
  const text = printBundles(
    'KeySigningRequest',
    nameToText(zone),
    bundles.map((bundle) => ({ ...bundle, records: recordsOf(bundle.version, options, environment) })),
    now,
    PROGRAM,
  );
  const sealed = sealText(text, await zoneSeals(made.state, options, environment));
  await files.writeAtomic(file, sealed);
  if (made.state !== before) await writeState(keyDirectory, zone, made.state, environment);
  return {
    zone: nameToText(zone),
    file,
    versions: versions.length,
    bundles: bundles.length,
    until,
    madeKeys: made.bases,
    digest: toHex(crypto.digest('sha256', new TextEncoder().encode(sealed))),
  };
}

/** The state with the ZSKs that the plan needs. */
async function withPlannedKeys(
  before: RotationState,
  { zone, policy, keyDirectory }: KeyRequestOptions,
  until: number,
  times: ZoneTimes,
  environment: Environment,
): Promise<{ readonly state: RotationState; readonly bases: readonly string[] }> {
  let state = before;
  const bases: string[] = [];
  const { missing } = plannedVersions(state, policy, environment.now, until, times);
  for (let count = missing.get('zsk')?.count ?? 0; count > 0; count--) {
    const key = await makeSpareKey(zone, 'zsk', policy.algorithm, policy, keyDirectory, environment);
    state = { ...state, keys: [...state.keys, key] };
    bases.push(key.base);
  }
  return { state, bases };
}

/** @throws ZonewrightError `rotate/nothing-planned` where a new KSK is due at once */
function checkEnd(end: number, wanted: number, { now, warn }: Environment): void {
  if (end <= now) {
    throw inputError('rotate/nothing-planned', 'a new KSK is due now, and it has to be made where KSKs are', {
      hint: NEW_KSK_HINT,
    });
  }
  if (end < wanted) warn(`the request ends at ${printTime(end)}, when a new KSK is due`, NEW_KSK_HINT);
}

function recordsOf(
  { dnskeys, wanted }: KeyVersion,
  { zone, policy }: KeyRequestOptions,
  { crypto }: Environment,
): BundleRecord[] {
  const ttl = policy.dnskeyTtl;
  const rdataOf = (key: string): Uint8Array => rdataFromText(Type.DNSKEY, key);
  const digests = policy.dsDigests.flatMap((name) => digestTypeByName(name)?.number ?? []);
  const published = policy.cds ? wanted.map(rdataOf) : [];
  return [
    ...dnskeys.map((key) => ({ type: Type.DNSKEY, ttl, rdata: rdataOf(key) })),
    ...published.flatMap((rdata) =>
      digests.map((digest) => ({ type: Type.CDS, ttl, rdata: makeDs(zone, rdata, digest, crypto) })),
    ),
    ...published.map((rdata) => ({ type: Type.CDNSKEY, ttl, rdata })),
  ];
}

/** The ZSKs that sign the zone now: a request that they signed comes from where the zone is signed. */
async function zoneSeals(
  { keys }: RotationState,
  { keyDirectory, zone }: KeyRequestOptions,
  environment: Environment,
): Promise<Seal[]> {
  const directory = new KeyDirectory(keyDirectory, environment.files);
  const found = await directory.listKeys(zone);
  const signing = found.filter(({ base }) => keys.some((key) => key.base === base && key.use.signsZone));
  return Promise.all(
    signing.map(async (key) => ({
      dnskeyRdata: key.dnskeyRdata,
      signer: await environment.crypto.importPrivateKey(await openPrivateKey(directory, key, environment)),
    })),
  );
}

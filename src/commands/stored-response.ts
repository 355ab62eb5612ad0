import { toHex } from '../dns/encoding.ts';
import { nameToText, sameName } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import type { PremadeSignatures } from '../dnssec/sign-request.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { readRrsig } from '../dnssec/rrsig.ts';
import { inputError } from '../errors.ts';
import { joinPath } from '../keys/file-store.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { zoneFileText, zoneLabel } from '../keys/key-name.ts';
import { signsKeys } from '../keys/roles.ts';
import {
  bundlesFor,
  rdataSetText,
  rdatasOf,
  readBundles,
  rrsigsOf,
  type KeyBundle,
} from '../rollover/key-bundles.ts';
import { firstGap, versionsOfMadeKeys, type KeyVersion } from '../rollover/key-versions.ts';
import type { Policy } from '../rollover/policy.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import type { KeyId } from '../rollover/validation.ts';
import { keyIdOf } from '../rollover/zone-evidence.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { changedOnItsWay, verifyBundles, zoneOfBundles } from './key-response.ts';
import { checkSeal } from './sealed-text.ts';
import { reserveOf, zoneTimesOf } from './zone-times.ts';

/** The signatures that a KSK made ahead for a zone. */
export type StoredResponse = readonly KeyBundle[];

/** Where the response that was taken in for a zone lies. */
export function responseFile(keyDirectory: string, zone: Uint8Array): string {
  return joinPath(keyDirectory, `${zoneFileText(zone)}response`);
}

/** The response that was taken in for a zone; undefined where there is none. */
export async function readStoredResponse(
  keyDirectory: string,
  zone: Uint8Array,
  { files }: Pick<Environment, 'files'>,
): Promise<StoredResponse | undefined> {
  const file = responseFile(keyDirectory, zone);
  if ((await files.status(file)) === undefined) return undefined;
  return readBundles('SignedKeyResponse', zone, await files.readText(file), file);
}

export interface ImportOptions {
  readonly file: string;
  readonly zone: Uint8Array;
  readonly keyDirectory: string;
  readonly policy: Policy;
  readonly zoneFile?: string | undefined;
}

/**
 * Takes a response in: from now on its signatures go into the zone at their times. Every signature is verified, and the plan must find all that it
 * needs for as long as the response lasts.
 * @throws ZonewrightError `bundle/*`
 */
export async function importResponse(
  { file, zone, keyDirectory, policy, zoneFile }: ImportOptions,
  state: RotationState,
  environment: Environment,
): Promise<void> {
  const { files, crypto, now, warn } = environment;
  const text = await files.readText(file);
  if (!sameName(zoneOfBundles(text, file), zone)) {
    throw inputError('bundle/zone', `this response is not for ${nameToText(zone)}`, { location: { file } });
  }
  const bundles = readBundles('SignedKeyResponse', zone, text, file);
  const ksks = state.keys.filter(({ role, removed }) => signsKeys(role) && removed === undefined);
  const trusted = new Set(ksks.map(({ dnskey }) => dnskey));
  const trustedRdatas = ksks.map(({ dnskey }) => rdataFromText(Type.DNSKEY, dnskey));
  const seal = checkSeal(text, trustedRdatas, crypto);
  if (seal === 'bad') throw changedOnItsWay(file);
  verifyBundles(bundles, file, environment, (rdata) => trusted.has(keyIdOf(rdata)));
  const times = await zoneTimesOf({ zone, policy, zoneFile }, environment);
  const last = Math.max(...bundles.map(({ from }) => from));
  const { versions } = versionsOfMadeKeys(state, policy, now, last, times);
  const gap = firstGap(
    versions,
    (version) =>
      bundles
        .filter((bundle) => isOfVersion(bundle, version, ksks))
        .map(({ from, inception = Infinity, expiration = 0 }) => ({
          from: Math.max(from, inception),
          expiration,
        })),
    reserveOf(times),
  );
  if (gap !== undefined) {
    const tags = gap.version.dnskeys.map((key) => keyTag(rdataFromText(Type.DNSKEY, key))).join(', ');
    throw inputError(
      'bundle/gap',
      `at ${printTime(gap.at)} the plan needs a signature over the DNSKEYs ${tags}, and the response has none that lasts`,
      {
        location: { file },
        hint: `make a new request: zonewright rotate ${zoneLabel(zone)} --key-request FILE`,
      },
    );
  }
  await files.writeAtomic(responseFile(keyDirectory, zone), text);
  if (last < now) warn(`${file} has signatures of the past only`);
}

/** Whether a bundle has the DNSKEYs of a version, signed by all KSKs that sign it, and asks the parent for nothing else. */
function isOfVersion(
  { zone }: KeyBundle,
  { dnskeys, signers, wanted }: KeyVersion,
  ksks: readonly ManagedKey[],
): boolean {
  const rdataSet = (keys: readonly KeyId[]): string =>
    rdataSetText(keys.map((key) => rdataFromText(Type.DNSKEY, key)));
  const asked = rdataSetText(rdatasOf(zone, Type.CDNSKEY));
  const signed = rrsigsOf(zone)
    .map(readRrsig)
    .filter(({ typeCovered }) => typeCovered === Type.DNSKEY);
  return (
    rdataSetText(rdatasOf(zone, Type.DNSKEY)) === rdataSet(dnskeys) &&
    (asked === '' || asked === rdataSet(wanted)) &&
    ksks
      .filter(({ dnskey }) => signers.includes(dnskey))
      .every((key) =>
        signed.some((rrsig) => rrsig.keyTag === key.keyTag && rrsig.algorithm === key.algorithm),
      )
  );
}

/** Records that a bundle brings to the apex. */
export interface BundleForZone {
  readonly bundle: KeyBundle;
  /** When the last signature ends that there is for the same DNSKEYs, in epoch seconds. */
  readonly lastExpiration: number;
  /** The signatures of a key, as signing takes them. */
  readonly signaturesOf: (dnskeyRdata: Uint8Array) => PremadeSignatures;
}

/**
 * What of a response goes into a zone with these DNSKEYs now; undefined where nobody signed them ahead.
 * @param wanted the DNSKEYs that CDNSKEY should ask the parent for; a bundle that asks for them is preferred
 */
export function bundleForZone(
  response: StoredResponse,
  dnskeys: readonly Uint8Array[],
  wanted: readonly Uint8Array[],
  now: number,
): BundleForZone | undefined {
  const bundles = bundlesFor(response, dnskeys, now);
  const asked = rdataSetText(wanted);
  const bundle =
    bundles.find(({ zone }) => rdataSetText(rdatasOf(zone, Type.CDNSKEY)) === asked) ?? bundles[0];
  if (bundle === undefined) return undefined;
  const rrsigs = rrsigsOf(bundle.zone);
  const text = rdataSetText(dnskeys);
  const ends = response
    .filter(({ zone }) => rdataSetText(rdatasOf(zone, Type.DNSKEY)) === text)
    .map(({ expiration = 0 }) => expiration);
  return {
    bundle,
    lastExpiration: Math.max(...ends),
    signaturesOf(dnskeyRdata) {
      const { algorithm } = readDnskey(dnskeyRdata);
      const own = rrsigs
        .map((rdata) => ({ rdata, ...readRrsig(rdata) }))
        .filter((rrsig) => rrsig.keyTag === keyTag(dnskeyRdata) && rrsig.algorithm === algorithm);
      return {
        kind: 'premade',
        rrsigs: new Map(own.map(({ typeCovered, rdata }) => [typeCovered, rdata])),
      };
    },
  };
}

/** Whether a response has signatures of this key. */
export function hasSignaturesOf(response: StoredResponse, dnskeyRdata: Uint8Array): boolean {
  const wanted = toHex(dnskeyRdata);
  return response.some(({ zone }) => rdatasOf(zone, Type.DNSKEY).some((rdata) => toHex(rdata) === wanted));
}

/** Base names of the KSKs that are in a safe, where they belong: the stored response has signatures of theirs. */
export async function kskBasesElsewhere(
  zone: Uint8Array,
  keyDirectory: string,
  { files }: Pick<Environment, 'files'>,
): Promise<ReadonlySet<string>> {
  const response = await readStoredResponse(keyDirectory, zone, { files });
  if (response === undefined) return new Set();
  const found = await new KeyDirectory(keyDirectory, files).listKeys(zone);
  return new Set(
    found
      .filter(
        ({ role, hasPrivate, dnskeyRdata }) =>
          role === 'ksk' && !hasPrivate && hasSignaturesOf(response, dnskeyRdata),
      )
      .map(({ base }) => base),
  );
}

import { toHex } from '../dns/encoding.ts';
import { nameToText, sameName } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import type { PremadeSignatures } from '../dnssec/sign-zone.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { readRrsig } from '../dnssec/rrsig.ts';
import { inputError } from '../errors.ts';
import { joinPath } from '../keys/file-store.ts';
import { zoneFileText, zoneLabel } from '../keys/key-name.ts';
import { signsKeys } from '../keys/roles.ts';
import {
  bundleFor,
  keySetText,
  rdatasOf,
  readBundles,
  rrsigsOf,
  type KeyBundle,
} from '../rollover/key-bundles.ts';
import { firstGap, plannedVersions } from '../rollover/key-versions.ts';
import type { Policy } from '../rollover/policy.ts';
import type { RotationState } from '../rollover/state.ts';
import { keyIdOf } from '../rollover/zone-evidence.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { changedOnItsWay, verifyBundles, zoneOfBundles } from './key-response.ts';
import { checkSeal } from './sealed-text.ts';
import { reserveOf, zoneTimesOf } from './zone-times.ts';

/** The signatures that a KSK made ahead for a zone. */
export type StoredResponse = readonly KeyBundle[];

function pathOf(keyDirectory: string, zone: Uint8Array): string {
  return joinPath(keyDirectory, `${zoneFileText(zone)}response`);
}

/** The response that was taken in for a zone; undefined where there is none. */
export async function readStoredResponse(
  keyDirectory: string,
  zone: Uint8Array,
  { files }: Pick<Environment, 'files'>,
): Promise<StoredResponse | undefined> {
  const file = pathOf(keyDirectory, zone);
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
  const { versions } = plannedVersions(state, policy, now, last, times);
  const gap = firstGap(
    versions,
    ({ dnskeys }) => {
      const wanted = keySetText(dnskeys.map((key) => rdataFromText(Type.DNSKEY, key)));
      return bundles.flatMap(({ from, inception = Infinity, expiration = 0, zone: apex }) =>
        keySetText(rdatasOf(apex, Type.DNSKEY)) === wanted
          ? [{ from: Math.max(from, inception), expiration }]
          : [],
      );
    },
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
  await files.writeAtomic(pathOf(keyDirectory, zone), text);
  if (last < now) warn(`${file} has signatures of the past only`);
}

/** Records that a bundle brings to the apex. */
export interface BundleForZone {
  readonly bundle: KeyBundle;
  /** The signatures of a key, as signing takes them. */
  readonly signaturesOf: (dnskeyRdata: Uint8Array) => PremadeSignatures;
}

/**
 * What of a response goes into a zone with these DNSKEYs now.
 * @throws ZonewrightError `sign/no-response` where nobody signed them ahead
 */
export function bundleForZone(
  response: StoredResponse,
  dnskeys: readonly Uint8Array[],
  zone: Uint8Array,
  now: number,
): BundleForZone {
  const bundle = bundleFor(response, dnskeys, now);
  if (bundle === undefined) {
    const tags = dnskeys.map((rdata) => keyTag(rdata)).join(', ');
    throw inputError(
      'sign/no-response',
      `the response has no signature over the DNSKEYs ${tags} for ${printTime(now)}`,
      {
        hint: `have them signed: zonewright rotate ${zoneLabel(zone)} --key-request FILE`,
      },
    );
  }
  const rrsigs = rrsigsOf(bundle.zone);
  return {
    bundle,
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

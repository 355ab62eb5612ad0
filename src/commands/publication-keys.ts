import { readDnskey } from '../dnssec/dnskey.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { isForeign, useOfKey, type Key } from '../keys/key.ts';
import type { ManagedKey } from '../rollover/state.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { openPrivateKey } from './key-files.ts';
import { openedOrLost } from './lost-keys.ts';
import type { SelectedKeys } from './signing-keys.ts';
import {
  bundleForZone,
  hasSignaturesOf,
  type BundleForZone,
  type StoredResponse,
} from './stored-response.ts';

/** The keys of a publication by the rotation state, and what was signed for it elsewhere. */
export interface PublicationKeys extends Omit<SelectedKeys, 'apexRecords'> {
  /** What each key of the state does in it. */
  readonly managed: readonly ManagedKey[];
  /** The DNSKEYs of the zone: ours, and those of other signers. */
  readonly publishedKeys: readonly Key[];
  /** The signatures by keys that are elsewhere, with the records that they cover. */
  readonly ahead: BundleForZone | undefined;
}

/** Says what keys do in a publication, being told for what uses of theirs signatures can be had. */
export type KeyChoice = (canSign: (keys: readonly ManagedKey[]) => boolean) => readonly ManagedKey[];

/**
 * Finds the keys of a publication, and opens those that sign.
 * @param response signatures by keys that are elsewhere; without one for these DNSKEYs such a key counts as lost
 * @param wanted the DNSKEYs whose DS should be at the parent
 * @throws ZonewrightError `key/*`
 */
export async function keysOfPublication(
  choose: KeyChoice,
  zone: Uint8Array,
  keyDirectory: string,
  environment: Environment,
  response: StoredResponse | undefined,
  wanted: readonly Uint8Array[],
): Promise<PublicationKeys> {
  const { now } = environment;
  const directory = new KeyDirectory(keyDirectory, environment.files);
  const files = await directory.listKeys(zone);
  const keyOf = (managed: ManagedKey): Key =>
    files.find(({ base }) => base === managed.base) ?? keyWithoutFiles(managed, zone);
  const foreign = files.filter((key) => isForeign(key) && useOfKey(key, now).published);
  const publishedOf = (keys: readonly ManagedKey[]): Key[] => {
    const ours = keys.filter(({ use }) => use.published).map(keyOf);
    return [...ours, ...foreign.filter(({ base }) => keys.every((key) => key.base !== base))];
  };
  const isElsewhere = (managed: ManagedKey): boolean =>
    response !== undefined &&
    !managed.use.signsZone &&
    !keyOf(managed).hasPrivate &&
    hasSignaturesOf(response, keyOf(managed).dnskeyRdata);
  const needsAhead = (keys: readonly ManagedKey[]): boolean =>
    keys.some((key) => key.use.signsKeys && isElsewhere(key));
  const aheadOf = (keys: readonly ManagedKey[]): BundleForZone | undefined => {
    const dnskeys = publishedOf(keys).map(({ dnskeyRdata }) => dnskeyRdata);
    return response === undefined || !needsAhead(keys)
      ? undefined
      : bundleForZone(response, dnskeys, wanted, now);
  };
  const keys = choose((candidate) => !needsAhead(candidate) || aheadOf(candidate) !== undefined);
  const signing = keys.filter(({ use }) => use.signsKeys || use.signsZone);
  const published = publishedOf(keys);
  const ahead = aheadOf(keys);
  return {
    managed: keys,
    own: [...files, ...keys.filter(({ base }) => !files.some((key) => key.base === base)).map(keyOf)],
    published: published.map((key) => ({ key, dnskeyRdata: key.dnskeyRdata })),
    publishedKeys: published,
    signing: await Promise.all(
      signing.map(async (managed) => ({
        dnskeyRdata: keyOf(managed).dnskeyRdata,
        privateKey:
          ahead !== undefined && isElsewhere(managed)
            ? ahead.signaturesOf(keyOf(managed).dnskeyRdata)
            : await openedOrLost(openPrivateKey(directory, keyOf(managed), environment)),
        signsKeys: managed.use.signsKeys,
        signsZone: managed.use.signsZone,
      })),
    ),
    signingKeys: signing.map(keyOf),
    ahead,
  };
}

/** A key whose files are gone still has its DNSKEY in the state. */
function keyWithoutFiles(
  { base, algorithm, keyTag, role, dnskey, created }: ManagedKey,
  zone: Uint8Array,
): Key {
  const dnskeyRdata = rdataFromText(Type.DNSKEY, dnskey);
  const { flags } = readDnskey(dnskeyRdata);
  return {
    base,
    zone,
    algorithm,
    keyTag,
    flags,
    role,
    ttl: undefined,
    dnskeyRdata,
    timing: { created },
    state: undefined,
    hasPrivate: false,
  };
}

import { nameToText, sameName } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { isValidZoneKey, REVOKE_FLAG, readDnskey, writeDnskey } from '../dnssec/dnskey.ts';
import { makeDs } from '../dnssec/ds.ts';
import type { SigningKey } from '../dnssec/sign-request.ts';
import { inputError, usageError, type ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { useOfKey, type Key } from '../keys/key.ts';
import { signsKeys, signsZone } from '../keys/roles.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { locateKey, openPrivateKey } from './key-files.ts';
import { hasKeysHere, USE_KEYS_HERE } from './keys-here.ts';

const SHA256_DIGEST = 2;

/** What decides about the keys of a publication. */
export interface KeySelection {
  readonly keyDirectory: string;
  /** Base names or files of the keys that sign, whatever their times say; without it, the directory's keys by their times. */
  readonly keys?: readonly string[] | undefined;
  /** Whether a key with the SEP flag and no note of its role is a KSK or signs everything. */
  readonly keyLayout: 'split' | 'csk';
  /** Whether CDS and CDNSKEY are published for keys whose times say so. */
  readonly cds: boolean;
  /** TTL in seconds of the DNSKEY RRset, where no key has one. */
  readonly dnskeyTtl: number;
}

export interface SelectedKeys {
  /** All keys of the zone that we know of. */
  readonly own: readonly Key[];
  /** Those whose DNSKEY is in the zone, with the flags that it has there. */
  readonly published: readonly { readonly key: Key; readonly dnskeyRdata: Uint8Array }[];
  readonly signing: readonly SigningKey[];
  readonly signingKeys: readonly Key[];
  /** What these keys put at the apex: DNSKEY, CDS and CDNSKEY. */
  readonly apexRecords: readonly ApexRecord[];
}

/** The keys of a publication by the times in their files. */
export async function selectKeys(
  options: KeySelection,
  origin: Uint8Array,
  environment: Environment,
): Promise<SelectedKeys> {
  const { now } = environment;
  const directory = new KeyDirectory(options.keyDirectory, environment.files);
  const listed = await directory.listKeys(origin);
  const sources = options.keys && (await findKeys(options.keys, options.keyDirectory, origin, environment));
  const chosen = sources && [...sources.keys()];
  const own = [...listed, ...(chosen ?? []).filter(({ base }) => !listed.some((key) => key.base === base))];
  const published = chosen ?? own.filter((key) => useOfKey(key, now).published);
  const active = chosen ?? own.filter((key) => useOfKey(key, now).active);
  if (active.length === 0) throw await noActiveKey(own, options, origin, environment);
  const duties = active.map((key) => ({ key, ...dutiesOf(key, active, options, now) }));
  checkPublished(duties, published);
  const inZone = published.map((key) => ({ key, dnskeyRdata: dnskeyInZone(key, now) }));
  return {
    own,
    published: inZone,
    signing: await Promise.all(
      duties.map(async ({ key, ...duty }) => ({
        dnskeyRdata: dnskeyInZone(key, now),
        privateKey: await openPrivateKey(sources?.get(key) ?? directory, key, environment),
        ...duty,
      })),
    ),
    signingKeys: active,
    apexRecords: apexRecords(options, inZone, environment),
  };
}

/** What a key signs: a revoked one the DNSKEYs alone, in proof of its revocation (RFC 5011 section 2.1). */
function dutiesOf(
  key: Key,
  active: readonly Key[],
  { keyLayout }: KeySelection,
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
 * A key may sign before it is published, but not alone: nobody could verify what it signs, while its algorithm is in the DNSKEY RRset.
 * @throws ZonewrightError `sign/not-published`
 */
function checkPublished(
  duties: readonly (Pick<SigningKey, 'signsKeys' | 'signsZone'> & { readonly key: Key })[],
  published: readonly Key[],
): void {
  for (const duty of ['signsKeys', 'signsZone'] as const) {
    const hidden = duties.find(({ key, [duty]: does }) => {
      const hasAlgorithm = ({ algorithm }: Key): boolean => algorithm === key.algorithm;
      const isCovered = duties.some(
        (other) => other[duty] && hasAlgorithm(other.key) && published.includes(other.key),
      );
      return does && !isCovered && published.some(hasAlgorithm);
    })?.key;
    if (hidden === undefined) continue;
    const { base, timing } = hidden;
    const since = timing.publish === undefined ? '' : ` before ${printTime(timing.publish)}`;
    throw inputError(
      'sign/not-published',
      `${base} would sign ${duty === 'signsKeys' ? 'the DNSKEY RRset' : 'the zone data'} alone, but is not published${since}: nobody could verify that`,
      { hint: `publish it: zonewright keygen --settime ${base} --publish now` },
    );
  }
}

/**
 * Every algorithm of the DNSKEY RRset must sign the whole zone (RFC 4035 section 2.2).
 * @throws ZonewrightError `sign/algorithm-incomplete` for a key of ours; others' keys are their business
 */
export function checkAlgorithms(
  zone: Zone,
  { published, signing }: SelectedKeys,
  { warn }: Environment,
): void {
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

/** The keys that were named, each once, with where they are. */
async function findKeys(
  names: readonly string[],
  keyDirectory: string,
  origin: Uint8Array,
  environment: Environment,
): Promise<Map<Key, KeyDirectory>> {
  const found = await Promise.all(
    names.map(async (keyFile) => {
      const { directory, base } = await locateKey({ keyFile, keyDirectory }, environment);
      const key = await directory.findKey(base);
      if (sameName(key.zone, origin)) return [key, directory] as const;
      throw usageError(
        'usage/key-of-other-zone',
        `${key.base} is a key of ${nameToText(key.zone)}, not of ${nameToText(origin)}`,
      );
    }),
  );
  return new Map(new Map(found.map((each) => [each[0].base, each])).values());
}

async function noActiveKey(
  own: readonly Key[],
  { keyDirectory }: KeySelection,
  origin: Uint8Array,
  { now, files }: Environment,
): Promise<ZonewrightError> {
  const zone = nameToText(origin);
  if (own.length === 0) {
    return inputError('sign/no-key', `there is no key of ${zone} in ${keyDirectory}`, {
      hint: (await hasKeysHere(origin, files))
        ? USE_KEYS_HERE
        : `if the zone has keys, say with --key-directory where; the first ones are made by: zonewright keygen ${zone} --key-directory ${keyDirectory}`,
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

export interface ApexRecord {
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** DNSKEY records, and CDS and CDNSKEY for keys whose times ask for them. */
function apexRecords(
  options: KeySelection,
  published: SelectedKeys['published'],
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

import type { PrivateKeyMaterial } from '../dnssec/crypto.ts';
import { sameOctets } from '../dns/octets.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { readRrsig } from '../dnssec/rrsig.ts';
import type { LostPrivateKey, SigningKey } from '../dnssec/sign-request.ts';
import { ZonewrightError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { PreviousOutput } from './previous-output.ts';
import type { ApexRecord, SelectedKeys } from './signing-keys.ts';

/** What says that a private half is not to be had, and not that something is wrong with it. */
const LOST_CODES = new Set(['key/no-private', 'key/token-gone', 'key/token-no-key', 'key/token-failed']);

/** The private half of a key; where it is gone, or its HSM does not answer, only that. */
export async function openedOrLost(
  opening: Promise<PrivateKeyMaterial>,
): Promise<PrivateKeyMaterial | LostPrivateKey> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof ZonewrightError && LOST_CODES.has(error.code)) return { kind: 'lost' };
    throw error;
  }
}

/**
 * The records for the apex, as far as they can be signed: without the private half of a KSK its DNSKEY RRset stays as it is, and so do CDS
 * and CDNSKEY or they are left out; without that of a ZSK no type comes or goes, since the denial chain could not say so: what stays as
 * it is keeps the signatures that it has.
 */
export function withWhatCanBeSigned(
  keys: SelectedKeys,
  previous: PreviousOutput | undefined,
  now: number,
): SelectedKeys {
  const lost = keys.signing.filter(({ privateKey }) => privateKey.kind === 'lost');
  if (lost.length === 0 || previous === undefined) return keys;
  const { zone } = previous;
  const isKeyLost = lost.some(({ signsKeys }) => signsKeys);
  const isZoneLost = lost.some(({ signsZone }) => signsZone);
  const recordsOf = (type: number): ApexRecord[] => {
    const rrset = zone.apexRrset(type);
    return zone.rdatasOf(rrset).map((rdata) => ({ type, ttl: zone.rrsetTtls[rrset]!, rdata }));
  };
  const kept = (type: number): ApexRecord[] => {
    const wanted = keys.apexRecords.filter((record) => record.type === type);
    const old = recordsOf(type);
    if (type === Type.DNSKEY) {
      const [ttl] = old.map((record) => record.ttl);
      return isKeyLost && ttl !== undefined ? wanted.map((record) => ({ ...record, ttl })) : wanted;
    }
    if (isKeyLost) return isZoneLost || isSame(wanted, old) ? old : [];
    return wanted.length > 0 === old.length > 0 ? wanted : old;
  };
  const isKept = isKeyLost || !keys.apexRecords.some(({ type }) => type === Type.CDS);
  return {
    ...keys,
    signing: isKept ? withRequestsAsTheyAre(keys, zone, now) : keys.signing,
    apexRecords: [Type.DNSKEY, Type.CDS, Type.CDNSKEY].flatMap(kept),
  };
}

/** CDS and CDNSKEY keep the signatures that they have, also those of keys that sign nothing else any more, until they expire. */
function withRequestsAsTheyAre({ signing, own }: SelectedKeys, zone: Zone, now: number): SigningKey[] {
  const rrsigs = zone
    .rdatasOf(zone.apexRrset(Type.RRSIG))
    .map(readRrsig)
    .filter(({ typeCovered, expiration }) => typeCovered === Type.CDS && expiration > now);
  const signers = own
    .map(({ dnskeyRdata }) => dnskeyRdata)
    .filter((rdata) =>
      rrsigs.some(
        ({ algorithm, keyTag: tag }) => algorithm === readDnskey(rdata).algorithm && tag === keyTag(rdata),
      ),
    );
  if (signers.length === 0) return [...signing];
  const isSigner = (rdata: Uint8Array): boolean => signers.some((signer) => sameOctets(signer, rdata));
  const others = signers.filter(
    (rdata) => !signing.some(({ dnskeyRdata }) => sameOctets(dnskeyRdata, rdata)),
  );
  return [
    ...signing.map((key) => ({ ...key, signsRequests: isSigner(key.dnskeyRdata) })),
    ...others.map((dnskeyRdata) => ({
      dnskeyRdata,
      privateKey: { kind: 'lost' } as const,
      signsKeys: false,
      signsRequests: true,
      signsZone: false,
    })),
  ];
}

function isSame(a: readonly ApexRecord[], b: readonly ApexRecord[]): boolean {
  const text = (records: readonly ApexRecord[]): string =>
    records
      .map(({ ttl, rdata }) => `${ttl} ${rdata.join()}`)
      .sort()
      .join('|');
  return text(a) === text(b);
}

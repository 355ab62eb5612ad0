import type { PrivateKeyMaterial } from '../dnssec/crypto.ts';
import type { LostPrivateKey } from '../dnssec/sign-request.ts';
import { ZonewrightError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import type { PreviousOutput } from './previous-output.ts';
import type { ApexRecord, SelectedKeys } from './signing-keys.ts';

/** What says that a private half is not to be had, and not that something is wrong with it. */
const LOST_CODES = new Set(['key/no-private', 'key/token-gone', 'key/token-no-key', 'key/token-failed']);

/** Whether an RRset is in the way that a lost key would have to sign. */
export function isLostKey(error: unknown): error is ZonewrightError {
  return error instanceof ZonewrightError && error.code === 'sign/lost-key';
}

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
 * and CDNSKEY or they are left out; without that of a ZSK no type comes or goes, since the denial chain could not say so.
 */
export function withWhatCanBeSigned(keys: SelectedKeys, previous: PreviousOutput | undefined): SelectedKeys {
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
  return { ...keys, apexRecords: [Type.DNSKEY, Type.CDS, Type.CDNSKEY].flatMap(kept) };
}

function isSame(a: readonly ApexRecord[], b: readonly ApexRecord[]): boolean {
  const text = (records: readonly ApexRecord[]): string =>
    records
      .map(({ ttl, rdata }) => `${ttl} ${rdata.join()}`)
      .sort()
      .join('|');
  return text(a) === text(b);
}

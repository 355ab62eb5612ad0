import { readDs } from '../dnssec/ds.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { sameOctets } from '../dns/octets.ts';
import { ZonewrightError } from '../errors.ts';
import type { Key } from '../keys/key.ts';
import { Type } from '../rr/registry.ts';
import type { RecordStore } from '../zone/record-store.ts';

/** Whether an RRset is in the way that a lost key would have to sign. */
export function isLostKey(error: unknown): error is ZonewrightError {
  return error instanceof ZonewrightError && error.code === 'sign/lost-key';
}

/**
 * The CDS and CDNSKEY records of a signed zone that stand for our own keys, or ask for no DS at all: what is to be there next comes from the state.
 * @returns their indices in the store
 */
export function ownChildRecords(store: RecordStore, own: readonly Pick<Key, 'dnskeyRdata'>[]): number[] {
  const isOwn = (record: number): boolean => {
    const rdata = store.rdataOf(record);
    if (store.types[record] === Type.CDNSKEY) {
      return readDnskey(rdata).algorithm === 0 || own.some((key) => sameOctets(key.dnskeyRdata, rdata));
    }
    if (store.types[record] !== Type.CDS) return false;
    const ds = readDs(rdata);
    return ds.algorithm === 0 || own.some((key) => isOfKey(ds, key));
  };
  return Array.from({ length: store.count }, (_, record) => record).filter(isOwn);
}

function isOfKey(
  ds: { readonly keyTag: number; readonly algorithm: number },
  { dnskeyRdata }: Pick<Key, 'dnskeyRdata'>,
): boolean {
  return ds.keyTag === keyTag(dnskeyRdata) && ds.algorithm === readDnskey(dnskeyRdata).algorithm;
}

import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import { RrsigOffset, u32At } from './rrsig.ts';

export interface SignatureCount {
  readonly rrsets: number;
  readonly records: number;
  /** In epoch seconds. */
  readonly firstExpiration: number;
}

/** The signatures that a zone has. */
export function countSignatures(zone: Zone): SignatureCount {
  let rrsets = 0;
  let records = 0;
  let firstExpiration = Infinity;
  for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
    if (zone.rrsetTypes[rrset] !== Type.RRSIG) continue;
    rrsets++;
    for (let i = zone.rrsetRecords[rrset]!, end = zone.rrsetRecords[rrset + 1]!; i < end; i++) {
      records++;
      const at = zone.store.rdataOffsets[zone.records[i]!]!;
      firstExpiration = Math.min(firstExpiration, u32At(zone.store.rdata.bytes, at + RrsigOffset.Expiration));
    }
  }
  return { rrsets, records, firstExpiration };
}

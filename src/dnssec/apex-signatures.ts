import { ByteBuffer } from '../dns/byte-buffer.ts';
import { sameName } from '../dns/name.ts';
import type { Zone } from '../zone/zone.ts';
import type { Signer, Verifier } from './crypto.ts';
import { readRrsig, rrsigLabels, SignedData, writeRrsigHeader } from './rrsig.ts';
import { recordColumns } from './signing-jobs.ts';

/** What an RRSIG over an RRset of the apex is to say. Times are epoch seconds. */
export interface ApexSignature {
  readonly algorithm: number;
  readonly keyTag: number;
  readonly inception: number;
  readonly expiration: number;
}

/** Makes the RDATA of an RRSIG over an RRset of a zone's apex, by its number in the zone. */
export function signApexRrset(zone: Zone, rrset: number, fields: ApexSignature, signer: Signer): Uint8Array {
  const out = new ByteBuffer(512);
  writeRrsigHeader(
    {
      ...fields,
      typeCovered: zone.rrsetTypes[rrset]!,
      labels: rrsigLabels(zone.origin),
      originalTtl: zone.rrsetTtls[rrset]!,
      signerName: zone.origin,
    },
    out,
  );
  const header = out.bytes.slice(0, out.length);
  return Uint8Array.from([...header, ...signer.sign(signedOctets(zone, rrset, header))]);
}

/** Whether the RDATA of an RRSIG is a good signature over an RRset of a zone's apex, its times aside. */
export function isApexSignature(zone: Zone, rrset: number, rrsig: Uint8Array, verifier: Verifier): boolean {
  const { typeCovered, labels, originalTtl, signerName, signature } = readRrsig(rrsig);
  return (
    typeCovered === zone.rrsetTypes[rrset] &&
    originalTtl === zone.rrsetTtls[rrset] &&
    labels === rrsigLabels(zone.origin) &&
    sameName(signerName, zone.origin) &&
    verifier.verify(signedOctets(zone, rrset, rrsig.subarray(0, rrsig.length - signature.length)), signature)
  );
}

function signedOctets(zone: Zone, rrset: number, header: Uint8Array): Uint8Array {
  const { store } = zone;
  const start = zone.rrsetRecords[rrset]!;
  return new SignedData().compose(
    recordColumns(store),
    {
      ownerOffset: store.names.offsets[store.owners[zone.records[start]!]!]!,
      type: zone.rrsetTypes[rrset]!,
      zoneClass: zone.zoneClass,
      records: zone.records,
      start,
      end: zone.rrsetRecords[rrset + 1]!,
    },
    header,
    0,
    header.length,
  );
}

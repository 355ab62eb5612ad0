import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { canonicalName, nameToText, ROOT } from '../../src/dns/name.ts';
import { RRSIG_FIXED_LENGTH } from '../../src/dnssec/rrsig.ts';
import { lowerCaseRdata, rdataFromText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';

export interface WireRecord {
  readonly owner: Uint8Array;
  readonly type: number;
  readonly rdata: Uint8Array;
}

/** An RRset and one RRSIG over it. */
export interface Signature {
  /** The owner and the type covered, for messages. */
  readonly rrset: string;
  readonly keyTag: number;
  readonly algorithm: number;
  /** What the signature is over; undefined where the RRset is missing. */
  readonly data: Uint8Array | undefined;
  readonly signature: Uint8Array;
}

/** Records of a master file without `$ORIGIN`. */
export function recordsOf(lines: readonly string[]): WireRecord[] {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  const { store } = parseZone({ file: 'test', bytes }, { origin: ROOT, defaultTtl: 3600 });
  return Array.from({ length: store.count }, (_, record) => ({
    owner: canonicalName(store.names.wire.bytes, store.names.offsets[store.owners[record]!]),
    type: store.types[record]!,
    rdata: store.rdataOf(record).slice(),
  }));
}

/**
 * The RRSIGs among the records with what they are over (RFC 4034 section 3.1.8.1), wildcards aside: written once more, plainly, from
 * the RFC, for tests of signatures alone.
 */
export function signaturesOf(records: readonly WireRecord[]): Signature[] {
  return records
    .filter(({ type }) => type === Type.RRSIG)
    .map(({ owner, rdata: rrsig }) => {
      const covered = (rrsig[0]! << 8) | rrsig[1]!;
      const signer = canonicalName(rrsig, RRSIG_FIXED_LENGTH);
      const rdatas = records
        .filter((record) => record.type === covered && Buffer.compare(record.owner, owner) === 0)
        .map(({ rdata }) => {
          const canonical = rdata.slice();
          lowerCaseRdata(covered, canonical, 0, canonical.length);
          return canonical;
        })
        .sort((a, b) => Buffer.compare(a, b));
      const out = new ByteBuffer();
      out.append(rrsig, 0, RRSIG_FIXED_LENGTH);
      out.append(signer);
      for (const rdata of rdatas) {
        out.append(owner);
        out.u16(covered);
        out.u16(1);
        out.append(rrsig, 4, 8);
        out.u16(rdata.length);
        out.append(rdata);
      }
      return {
        rrset: `${nameToText(owner)} type ${covered}`,
        keyTag: (rrsig[16]! << 8) | rrsig[17]!,
        algorithm: rrsig[2]!,
        data: rdatas.length === 0 ? undefined : out.copy(),
        signature: rrsig.slice(RRSIG_FIXED_LENGTH + signer.length),
      };
    });
}

/** The RDATA of a DNSKEY or DS in presentation form. */
export function rdataOf(type: 'DNSKEY' | 'DS', text: string): Uint8Array {
  return rdataFromText(Type[type], text);
}

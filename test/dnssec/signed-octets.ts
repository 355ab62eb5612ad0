import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { canonicalName, nameFromText } from '../../src/dns/name.ts';
import { RRSIG_FIXED_LENGTH } from '../../src/dnssec/rrsig.ts';
import { lowerCaseRdata, rdataFromText } from '../../src/rr/rdata.ts';
import { findType, Type } from '../../src/rr/registry.ts';

/** An RRset and one RRSIG over it, taken from text. */
export interface SignedText {
  readonly owner: Uint8Array;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly signerName: string;
  /** What the signature is over. */
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

interface TextRecord {
  readonly owner: string;
  readonly type: string;
  readonly rdata: string;
}

/** Takes `owner TTL class type rdata` apart. */
export function splitRecord(text: string): TextRecord {
  const [, owner, type, rdata] = /^(\S+)\s+\d+\s+IN\s+(\S+)\s+(.*)$/is.exec(text)!;
  return { owner: owner!, type: type!, rdata: rdata! };
}

/** Composes what an RRSIG is over (RFC 4034 section 3.1.8.1): written once more, plainly, from the RFC, for tests of signatures alone. */
export function signedText(rrset: readonly string[], rrsigText: string): SignedText {
  const records = rrset.map(splitRecord);
  const rrsig = rdataFromText(Type.RRSIG, rrsigText);
  const signer = canonicalName(rrsig, RRSIG_FIXED_LENGTH);
  const headerLength = RRSIG_FIXED_LENGTH + signer.length;
  const type = typeCode(records[0]!.type);

  const rdatas = records.map(({ rdata }) => {
    const wire = rdataFromText(type, rdata);
    lowerCaseRdata(type, wire, 0, wire.length);
    return wire;
  });
  rdatas.sort((a, b) => Buffer.compare(a, b));

  const owner = canonicalName(nameFromText(records[0]!.owner));
  const out = new ByteBuffer();
  out.append(rrsig, 0, RRSIG_FIXED_LENGTH);
  out.append(signer);
  for (const rdata of rdatas) {
    out.append(owner);
    out.u16(type);
    out.u16(1);
    out.append(rrsig, 4, 8);
    out.u16(rdata.length);
    out.append(rdata);
  }
  return {
    owner,
    keyTag: (rrsig[16]! << 8) | rrsig[17]!,
    algorithm: rrsig[2]!,
    signerName: rrsigText.split(/\s+/)[7]!,
    data: out.copy(),
    signature: rrsig.slice(headerLength),
  };
}

/** The RDATA of a DNSKEY or DS in presentation form. */
export function rdataOf(type: 'DNSKEY' | 'DS', text: string): Uint8Array {
  return rdataFromText(Type[type], text);
}

function typeCode(mnemonic: string): number {
  const bytes = new TextEncoder().encode(mnemonic);
  return findType(bytes, 0, bytes.length);
}

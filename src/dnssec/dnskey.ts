import { inputError } from '../errors.ts';

/** Bits of the Flags field (RFC 4034 section 2.1.1, RFC 5011 section 7). */
export const ZONE_FLAG = 0x0100;
export const REVOKE_FLAG = 0x0080;
export const SEP_FLAG = 0x0001;

/** The only value of the Protocol field (RFC 4034 section 2.1.2). */
export const DNSSEC_PROTOCOL = 3;

/** The fields of a DNSKEY (RFC 4034 section 2.1): Flags (2 octets), Protocol (1), Algorithm (1), Public Key (the rest). */
export interface Dnskey {
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
}

/** Reads DNSKEY (or CDNSKEY, or KEY) RDATA; the public key is a view of it. */
export function readDnskey(rdata: Uint8Array): Dnskey {
  if (rdata.length < 4)
    throw inputError('wire/short', `DNSKEY RDATA has ${rdata.length} octets, fewer than 4`);
  return {
    flags: (rdata[0]! << 8) | rdata[1]!,
    protocol: rdata[2]!,
    algorithm: rdata[3]!,
    publicKey: rdata.subarray(4),
  };
}

/** Writes DNSKEY RDATA. */
export function writeDnskey({ flags, protocol, algorithm, publicKey }: Dnskey): Uint8Array {
  const rdata = new Uint8Array(4 + publicKey.length);
  rdata[0] = flags >>> 8;
  rdata[1] = flags;
  rdata[2] = protocol;
  rdata[3] = algorithm;
  rdata.set(publicKey, 4);
  return rdata;
}

/** Whether the key may sign zone data: ZONE flag set, protocol 3, not revoked (RFC 4034 section 2.1, RFC 5011 section 2.1). */
export function isValidZoneKey({ flags, protocol }: Pick<Dnskey, 'flags' | 'protocol'>): boolean {
  return (flags & ZONE_FLAG) !== 0 && (flags & REVOKE_FLAG) === 0 && protocol === DNSSEC_PROTOCOL;
}

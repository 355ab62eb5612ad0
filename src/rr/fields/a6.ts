import { ByteBuffer } from '../../dns/byte-buffer.ts';
import { Cursor } from '../../dns/cursor.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { parseIpv6, printIpv6 } from './address.ts';
import { printNextName } from './name.ts';

const SPACE = 32;

/** Prefix length and address suffix of A6 (RFC 2874 section 3.1): as many octets of the address as the prefix leaves. */
export function addressSuffix(name: string): Field {
  const suffixLength = (prefix: number): number => {
    if (prefix > 128) throw inputError('rdata/a6', 'the prefix length of A6 is 128 at the most');
    return 16 - (prefix >>> 3);
  };
  const octetsOf = (prefix: number): number => (prefix === 128 ? 0 : suffixLength(prefix));
  return {
    name,
    parse(tokens, out) {
      const prefix = tokens.integer('Prefix len', 128);
      out.u8(prefix);
      if (prefix === 128) return;
      tokens.need(name);
      const address = new ByteBuffer(16);
      parseIpv6(tokens.bytes, tokens.start, tokens.end, address);
      const first = prefix >>> 3;
      // Bits that the prefix covers are zero.
      address.bytes[first]! &= 0xff >>> (prefix & 7);
      out.append(address.bytes, first, 16);
    },
    print(rdata, out) {
      const prefix = rdata.u8();
      out.decimal(prefix);
      const octets = octetsOf(prefix);
      if (octets === 0) return;
      const address = new Uint8Array(16);
      address.set(rdata.take(octets), 16 - octets);
      out.u8(SPACE);
      printIpv6(new Cursor(address), out);
    },
    skip(rdata) {
      const prefix = rdata.u8();
      const start = rdata.position;
      const octets = octetsOf(prefix);
      rdata.skip(octets);
      if (octets > 0 && (rdata.bytes[start]! & ~(0xff >>> (prefix & 7)) & 0xff) !== 0) {
        throw inputError('rdata/a6', 'bits of an A6 address suffix that the prefix covers are not zero');
      }
    },
  };
}

/** The prefix name of A6, which is there unless the prefix length is zero. */
export function prefixName(name: string): Field {
  return {
    name,
    isName: true,
    parse(tokens, out) {
      if (!tokens.next()) return;
      tokens.unread();
      tokens.name(name, out);
    },
    print(rdata, out) {
      if (rdata.remaining > 0) printNextName(rdata, out);
    },
    skip(rdata) {
      if (rdata.remaining > 0) rdata.name();
    },
  };
}

/** Refuses a prefix name where the prefix length is zero, and its absence where it is not. */
export function checkA6(rdata: Cursor): void {
  const prefix = rdata.u8();
  rdata.skip(prefix === 128 ? 0 : 16 - (prefix >>> 3));
  if ((prefix === 0) !== (rdata.remaining === 0)) {
    throw inputError(
      'rdata/a6',
      'A6 has a prefix name exactly if its prefix length is not zero (RFC 2874 section 3.1)',
    );
  }
}

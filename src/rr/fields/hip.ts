import { printBase64, printHex } from '../../dns/encoding.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { parseBase64Token, parseHexToken } from './data.ts';
import { printNextName } from './name.ts';

const SPACE = 32;

/** The whole RDATA of HIP (RFC 8005 section 5): the lengths come first on the wire, the servers last. */
export function hostIdentity(): Field {
  return {
    name: 'HIP',
    parse(tokens, out) {
      const start = out.length;
      out.u8(0);
      out.u8(tokens.integer('PK algorithm', 0xff));
      out.u16(0);
      tokens.need('HIT');
      parseHexToken(tokens, out);
      const hitEnd = out.length;
      tokens.need('Public Key');
      parseBase64Token(tokens, out);
      const hitLength = hitEnd - start - 4;
      const keyLength = out.length - hitEnd;
      if (hitLength < 1 || hitLength > 0xff || keyLength < 1 || keyLength > 0xffff) throw badLength();
      out.bytes[start] = hitLength;
      out.bytes[start + 2] = keyLength >>> 8;
      out.bytes[start + 3] = keyLength;
      while (tokens.next()) {
        tokens.unread();
        tokens.name('Rendezvous Servers', out);
      }
    },
    print(rdata, out) {
      const hitLength = rdata.u8();
      out.decimal(rdata.u8());
      const keyLength = rdata.u16();
      if (hitLength === 0 || keyLength === 0) throw badLength();
      out.u8(SPACE);
      const hitStart = rdata.position;
      rdata.skip(hitLength);
      printHex(rdata.bytes, hitStart, rdata.position, out);
      out.u8(SPACE);
      const keyStart = rdata.position;
      rdata.skip(keyLength);
      printBase64(rdata.bytes, keyStart, rdata.position, out);
      while (rdata.remaining > 0) {
        out.u8(SPACE);
        printNextName(rdata, out);
      }
    },
    skip(rdata) {
      const hitLength = rdata.u8();
      rdata.skip(1);
      const keyLength = rdata.u16();
      if (hitLength === 0 || keyLength === 0) throw badLength();
      rdata.skip(hitLength + keyLength);
      while (rdata.remaining > 0) rdata.name();
    },
  };
}

function badLength(): Error {
  return inputError('rdata/hip', 'a HIT has 1 to 255 octets, a HIP public key 1 to 65535');
}

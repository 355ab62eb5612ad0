import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { currentType } from './type.ts';
import { printTypeName } from '../mnemonics.ts';

const SPACE = 32;
const MAX_TYPE = 127;

/** The type bit map of NXT, for types below 128 only (RFC 2535 section 5.2). */
export function oldTypeBitmap(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      const start = out.length;
      while (tokens.next()) {
        const type = currentType(tokens);
        if (type > MAX_TYPE)
          throw tokens.error(
            'syntax/type',
            `${tokens.text()} is beyond type ${MAX_TYPE}, the last one that NXT can name`,
          );
        const at = start + (type >>> 3);
        while (out.length <= at) out.u8(0);
        out.bytes[at]! |= 0x80 >>> (type & 7);
      }
    },
    print(rdata, out) {
      const start = rdata.position;
      this.skip(rdata);
      let separate = false;
      for (let i = start; i < rdata.position; i++) {
        for (let bit = 0; bit < 8; bit++) {
          if ((rdata.bytes[i]! & (0x80 >>> bit)) === 0) continue;
          if (separate) out.u8(SPACE);
          separate = true;
          printTypeName(((i - start) << 3) | bit, out);
        }
      }
    },
    skip(rdata) {
      if (rdata.remaining > (MAX_TYPE + 1) / 8)
        throw inputError('wire/bitmap', 'the type bit map of NXT is longer than 16 octets');
      rdata.skip(rdata.remaining);
    },
  };
}

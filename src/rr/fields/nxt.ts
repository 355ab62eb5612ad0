import type { Cursor } from '../../dns/cursor.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { printTypeName } from '../mnemonics.ts';
import { printBits, setBit } from './bitmap.ts';
import { currentType } from './type.ts';

const MAX_TYPE = 127;

/** The type bit map of NXT, for types below 128 only (RFC 2535 section 5.2). */
export function oldTypeBitmap(name: string): Field {
  const checkLength = (rdata: Cursor): void => {
    if (rdata.remaining > (MAX_TYPE + 1) / 8)
      throw inputError('wire/bitmap', `${name} is longer than 16 octets`);
  };
  return {
    name,
    parse(tokens, out) {
      const start = out.length;
      while (tokens.next()) {
        const type = currentType(tokens);
        if (type > MAX_TYPE)
          throw tokens.error('syntax/type', `NXT cannot name ${tokens.text()}, only types up to ${MAX_TYPE}`);
        setBit(out, start, type);
      }
    },
    print(rdata, out) {
      checkLength(rdata);
      printBits(rdata, out, (type) => printTypeName(type, out));
    },
    skip(rdata) {
      checkLength(rdata);
      rdata.skip(rdata.remaining);
    },
  };
}

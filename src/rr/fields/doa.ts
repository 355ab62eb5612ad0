import { printBase64 } from '../../dns/encoding.ts';
import type { Field } from '../field.ts';
import { isDash, parseBase64Words } from './data.ts';

const DASH = 45;

/** Base64 to the end of the RDATA; `-` when there is none (draft-durand-doa-over-dns-03 section 3). */
export function dashableBase64(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      if (isDash(tokens)) return;
      tokens.unread();
      parseBase64Words(tokens, out);
    },
    print(rdata, out) {
      if (rdata.remaining === 0) out.u8(DASH);
      const start = rdata.position;
      rdata.skip(rdata.remaining);
      printBase64(rdata.bytes, start, rdata.end, out);
    },
    skip: (rdata) => rdata.skip(rdata.remaining),
  };
}

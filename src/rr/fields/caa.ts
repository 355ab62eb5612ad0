import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { parseCharacterString, skipCharacterString } from './text.ts';

/** A property tag: letters and digits behind a length octet, not empty (RFC 8659 section 4.1). */
export function propertyTag(name: string): Field {
  const check = (bytes: Uint8Array, start: number, end: number): void => {
    let good = end > start;
    for (let i = start; good && i < end; i++) good = isAlphanumeric(bytes[i]!);
    if (!good)
      throw inputError(
        'rdata/caa-tag',
        'a CAA tag is letters and digits, one at the least (RFC 8659 section 4.1)',
      );
  };
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const start = out.length + 1;
      parseCharacterString(tokens, out);
      check(out.bytes, start, out.length);
    },
    print(rdata, out) {
      const start = rdata.position + 1;
      skipCharacterString(rdata);
      check(rdata.bytes, start, rdata.position);
      out.append(rdata.bytes, start, rdata.position);
    },
    skip(rdata) {
      const start = rdata.position + 1;
      skipCharacterString(rdata);
      check(rdata.bytes, start, rdata.position);
    },
  };
}

function isAlphanumeric(octet: number): boolean {
  const letter = octet | 32;
  return (octet >= 48 && octet <= 57) || (letter >= 97 && letter <= 122);
}

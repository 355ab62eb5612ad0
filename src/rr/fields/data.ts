import {
  Base64Decoder,
  decodeBase32hex,
  HexDecoder,
  printBase32hex,
  printBase64,
  printHex,
} from '../../dns/encoding.ts';
import type { Field } from '../field.ts';

const DASH = 45;

/** Octets in hexadecimal, in as many words as there are, to the end of the RDATA. */
export function hexData(name: string, options: { minimum?: number } = {}): Field {
  const { minimum = 1 } = options;
  return {
    name,
    parse(tokens, out) {
      const decoder = new HexDecoder();
      if (minimum > 0) {
        tokens.need(name);
        decoder.add(tokens.bytes, tokens.start, tokens.end, out);
      }
      while (tokens.next()) decoder.add(tokens.bytes, tokens.start, tokens.end, out);
      decoder.finish();
    },
    print(rdata, out) {
      const start = rdata.position;
      rdata.skip(rdata.remaining);
      printHex(rdata.bytes, start, rdata.end, out);
    },
    skip: (rdata) => rdata.skip(Math.max(minimum, rdata.remaining)),
  };
}

/** Octets in base64, in as many words as there are, to the end of the RDATA. */
export function base64Data(name: string, options: { minimum?: number } = {}): Field {
  const { minimum = 1 } = options;
  return {
    name,
    parse(tokens, out) {
      const decoder = new Base64Decoder();
      if (minimum > 0) {
        tokens.need(name);
        decoder.add(tokens.bytes, tokens.start, tokens.end, out);
      }
      while (tokens.next()) decoder.add(tokens.bytes, tokens.start, tokens.end, out);
      decoder.finish();
    },
    print(rdata, out) {
      const start = rdata.position;
      rdata.skip(rdata.remaining);
      printBase64(rdata.bytes, start, rdata.end, out);
    },
    skip: (rdata) => rdata.skip(Math.max(minimum, rdata.remaining)),
  };
}

/** A salt behind its length octet, in hexadecimal; `-` when there is none (RFC 5155 section 3.3). */
export function salt(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const lengthAt = out.length;
      out.u8(0);
      if (tokens.end - tokens.start === 1 && tokens.bytes[tokens.start] === DASH) return;
      const decoder = new HexDecoder();
      decoder.add(tokens.bytes, tokens.start, tokens.end, out);
      decoder.finish();
      const length = out.length - lengthAt - 1;
      if (length > 255) throw tokens.error('syntax/salt', `a salt of ${length} octets is longer than 255`);
      out.bytes[lengthAt] = length;
    },
    print(rdata, out) {
      const length = rdata.u8();
      const start = rdata.position;
      rdata.skip(length);
      if (length === 0) out.u8(DASH);
      else printHex(rdata.bytes, start, rdata.position, out);
    },
    skip: (rdata) => rdata.skip(rdata.u8()),
  };
}

/** A hash behind its length octet, in base32hex (RFC 5155 section 3.3). */
export function base32Hash(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const lengthAt = out.length;
      out.u8(0);
      decodeBase32hex(tokens.bytes, tokens.start, tokens.end, out);
      const length = out.length - lengthAt - 1;
      if (length === 0 || length > 255)
        throw tokens.error('syntax/base32', `${name} must have 1 to 255 octets`);
      out.bytes[lengthAt] = length;
    },
    print(rdata, out) {
      const length = rdata.u8();
      const start = rdata.position;
      rdata.skip(length);
      printBase32hex(rdata.bytes, start, rdata.position, out);
    },
    skip: (rdata) => rdata.skip(Math.max(1, rdata.u8())),
  };
}

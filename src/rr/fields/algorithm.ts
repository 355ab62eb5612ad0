import { MnemonicTable } from '../../dns/mnemonic-table.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import type { Field } from '../field.ts';
import { u8 } from './integer.ts';

/** Mnemonics of the IANA registry "DNS Security Algorithm Numbers", and those that other software writes. */
const ALGORITHMS = new MnemonicTable([
  ['DELETE', 0],
  ['RSAMD5', 1],
  ['DH', 2],
  ['DSA', 3],
  ['ECC', 4],
  ['RSASHA1', 5],
  ['DSA-NSEC3-SHA1', 6],
  ['NSEC3DSA', 6],
  ['RSASHA1-NSEC3-SHA1', 7],
  ['NSEC3RSASHA1', 7],
  ['RSASHA256', 8],
  ['RSASHA512', 10],
  ['ECC-GOST', 12],
  ['ECCGOST', 12],
  ['ECDSAP256SHA256', 13],
  ['ECDSA256', 13],
  ['ECDSAP384SHA384', 14],
  ['ECDSA384', 14],
  ['ED25519', 15],
  ['ED448', 16],
  ['SM2SM3', 17],
  ['ECC-GOST12', 23],
  ['INDIRECT', 252],
  ['PRIVATEDNS', 253],
  ['PRIVATEOID', 254],
]);

const DIGESTS = new MnemonicTable([
  ['SHA-1', 1],
  ['SHA1', 1],
  ['SHA-256', 2],
  ['SHA256', 2],
  ['GOST', 3],
  ['SHA-384', 4],
  ['SHA384', 4],
]);

/** A DNSSEC algorithm, as a number or by its mnemonic (RFC 4034 appendix A.1). */
export function algorithm(name: string): Field {
  return mnemonicOctet(name, ALGORITHMS);
}

/** A DS digest type, as a number or by its mnemonic. */
export function digestType(name: string): Field {
  return mnemonicOctet(name, DIGESTS);
}

/** An octet that text may give by a word of `table`; printed as a number. */
export function mnemonicOctet(name: string, table: MnemonicTable): Field {
  return {
    ...u8(name),
    parse(tokens, out) {
      tokens.need(name);
      out.u8(numberOrMnemonic(name, tokens, table, 0xff));
    },
  };
}

/** The current token as a number of at most `maximum`, or as a word of `table`. */
export function numberOrMnemonic(
  name: string,
  tokens: Tokenizer,
  table: MnemonicTable,
  maximum: number,
): number {
  const first = tokens.bytes[tokens.start]!;
  if (first < 48 || first > 57) {
    const value = table.find(tokens.bytes, tokens.start, tokens.end);
    if (value >= 0) return value;
  }
  return tokens.currentInteger(name, maximum);
}

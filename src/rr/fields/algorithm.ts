import type { Field } from '../field.ts';
import { mnemonicU8, wordU8, type Words } from './mnemonic.ts';

/** Mnemonics of the IANA registry "DNS Security Algorithm Numbers", and those that other software writes. */
const ALGORITHMS: Words = [
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
];

const DIGESTS: Words = [
  ['SHA-1', 1],
  ['SHA1', 1],
  ['SHA-256', 2],
  ['SHA256', 2],
  ['GOST', 3],
  ['SHA-384', 4],
  ['SHA384', 4],
];

/** A DNSSEC algorithm, as a number or by its mnemonic (RFC 4034 appendix A.1). */
export function algorithm(name: string): Field {
  return mnemonicU8(name, ALGORITHMS);
}

/** The algorithm of CERT, which has no number where it has a mnemonic (RFC 4398 section 2.2); 0 is none. */
export function certificateAlgorithm(name: string): Field {
  return wordU8(name, ALGORITHMS.slice(1));
}

/** A DS digest type, as a number or by its mnemonic. */
export function digestType(name: string): Field {
  return mnemonicU8(name, DIGESTS);
}

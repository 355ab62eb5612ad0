import { ALGORITHMS, algorithmByName, type UsableAlgorithm } from '../dnssec/algorithms.ts';
import {
  exponentSize,
  keySize,
  LARGEST_EXPONENT_BITS,
  SMALLEST_EXPONENT_BITS,
} from '../dnssec/public-key.ts';
import { inputError, usageError, type SourceLocation } from '../errors.ts';
import type { Environment } from './environment.ts';

const MINIMUM_RSA_BITS = 2048;
const MAXIMUM_RSA_BITS = 4096;

/** The algorithm that a name or number stands for, if keys of it should still be made. */
export function algorithmForNewKeys(name: string): UsableAlgorithm {
  const algorithm = algorithmByName(name);
  const offered = ALGORITHMS.filter(({ status }) => status === 'recommended').map(
    ({ mnemonic, number }) => `${mnemonic} (${number})`,
  );
  const hint = `choose one of ${offered.join(', ')}`;
  if (algorithm === undefined)
    throw usageError('usage/algorithm', `"${name}" is no DNSSEC algorithm`, { hint });
  if (algorithm.kind === 'refused' || algorithm.status === 'deprecated') {
    const reason = algorithm.reason ?? 'it is deprecated';
    throw usageError('usage/algorithm', `no keys of ${algorithm.mnemonic} are made: ${reason}`, { hint });
  }
  return algorithm;
}

/** The size of a new key: undefined where the algorithm has one only. */
export function sizeOfNewKey(algorithm: UsableAlgorithm, bits: number | undefined): number | undefined {
  if (algorithm.kind !== 'rsa') {
    if (bits === undefined) return undefined;
    throw usageError('usage/bits', `${algorithm.mnemonic} keys have one size only`, {
      hint: 'leave --bits out: it is for RSASHA256 and RSASHA512',
    });
  }
  const size = bits ?? MINIMUM_RSA_BITS;
  if (size % 8 !== 0 || !isFitForRsa(size)) {
    throw usageError(
      'usage/bits',
      `RSA keys are made with ${MINIMUM_RSA_BITS} to ${MAXIMUM_RSA_BITS} bits, a multiple of 8, not ${size}`,
    );
  }
  return size;
}

/** As long as the predecessor, but no shorter than keys should be today. */
export function sizeOfSuccessor(bits: number): number {
  return Math.min(Math.max(Math.ceil(bits / 8) * 8, MINIMUM_RSA_BITS), MAXIMUM_RSA_BITS);
}

/**
 * Refuses an RSA key that somebody else made and that should not sign, and warns of one that had better not.
 * @throws ZonewrightError `key/weak`, `key/exponent`
 */
export function checkStrength(
  algorithm: UsableAlgorithm,
  publicKey: Uint8Array,
  location: SourceLocation | undefined,
  { warn }: Pick<Environment, 'warn'>,
): void {
  if (algorithm.kind !== 'rsa') return;
  const hint = 'make a new key, and roll over to it';
  const bits = keySize(algorithm, publicKey);
  if (!isFitForRsa(bits)) {
    const range = `${MINIMUM_RSA_BITS} to ${MAXIMUM_RSA_BITS}`;
    throw inputError('key/weak', `RSA keys with ${bits} bits are not taken: they need ${range}`, {
      location,
      hint,
    });
  }
  const exponentBits = exponentSize(publicKey);
  if (exponentBits < SMALLEST_EXPONENT_BITS || exponentBits > LARGEST_EXPONENT_BITS) {
    const why =
      exponentBits < SMALLEST_EXPONENT_BITS
        ? 'the exponent 1 are not taken: everybody can make their signatures'
        : `an exponent of ${exponentBits} bits are not taken: BIND does not verify with more than ${LARGEST_EXPONENT_BITS}`;
    throw inputError('key/exponent', `RSA keys with ${why}`, { location, hint });
  }
  if (exponentBits > SMALLEST_EXPONENT_BITS) return;
  const file = location?.file === undefined ? '' : `${location.file}: `;
  warn(
    `${file}the RSA key has the exponent 3, with which careless validators take forged signatures for good (CVE-2006-4339)`,
    `it is taken, as RFC 3110 allows it; ${hint} with 65537`,
  );
}

/** Whether an RSA key with a modulus of so many bits should sign today. */
function isFitForRsa(bits: number): boolean {
  return bits >= MINIMUM_RSA_BITS && bits <= MAXIMUM_RSA_BITS;
}

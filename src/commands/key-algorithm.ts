import { ALGORITHMS, algorithmByName, type UsableAlgorithm } from '../dnssec/algorithms.ts';
import { usageError } from '../errors.ts';

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

/** Whether an RSA key with a modulus of so many bits should sign today. */
export function isFitForRsa(bits: number): boolean {
  return bits >= MINIMUM_RSA_BITS && bits <= MAXIMUM_RSA_BITS;
}

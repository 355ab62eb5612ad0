/**
 * An ECDSA signature from DER (`SEQUENCE { INTEGER r, INTEGER s }`) to r | s, both big-endian and of full length (RFC 6605 section 4).
 *
 * The curves of DNSSEC keep every DER length in one octet.
 */
export function ecdsaSignatureFromDer(der: Uint8Array, length: number): Uint8Array {
  const signature = new Uint8Array(length);
  const half = length >>> 1;
  const sAt = 4 + der[3]!;
  copyInteger(der, 4, sAt, signature, half);
  copyInteger(der, sAt + 2, der.length, signature, length);
  return signature;
}

/** Copies `source[start, end)` so that it ends at `target[targetEnd]`, without the zero octet that DER puts before a high bit. */
function copyInteger(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  targetEnd: number,
): void {
  const first = source[start] === 0 ? start + 1 : start;
  for (let from = end - 1, to = targetEnd - 1; from >= first; from--, to--) target[to] = source[from]!;
}

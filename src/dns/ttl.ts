/** Largest TTL in seconds (RFC 2181 section 8). */
export const MAX_TTL = 0x7fffffff;

/**
 * Reads a TTL, in seconds or with BIND's units (`1w2d3h4m5s`, any subset in any order, either letter case).
 * Returns -1 where `bytes[start, end)` is no TTL, and a value above `MAX_TTL` where it is too large.
 */
export function parseTtl(bytes: Uint8Array, start: number, end: number): number {
  let total = 0;
  let number = -1;
  let units = 0;
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!;
    if (octet >= 48 && octet <= 57) {
      number = (number < 0 ? 0 : number) * 10 + (octet - 48);
      if (number > 1e10) number = 1e10;
      continue;
    }
    const seconds = unitSeconds(octet);
    if (seconds === 0 || number < 0) return -1;
    total += number * seconds;
    number = -1;
    units++;
  }
  if (number >= 0) {
    // BIND wants a unit behind every number once one has been given.
    if (units > 0) return -1;
    total = number;
  } else if (units === 0) return -1;
  return total;
}

function unitSeconds(octet: number): number {
  switch (octet | 32) {
    case 0x73:
      return 1;
    case 0x6d:
      return 60;
    case 0x68:
      return 3600;
    case 0x64:
      return 86400;
    case 0x77:
      return 604800;
    default:
      return 0;
  }
}

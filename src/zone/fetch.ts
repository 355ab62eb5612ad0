/**
 * Looks once at the first octets of what is listed, `bytes[offsets[ids[i]]]` for `i` in `[first, end)`, so that they are near when they are needed.
 *
 * What is sorted lies here and there in a store. Where nothing is done but looking, the processor waits for many places of memory at once, not for
 * one after the other.
 */
export function fetchOctets(
  bytes: Uint8Array,
  offsets: Uint32Array,
  ids: Uint32Array,
  first: number,
  end: number,
): void {
  let sum = 0;
  for (let i = first; i < end; i++) sum += bytes[offsets[ids[i]!]!]!;
  // What is written no compiler leaves out.
  seen[0] = sum;
}

/** How many are fetched at once: few enough to stay near. */
export const FETCHED = 64;

const seen = new Uint32Array(1);

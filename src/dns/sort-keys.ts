/** Runs of keys that a comparison sort does sooner than another pass over their octets. */
const SMALL_RUN = 24;

/** Keys of octets one behind the other: key `i` is `bytes[offsets[i], offsets[i + 1])`. */
export interface OctetKeys {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/**
 * The order of the first `count` keys by their octets; equal ones stay in theirs. No key may be another followed by zero octets.
 *
 * Four octets of key and the key's index make one 64-bit integer, and integers sort natively; equal runs go on with the next four octets.
 * @param prefixes gets the first four octets of each key, in their order
 */
export function sortOctetKeys(keys: OctetKeys, count: number, prefixes?: Uint32Array): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  if (count <= SMALL_RUN) {
    insertionSort(keys, order, 0, count, 0);
    for (let i = 0; i < count && prefixes !== undefined; i++) prefixes[i] = fourOctets(keys, order[i]!, 0);
  } else sortRun(keys, order, 0, count, 0, prefixes);
  return order;
}

function sortRun(
  keys: OctetKeys,
  order: Uint32Array,
  start: number,
  end: number,
  depth: number,
  prefixes?: Uint32Array,
): void {
  const count = end - start;
  if (count < 2) return;
  if (count <= SMALL_RUN) {
    insertionSort(keys, order, start, end, depth);
    return;
  }
  // Little-endian halves of the 64-bit integers: index below, key above.
  const integers = new BigUint64Array(count);
  const halves = new Uint32Array(integers.buffer);
  for (let i = 0; i < count; i++) {
    const index = order[start + i]!;
    halves[2 * i] = index;
    halves[2 * i + 1] = fourOctets(keys, index, depth);
  }
  integers.sort();
  for (let i = 0; i < count; i++) order[start + i] = halves[2 * i]!;
  for (let i = 0; i < count && prefixes !== undefined; i++) prefixes[i] = halves[2 * i + 1]!;
  for (let run = 0; run < count;) {
    const key = halves[2 * run + 1]!;
    let next = run + 1;
    while (next < count && halves[2 * next + 1] === key) next++;
    // Where one of them ends before these four octets do, all are equal: none goes on with a zero octet.
    const first = order[start + run]!;
    if (next - run > 1 && keys.offsets[first + 1]! - keys.offsets[first]! >= depth + 4)
      sortRun(keys, order, start + run, start + next, depth + 4);
    run = next;
  }
}

function insertionSort(keys: OctetKeys, order: Uint32Array, start: number, end: number, depth: number): void {
  for (let i = start + 1; i < end; i++) {
    const moving = order[i]!;
    let at = i;
    while (at > start && compareKeys(keys, order[at - 1]!, moving, depth) > 0) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = moving;
  }
}

/** Four octets of key `index` from `depth` on as an integer; zeros behind its end. */
function fourOctets({ bytes, offsets }: OctetKeys, index: number, depth: number): number {
  const start = offsets[index]! + depth;
  const left = offsets[index + 1]! - start;
  if (left >= 4) {
    return (
      ((bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!) >>> 0
    );
  }
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + (i < left ? bytes[start + i]! : 0);
  return value;
}

/** Negative, zero or positive as key `i` sorts before, with or after key `j`; both are known to agree in their first `depth` octets. */
function compareKeys({ bytes, offsets }: OctetKeys, i: number, j: number, depth: number): number {
  const aEnd = offsets[i + 1]!;
  const bEnd = offsets[j + 1]!;
  let x = offsets[i]! + depth;
  let y = offsets[j]! + depth;
  for (; x < aEnd && y < bEnd; x++, y++) {
    const difference = bytes[x]! - bytes[y]!;
    if (difference !== 0) return difference;
  }
  return aEnd - x - (bEnd - y);
}

import { multiplesOf, type Digits } from './digit-code.ts';
import { QUAD_POINT_SIZE } from './addition-code.ts';
import { LIMBS } from './field-code.ts';
import { LANES } from './quad-code.ts';
import { range, wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/** Points that are selected at once: four quads. */
export const GROUP = 16;
/** Octets of a limb, which are apart from each other in a row. */
const LIMB_OCTETS = 4;

const { vector, octets, words } = wasm;

/**
 * A row of a table for `select` has the multiples of one point octet by octet: the lowest of the first limb of x of all of them, the next of all,
 * ...; then the same of y.
 */
export const rowSize = (digits: Digits): number => 2 * LIMBS * LIMB_OCTETS * multiplesOf(digits);
/** Where in a row an octet of a limb of a multiple is; limbs 9 to 17 are those of y. */
export const rowOctet = (digits: Digits, multiple: number, limb: number, octet: number): number =>
  (limb * LIMB_OCTETS + octet) * multiplesOf(digits) + multiple;

/**
 * `name(out, row, digits, count)`: for so many groups of 16 digits of at most 7 bits, the points of a row that the digits say, or their opposites.
 *
 * Digits are secret: all of the row is read into registers, whatever they are, and there an instruction that takes the same time for all picks 16
 * octets by 16 indices. There is no branch and no address that depends on them.
 */
export function selection(name: string, digits: Digits): WasmFunction {
  const [out, row, digitsAt, count] = [0, 1, 2, 3];
  const multiples = multiplesOf(digits);
  const [digit, isNegative] = [4, 5];
  const octetsOfLimb = range(6, LIMB_OCTETS);
  const signs = range(6 + LIMB_OCTETS, LIMB_OCTETS);
  const indices = range(6 + 2 * LIMB_OCTETS, multiples / GROUP);
  const code = [
    [wasm.get(digitsAt), vector.load(0), wasm.keep(digit)],
    [octets.constant(multiples), octets.isLess, wasm.set(isNegative)],
    [wasm.get(digit), wasm.get(isNegative), vector.xor],
    [octets.constant(multiples - 1), vector.and, wasm.set(digit)],
    // Below 16 for the multiples from 16 i on, and for no others.
    indices.map((index, i) => [wasm.get(digit), octets.constant(i * GROUP), vector.xor, wasm.set(index)]),
    wordsOf(Array<number>(LIMB_OCTETS).fill(isNegative)).map((word, quad) => [word, wasm.set(signs[quad]!)]),
    range(0, 2 * LIMBS).map((limb) => [
      octetsOfLimb.map((local, octet) => [
        pick(row, rowOctet(digits, 0, limb, octet), indices),
        wasm.set(local),
      ]),
      wordsOf(octetsOfLimb).map((word, quad) => [
        wasm.get(out),
        [word, limb < LIMBS ? [] : opposite(signs[quad]!)],
        vector.store(quad * QUAD_POINT_SIZE + limb * 16),
      ]),
    ]),
    [wasm.advance(out, (GROUP / LANES) * QUAD_POINT_SIZE), wasm.advance(digitsAt, GROUP)],
  ];
  const vectors = 2 + 2 * LIMB_OCTETS + indices.length;
  return { name, parameters: 4, locals: 0, vectors, code: wasm.repeat(count, code) };
}

/** Leaves 16 octets of those at an offset in a row: of each 16, those that there are indices of. */
function pick(row: number, offset: number, indices: readonly number[]): Code {
  return indices.map((index, i) => [
    [wasm.get(row), vector.load(offset + i * GROUP), wasm.get(index), octets.pick],
    i === 0 ? [] : vector.or,
  ]);
}

/** The vectors of words whose octets, the lowest first, are in four vectors. */
function wordsOf(octetVectors: readonly number[]): Code[] {
  const [a, b, c, d] = octetVectors.map((local) => wasm.get(local)) as [Code, Code, Code, Code];
  return [LOW_OCTETS, HIGH_OCTETS].flatMap((octetsOfHalf) =>
    [LOW_HALVES, HIGH_HALVES].map((halves) => [
      [a, b, vector.shuffle(octetsOfHalf), c, d, vector.shuffle(octetsOfHalf)],
      vector.shuffle(halves),
    ]),
  );
}

/** Elements of `size` octets from two vectors by turns, from the element `first` on. */
function byTurns(size: number, first: number): number[] {
  return range(first, 8 / size).flatMap((element) => [
    ...range(element * size, size),
    ...range(16 + element * size, size),
  ]);
}
const [LOW_OCTETS, HIGH_OCTETS] = [byTurns(1, 0), byTurns(1, 8)] as const;
const [LOW_HALVES, HIGH_HALVES] = [byTurns(2, 0), byTurns(2, 4)] as const;

/** Words with the other sign where that of `isNegative` is all ones: the complement, plus one. */
export function opposite(isNegative: number): Code {
  return [wasm.get(isNegative), vector.xor, wasm.get(isNegative), words.subtract];
}

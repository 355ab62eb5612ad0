import { LIMB_BITS } from './field-code.ts';
import { wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/**
 * How a secret scalar becomes additions: an odd scalar is a sum of odd digits between -63 and 63, one at each sixth place, so that none is zero and
 * every scalar takes the same additions. A digit follows from six bits of the scalar: those above the digit's own place.
 */
export const WINDOW_BITS = 6;
/** Places of a scalar below 2^258. */
export const WINDOWS = 43;
/** Points in a row of the table: the odd multiples 1, 3, ... 63. */
export const ROW_POINTS = 1 << (WINDOW_BITS - 1);
/** Octets of a point in a row: 18 limbs and room for two more, five vectors. */
export const ROW_POINT_SIZE = 80;
export const ROW_SIZE = ROW_POINTS * ROW_POINT_SIZE;

const VECTORS = ROW_POINT_SIZE / 16;
const { vector } = wasm;

/**
 * `name(out, row, scalar, shift)`: copies the point of a row that a digit says, or its opposite. The digit's bits start `shift` bits up from the limb at
 * `scalar`. Every point of the row is read, whatever the digit, so that neither time nor cache tell it.
 */
export function selection(name: string): WasmFunction {
  const [out, row, scalar, shift] = [0, 1, 2, 3];
  const [digit, sign] = [4, 5];
  const [wanted, mask, negative] = [6, 7, 8];
  const words = Array.from({ length: VECTORS }, (_, i) => 9 + i);
  const code: Code[] = [
    [...wasm.get(scalar), ...wasm.load(0), ...wasm.get(scalar), ...wasm.load(4)],
    [...wasm.constant(BigInt(LIMB_BITS)), ...wasm.shiftLeft, ...wasm.or],
    [...wasm.get(shift), ...wasm.widen, ...wasm.shiftRight],
    [...wasm.constant((1n << BigInt(WINDOW_BITS)) - 1n), ...wasm.and, ...wasm.set(digit)],
    // The highest bit set: the digit is positive, and the others count the odd multiples. Else it is their complement that does.
    [...wasm.get(digit), ...wasm.constant(BigInt(WINDOW_BITS - 1)), ...wasm.shiftRight],
    [...wasm.constant(1n), ...wasm.subtract, ...wasm.set(sign)],
    [...wasm.get(digit), ...wasm.get(sign), ...wasm.xor],
    [
      ...wasm.constant(BigInt(ROW_POINTS - 1)),
      ...wasm.and,
      ...wasm.narrow,
      ...vector.of,
      ...wasm.set(wanted),
    ],
  ];
  for (let point = 0; point < ROW_POINTS; point++) {
    code.push([
      ...wasm.get(wanted),
      ...vector.constant(point, point, point, point),
      ...vector.equal,
      ...wasm.set(mask),
    ]);
    for (const [i, word] of words.entries()) {
      const masked = [...vector.load(point * ROW_POINT_SIZE + i * 16), ...wasm.get(mask), ...vector.and];
      code.push([...wasm.get(word), ...wasm.get(row), ...masked, ...vector.or, ...wasm.set(word)]);
    }
  }
  code.push([...wasm.get(sign), ...wasm.narrow, ...vector.of, ...wasm.set(negative)]);
  for (const [i, word] of words.entries()) code.push(store(out, word, i, negative));
  return { name, parameters: 4, locals: 2, vectors: 3 + VECTORS, code: code.flat() };
}

/** Stores a vector of a point; where `negative` is all ones, the limbs of y, which are the tenth to the last, with the other sign. */
function store(out: number, word: number, index: number, negative: number): Code {
  const isOfY = (lane: number): number => (4 * index + lane >= 9 ? -1 : 0);
  const ofY = [
    ...wasm.get(negative),
    ...vector.constant(isOfY(0), isOfY(1), isOfY(2), isOfY(3)),
    ...vector.and,
  ];
  return [
    ...wasm.get(out),
    // -y is the complement of y, plus one.
    ...wasm.get(word),
    ...ofY,
    ...vector.xor,
    ...ofY,
    ...vector.subtract,
    ...vector.store(index * 16),
  ];
}

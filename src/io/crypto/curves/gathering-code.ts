import { QUAD_POINT_SIZE } from './addition-code.ts';
import { multiplesOf, type Digits } from './digit-code.ts';
import { LIMBS } from './field-code.ts';
import { LANES } from './quad-code.ts';
import { opposite } from './selection-code.ts';
import { range, wasm, type WasmFunction } from './wasm-assembler.ts';

/** Octets of a point in a row of a table for `gather`: x and y. */
export const ROW_POINT_SIZE = 2 * LIMBS * 4;

const { vector, words } = wasm;

/**
 * `name(out, row, digits, count)`: for so many quads of digits of two octets, the points of a row that the digits say, or their opposites. Time and cache tell
 * which: not for secrets.
 */
export function gathering(name: string, digits: Digits): WasmFunction {
  const [out, row, digitsAt, count] = [0, 1, 2, 3];
  const multiples = multiplesOf(digits);
  const points = range(4, LANES);
  const isNegative = 4 + LANES;
  const signs = isNegative + 1;
  const code = [
    range(0, LANES).map((lane) => [
      // All ones where the highest bit is not set.
      [wasm.get(digitsAt), wasm.loadAddress16(2 * lane), wasm.keep(points[lane]!)],
      [wasm.address(digits.bits - 1), wasm.shiftAddressRight],
      [wasm.address(1), wasm.subtractAddress, wasm.keep(isNegative)],
      [wasm.get(points[lane]!), wasm.xorAddress, wasm.address(multiples - 1), wasm.andAddress],
      [wasm.address(ROW_POINT_SIZE), wasm.multiplyAddress],
      [wasm.get(row), wasm.addAddress, wasm.set(points[lane]!)],
      [wasm.get(signs), wasm.get(isNegative), words.replaceLane(lane), wasm.set(signs)],
    ]),
    range(0, 2 * LIMBS).map((limb) => [
      wasm.get(out),
      points.toReversed().map((point) => wasm.get(point)),
      range(0, LANES).map((lane) => words.loadLane(lane, limb * 4)),
      limb < LIMBS ? [] : opposite(signs),
      vector.store(limb * 16),
    ]),
    [wasm.advance(out, QUAD_POINT_SIZE), wasm.advance(digitsAt, 2 * LANES)],
  ];
  return { name, parameters: 4, addresses: LANES + 1, locals: 0, vectors: 1, code: wasm.repeat(count, code) };
}

import { LIMB_BITS, LIMB_MASK, LIMBS, type SparsePrime } from './field-code.ts';
import { QUAD_SIZE } from './quad-code.ts';
import { range, wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/**
 * Additions of points, four at a time. A quad of points is a quad of x and one of y.
 *
 * Points are added in affine coordinates. That takes a quotient each, but all of a lane share one inverse: `meet` multiplies the denominators of additions
 * into a running product; once that is inverted, `join` makes the additions, the last one first, and takes each denominator off the inverse
 * again.
 */
export const QUAD_POINT_SIZE = 2 * QUAD_SIZE;
/** Octets that `meet` leaves for `join` of an addition: the denominator and the product before it. */
export const QUAD_TRACE_SIZE = 2 * QUAD_SIZE;

const { vector, words } = wasm;

/** The places of functions in their module. */
interface QuadFunctions {
  readonly multiply: number;
  readonly square: number;
}

const [SUM, POINT, TRACE, RUNNING, COUNT] = [0, 1, 2, 3, 4];

/** An address in a parameter and an offset to it, or an address that is fixed. */
interface Place {
  readonly base: Code;
  readonly offset: number;
}
const at = (pointer: number, offset = 0): Place => ({ base: wasm.get(pointer), offset });
const fixed = (address: number): Place => ({ base: wasm.address(address), offset: 0 });

const x = (pointer: number): Place => at(pointer);
const y = (pointer: number): Place => at(pointer, QUAD_SIZE);
const denominator = at(TRACE);
const productBefore = at(TRACE, QUAD_SIZE);
const running = at(RUNNING);

/**
 * `name(sum, point, trace, product, count)`: so many additions, from the first one on. A product becomes zero where the formula does not hold: for a
 * point and itself or its opposite.
 */
export function meeting(name: string, { multiply }: QuadFunctions): WasmFunction {
  const code = [
    subtract(denominator, x(POINT), x(SUM)),
    copy(productBefore, running),
    call(multiply, running, running, denominator),
    [SUM, POINT].map((pointer) => wasm.advance(pointer, QUAD_POINT_SIZE)),
    wasm.advance(TRACE, QUAD_TRACE_SIZE),
  ];
  return { name, parameters: 5, locals: 0, code: wasm.repeat(COUNT, code) };
}

/** `name(sum, point, trace, inverse, count)`: so many additions, from the last one, which the addresses are of, back. `work` is memory for two quads. */
export function joining(
  name: string,
  prime: SparsePrime,
  { multiply, square }: QuadFunctions,
  work: number,
): WasmFunction {
  const [quotient, slope] = [fixed(work), fixed(work + QUAD_SIZE)];
  const limbs = range(5, LIMBS);
  const code = [
    call(multiply, quotient, running, productBefore),
    call(multiply, running, running, denominator),
    subtract(slope, y(POINT), y(SUM)),
    call(multiply, slope, slope, quotient),
    // x = slope^2 - x1 - x2; and x1 - x for y
    call(square, quotient, slope),
    coordinate(prime, limbs, [quotient, x(SUM), x(POINT)]),
    subtractLimbs(quotient, x(SUM), limbs),
    storeLimbs(x(SUM), limbs),
    // y = slope (x1 - x) - y1
    call(multiply, quotient, quotient, slope),
    coordinate(prime, limbs, [quotient, y(SUM)]),
    storeLimbs(y(SUM), limbs),
    [SUM, POINT].map((pointer) => wasm.advance(pointer, -QUAD_POINT_SIZE)),
    wasm.advance(TRACE, -QUAD_TRACE_SIZE),
  ];
  return { name, parameters: 5, locals: 0, vectors: LIMBS + 1, code: wasm.repeat(COUNT, code) };
}

/** `name(out, a, b)`: a - b or a + b, limb by limb: factors for one multiplication. */
export function quadLimbByLimb(name: string, apply: Code): WasmFunction {
  return { name, parameters: 3, locals: 0, code: limbByLimb(at(0), at(1), at(2), apply) };
}

/**
 * Leaves in locals what remains of the first after the others, modulo the prime, between about 0 and its highest power of two. The local after `limbs` is used as well.
 * Words are wide enough: no limb is outside of 31 bits before it is carried, and after all of it, none is 2^24 outside of 29 bits.
 */
function coordinate(
  { less, powers }: SparsePrime,
  limbs: readonly number[],
  [first, ...others]: readonly [Place, ...Place[]],
): Code {
  const excess = limbs.at(-1)! + 1;
  const carry = (from: number, bits: number): Code => [wasm.get(from), wasm.address(bits), words.shiftRight];
  return [
    limbs.map((limb, i) => [
      load(first, i),
      others.map((other) => [load(other, i), words.subtract]),
      i === 0 ? [] : [carry(limbs[i - 1]!, LIMB_BITS), words.add],
      wasm.set(limb),
    ]),
    limbs.slice(0, -1).map((limb) => [wasm.get(limb), words.constant(LIMB_MASK), vector.and, wasm.set(limb)]),
    // What is above the highest power is that many times the prime too much.
    [carry(limbs.at(-1)!, powers.at(-1)!.bit), wasm.set(excess)],
    powers.map(({ limb, bit, isNegative }) => [
      [wasm.get(limbs[limb]!), wasm.get(excess), wasm.address(bit), words.shiftLeft],
      [isNegative === true ? words.add : words.subtract, wasm.set(limbs[limb]!)],
    ]),
    [wasm.get(limbs[0]!), wasm.get(excess), words.constant(Number(less)), words.multiply],
    [words.add, wasm.set(limbs[0]!)],
  ];
}

function load({ base, offset }: Place, index: number): Code {
  return [base, vector.load(offset + index * 16)];
}

function store({ base, offset }: Place, index: number, value: Code): Code {
  return [base, value, vector.store(offset + index * 16)];
}

function limbByLimb(out: Place, a: Place, b: Place, apply: Code): Code {
  return range(0, LIMBS).map((i) => store(out, i, [load(a, i), load(b, i), apply]));
}

function subtract(out: Place, a: Place, b: Place): Code {
  return limbByLimb(out, a, b, words.subtract);
}

function subtractLimbs(out: Place, a: Place, limbs: readonly number[]): Code {
  return limbs.map((limb, i) => store(out, i, [load(a, i), wasm.get(limb), words.subtract]));
}

function storeLimbs(out: Place, limbs: readonly number[]): Code {
  return limbs.map((limb, i) => store(out, i, wasm.get(limb)));
}

function copy(to: Place, from: Place): Code {
  return range(0, LIMBS).map((i) => store(to, i, load(from, i)));
}

function call(index: number, ...places: readonly Place[]): Code {
  const addresses = places.map(({ base, offset }) =>
    offset === 0 ? base : [base, wasm.address(offset), wasm.addAddress],
  );
  return [addresses, wasm.call(index)];
}

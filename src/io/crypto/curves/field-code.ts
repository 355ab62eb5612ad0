import { wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/**
 * Integers modulo a prime of up to 256 bits, as WebAssembly code.
 *
 * An integer is nine limbs of 29 bits, the low one first, each in a signed word of 32 bits. Nine products of limbs fit a signed sum of 64 bits, so
 * that nothing is carried within a multiplication. An integer may be off by multiples of the modulus: Montgomery's radix, 2^261, is 32 times as
 * wide as that, so that the product of factors between -4p and 4p lies between -p and 2p again.
 */
export const LIMBS = 9;
export const LIMB_BITS = 29;
export const LIMB_MASK = (1 << LIMB_BITS) - 1;
/** Octets that an integer takes. */
export const INTEGER_SIZE = LIMBS * 4;

/** A prime that is a sum of a few powers of two less a small number, so that its multiples are shifts. */
export interface SparsePrime {
  readonly prime: bigint;
  /** What it is less. */
  readonly less: bigint;
  /** The powers, the highest last: the limb, the bit in it, whether it is to be subtracted. */
  readonly powers: readonly { readonly limb: number; readonly bit: number; readonly isNegative?: boolean }[];
}

/** Adds to the sums the multiple of a modulus that makes the low 29 bits of the first one zero. `spare` is a local to work with. */
type Reduction = (sums: readonly number[], spare: number) => Code;

export const reduceBySparsePrime =
  ({ less, powers }: SparsePrime): Reduction =>
  (sums, spare) => [
    // Of a prime that ends in one bits, the multiple is what the low limb says, and it takes off just that, which nobody looks at again.
    less === 1n
      ? [lowLimb(sums[0]!), wasm.set(spare)]
      : [
          [lowLimb(sums[0]!), wasm.constant(inverseOfLowLimb(less)), wasm.multiply],
          [wasm.constant(BigInt(LIMB_MASK)), wasm.and, wasm.set(spare)],
          change(sums[0]!, wasm.subtract, [wasm.get(spare), wasm.constant(less), wasm.multiply]),
        ],
    powers.map(({ limb, bit, isNegative }) =>
      change(sums[limb]!, isNegative === true ? wasm.subtract : wasm.add, shifted(spare, BigInt(bit))),
    ),
  ];

export const reduceBy =
  (modulus: bigint): Reduction =>
  (sums, spare) => [
    [lowLimb(sums[0]!), wasm.constant(-inverseOfLowLimb(modulus)), wasm.multiply],
    [wasm.constant(BigInt(LIMB_MASK)), wasm.and, wasm.set(spare)],
    limbsOf(modulus).map((limb, i) =>
      change(sums[i]!, wasm.add, [wasm.get(spare), wasm.constant(limb), wasm.multiply]),
    ),
  ];

/** `name(out, a, b)`: the Montgomery product a · b / 2^261. `out` may be one of the factors. */
export function multiplication(name: string, reduce: Reduction): WasmFunction {
  const [out, a, b] = [0, 1, 2];
  const [left, right] = [locals(3, 0), locals(3, 1)];
  const code = [
    loadLimbs(a, left),
    loadLimbs(b, right),
    reducedProducts(out, locals(3, 2), reduce, (place) =>
      pairsAt(place).map(([i, j]) => product(left[i]!, right[j]!)),
    ),
  ];
  return { name, parameters: 3, locals: 4 * LIMBS + 1, code };
}

/** `name(out, a)`: the Montgomery product a · a / 2^261, with little more than half of the products. */
export function squaring(name: string, reduce: Reduction): WasmFunction {
  const [out, a] = [0, 1];
  const [limbs, twice] = [locals(2, 0), locals(2, 1)];
  const code = [
    loadLimbs(a, limbs),
    limbs.map((limb, i) => [shifted(limb, 1n), wasm.set(twice[i]!)]),
    reducedProducts(out, locals(2, 2), reduce, (place) =>
      pairsAt(place)
        .filter(([i, j]) => i <= j)
        .map(([i, j]) => product((i === j ? limbs : twice)[i]!, limbs[j]!)),
    ),
  ];
  return { name, parameters: 2, locals: 4 * LIMBS + 1, code };
}

/** `name(out, a, count)`: a function of out and a, so many times, each but the first of what was the result before. */
export function repeatedly(name: string, index: number): WasmFunction {
  const [out, a, count] = [0, 1, 2];
  const code = [wasm.get(out), wasm.get(a), wasm.call(index), wasm.get(out), wasm.set(a)];
  return { name, parameters: 3, locals: 0, code: wasm.repeat(count, code) };
}

/**
 * Sums up the products of each place, reduces, and stores. Place by place, since only a few sums then wait in registers at any time. The locals
 * from `low[0]` on are zero, 18 sums and a spare one.
 */
function reducedProducts(
  out: number,
  low: readonly number[],
  reduce: Reduction,
  productsAt: (place: number) => readonly Code[],
): Code {
  const high = low.map((local) => local + LIMBS);
  const sums = [...low, ...high];
  const spare = sums.at(-1)! + 1;
  const code = sums.map((sum, place) => [
    productsAt(place).map((product) => change(sum, wasm.add, product)),
    place < LIMBS ? [reduce(sums.slice(place), spare), carry(sum, sums[place + 1]!)] : [],
  ]);
  return [code, carryAll(high), storeLimbs(out, high)];
}

/** The pairs of limbs whose products belong to a place. */
function pairsAt(place: number): (readonly [number, number])[] {
  const limbs = Array.from({ length: LIMBS }, (_, i) => i);
  return limbs.flatMap((i) => (place - i >= 0 && place - i < LIMBS ? [[i, place - i] as const] : []));
}

/** `name(out, a, b)`: a - b, limb by limb: a factor for one multiplication. */
export const difference = (name: string): WasmFunction => limbByLimb(name, wasm.subtract);

/** `name(out, a, b)`: a + b, limb by limb: a factor for one multiplication. */
export const sum = (name: string): WasmFunction => limbByLimb(name, wasm.add);

function limbByLimb(name: string, apply: Code): WasmFunction {
  const [out, a, b] = [0, 1, 2];
  const code = Array.from({ length: LIMBS }, (_, i) => [
    wasm.get(out),
    loadLimb(a, i),
    loadLimb(b, i),
    apply,
    wasm.store(i * 4),
  ]);
  return { name, parameters: 3, locals: 0, code };
}

/** `name(out, a)`: a, which is between -m and 2m, as the integer between 0 and the modulus m. It takes the same time for all. */
export function reduction(name: string, modulus: bigint): WasmFunction {
  const [out, a] = [0, 1];
  const modulusLimbs = limbsOf(modulus);
  const [limbs, smaller] = [locals(2, 0), locals(2, 1)];
  const isNegative = 2 + 2 * LIMBS;
  const subtractOnce = [
    limbs.map((limb, i) => [
      wasm.get(limb),
      wasm.constant(modulusLimbs[i]!),
      wasm.subtract,
      wasm.set(smaller[i]!),
    ]),
    carryAll(smaller),
    wasm.get(smaller.at(-1)!),
    wasm.constant(63n),
    wasm.shiftRight,
    wasm.set(isNegative),
    // Takes the smaller one but where it is negative.
    limbs.map((limb, i) => [
      wasm.get(limb),
      wasm.get(smaller[i]!),
      wasm.xor,
      wasm.get(isNegative),
      wasm.and,
      wasm.get(smaller[i]!),
      wasm.xor,
      wasm.set(limb),
    ]),
  ];
  const code = [
    loadLimbs(a, limbs),
    limbs.map((limb, i) => change(limb, wasm.add, wasm.constant(modulusLimbs[i]!))),
    carryAll(limbs),
    subtractOnce,
    subtractOnce,
    storeLimbs(out, limbs),
  ];
  return { name, parameters: 2, locals: 2 * LIMBS + 1, code };
}

/**
 * Makes of limbs of an integer between -n and 2n an odd one that is the same modulo the group order n, and adds 2^`bit` to it. It takes the same
 * time for all. `spare` is a local to work with.
 */
export function oddRepresentative(order: bigint, limbs: readonly number[], spare: number, bit: number): Code {
  const highest = limbs.at(-1)!;
  const orderLimbs = limbsOf(order);
  return [
    orderLimbs.map((limb, i) => change(limbs[i]!, wasm.add, wasm.constant(limb))),
    // All ones where it is even.
    [wasm.get(limbs[0]!), wasm.constant(1n), wasm.and, wasm.constant(1n), wasm.subtract],
    wasm.set(spare),
    orderLimbs.map((limb, i) =>
      change(limbs[i]!, wasm.add, [wasm.constant(limb), wasm.get(spare), wasm.and]),
    ),
    carryAll(limbs),
    change(highest, wasm.add, wasm.constant(1n << BigInt(bit - (LIMBS - 1) * LIMB_BITS))),
  ];
}

/** The limbs of an integer that is not negative. */
export function limbsOf(integer: bigint): bigint[] {
  return Array.from({ length: LIMBS }, (_, i) => (integer >> BigInt(i * LIMB_BITS)) & BigInt(LIMB_MASK));
}

/** Of an odd integer, modulo 2^29. */
export function inverseOfLowLimb(modulus: bigint): bigint {
  let inverse = 1n;
  // Each step of Newton's method doubles the bits that are right (5 times from the first).
  for (let step = 0; step < 5; step++)
    inverse = BigInt.asUintN(LIMB_BITS, inverse * (2n - modulus * inverse));
  return inverse;
}

function locals(first: number, group: number): number[] {
  return Array.from({ length: LIMBS }, (_, i) => first + group * LIMBS + i);
}

function product(left: number, right: number): Code {
  return [wasm.get(left), wasm.get(right), wasm.multiply];
}

function change(local: number, apply: Code, operand: Code): Code {
  return [wasm.get(local), operand, apply, wasm.set(local)];
}

function shifted(local: number, bits: bigint): Code {
  return [wasm.get(local), wasm.constant(bits), wasm.shiftLeft];
}

function lowLimb(local: number): Code {
  return [wasm.get(local), wasm.constant(BigInt(LIMB_MASK)), wasm.and];
}

function carry(from: number, to: number): Code {
  return change(to, wasm.add, [wasm.get(from), wasm.constant(BigInt(LIMB_BITS)), wasm.shiftRight]);
}

/** Carries from each limb to the next and leaves 29 bits in all but the last. */
function carryAll(limbs: readonly number[]): Code {
  return limbs.slice(0, -1).map((limb, i) => [carry(limb, limbs[i + 1]!), lowLimb(limb), wasm.set(limb)]);
}

function loadLimb(pointer: number, index: number): Code {
  return [wasm.get(pointer), wasm.load(index * 4)];
}

/** Loads the limbs at an address in a parameter into locals. */
export function loadLimbs(pointer: number, limbs: readonly number[]): Code {
  return limbs.map((limb, i) => [loadLimb(pointer, i), wasm.set(limb)]);
}

function storeLimbs(pointer: number, limbs: readonly number[]): Code {
  return limbs.map((limb, i) => [wasm.get(pointer), wasm.get(limb), wasm.store(i * 4)]);
}

import { inverseOfLowLimb, LIMB_BITS, LIMB_MASK, LIMBS, type SparsePrime } from './field-code.ts';
import { range, wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/**
 * Integers modulo a sparse prime, four at a time: nine vectors, of which each has one limb of all four (lanes).
 *
 * Two limbs of a factor may differ by less than 2^31, so that the difference fits 32 bits; and a limb of one factor times one of the other may be up to
 * 2^59.7. So a factor may be a difference with limbs between -2^30.1 and 2^29.1, as with an opposite of a point, if the other one has limbs of 29 bits;
 * or both may have limbs between -2^29.5 and 2^29.5. The nine products of a place then stay within 2^62.9, and within 2^63 with what is carried
 * from the place below (less than 2^35) and what the reduction adds (less than 2^54). As a place also has a bias of 2^63, it is never negative,
 * and carries are shifts without a sign.
 *
 * A product has limbs of 29 bits, of which the highest has the sign.
 */
export const QUAD_SIZE = LIMBS * 16;
export const LANES = 4;

/** Octets that caches take together: vectors are read faster where none is in two of these. */
export const ALIGNMENT = 64;
/** The address, or the next one where vectors may begin. */
export const aligned = (address: number): number => Math.ceil(address / ALIGNMENT) * ALIGNMENT;

const { vector, words, pairs } = wasm;

/** A multiple of 2^29, so that no limb shows it. What comes of it with the carry is 2^34; that makes no difference to the word of the last limb. */
const BIAS = 1n << 63n;
const BIAS_NOT_CARRIED = BIAS - (BIAS >> BigInt(LIMB_BITS));

/** Two of the four lanes, while they are 64 bits wide. */
interface Half {
  readonly multiply: Code;
  /** Locals: what is carried to a place; a limb of the result; by which multiples of the prime the low places were reduced. */
  readonly carry: number;
  readonly limb: number;
  readonly multiples: readonly number[];
  /** Locals of `quadMultiplication`: the products of limbs with the same index; and the bias, there with the sum of those that a place needs. */
  readonly diagonal: readonly number[];
  readonly diagonalSum: number;
}
const HALF_LOCALS = 3 + 2 * LIMBS;

function halvesFrom(firstLocal: number): readonly Half[] {
  return [pairs.multiplyLow, pairs.multiplyHigh].map((multiply, half) => {
    const first = firstLocal + half * HALF_LOCALS;
    return {
      multiply,
      carry: first,
      limb: first + 1,
      diagonalSum: first + 2,
      multiples: range(first + 3, LIMBS),
      diagonal: range(first + 3 + LIMBS, LIMBS),
    };
  });
}

/**
 * `name(out, a, b)`: the Montgomery products a · b / 2^261. `out` may be one of the factors.
 *
 * a_i b_j + a_j b_i is a_i b_i + a_j b_j + (a_i - a_j) (b_j - b_i): one product more where the others are at hand (Karatsuba). A place needs those of
 * neighbours; one comes in and one goes out from place to place.
 */
export function quadMultiplication(name: string, prime: SparsePrime): WasmFunction {
  const [out, a, b] = [0, 1, 2];
  const [left, right] = [range(3, LIMBS), range(3 + LIMBS, LIMBS)];
  const firstDifference = 3 + 2 * LIMBS;
  const differences = Array.from({ length: LIMBS >> 1 }, (_, pair) => firstDifference + 2 * pair);
  const firstOfHalves = firstDifference + 2 * differences.length;

  const diagonalAt = ({ multiply, diagonal, diagonalSum }: Half, place: number): Code =>
    place < LIMBS
      ? [
          [both(left[place]!, right[place]!, multiply), wasm.keep(diagonal[place]!)],
          [wasm.get(diagonalSum), pairs.add, wasm.keep(diagonalSum)],
        ]
      : [both(diagonalSum, diagonal[place - LIMBS]!, pairs.subtract), wasm.keep(diagonalSum)];

  const code = [
    loadQuad(a, left),
    loadQuad(b, right),
    reducedProducts(out, firstOfHalves, prime, {
      before: (place) =>
        pairsAt(place).map(([i, j], pair) => [
          difference(left[i]!, left[j]!, differences[pair]!),
          difference(right[j]!, right[i]!, differences[pair]! + 1),
        ]),
      productsOf: (half, place) => [
        diagonalAt(half, place),
        ...pairsAt(place).map((_, pair) => both(differences[pair]!, differences[pair]! + 1, half.multiply)),
      ],
    }),
  ];
  return { name, parameters: 3, locals: 0, vectors: firstOfHalves - 3 + SHARED_LOCALS, code };
}

/** `name(out, a)`: the Montgomery products a · a / 2^261. `out` may be the factor. */
export function quadSquaring(name: string, prime: SparsePrime): WasmFunction {
  const [out, a] = [0, 1];
  const [limbs, twice] = [range(2, LIMBS), range(2 + LIMBS, LIMBS)];
  const firstOfHalves = 2 + 2 * LIMBS;
  const code = [
    loadQuad(a, limbs),
    limbs.map((limb, i) => [both(limb, limb, words.add), wasm.set(twice[i]!)]),
    reducedProducts(out, firstOfHalves, prime, {
      before: () => [],
      productsOf: ({ multiply, diagonalSum }, place) => {
        const middle = limbs[place / 2];
        return [
          wasm.get(diagonalSum),
          ...pairsAt(place).map(([i, j]) => both(twice[i]!, limbs[j]!, multiply)),
          ...(middle === undefined ? [] : [both(middle, middle, multiply)]),
        ];
      },
    }),
  ];
  return { name, parameters: 2, locals: 0, vectors: firstOfHalves - 2 + SHARED_LOCALS, code };
}

/** What to add up in a place. */
interface Places {
  /** For both halves. */
  readonly before: (place: number) => Code;
  readonly productsOf: (half: Half, place: number) => readonly Code[];
}

const SHARED_LOCALS = 2 * HALF_LOCALS + 1;

/** Sums up products, reduces, carries and stores, place by place, so that little waits in registers at any time. All locals are zero. */
function reducedProducts(
  out: number,
  firstLocal: number,
  prime: SparsePrime,
  { before, productsOf }: Places,
): Code {
  const halves = halvesFrom(firstLocal);
  const mask = firstLocal + 2 * HALF_LOCALS;
  const places = range(0, 2 * LIMBS).map((place) => [
    before(place),
    halves.map((half) => [
      wasm.get(half.carry),
      productsOf(half, place).map((operand) => [operand, pairs.add]),
      reductionAt(half, place, prime),
      wasm.keep(half.carry),
      place < LIMBS ? multipleOf(prime) : [],
      place === 2 * LIMBS - 1 ? [] : [wasm.get(mask), vector.and],
      wasm.set(half.multiples[place] ?? half.limb),
      place < LIMBS ? takeOff(half.carry, half.multiples[place]!, prime) : [],
      [wasm.get(half.carry), wasm.address(LIMB_BITS), pairs.shiftRight, wasm.set(half.carry)],
    ]),
    place < LIMBS ? [] : storeLimb(out, place - LIMBS, halves),
  ]);
  return [
    [pairs.constant(BigInt(LIMB_MASK)), wasm.set(mask)],
    halves.map(({ carry }) => [pairs.constant(BIAS - BIAS_NOT_CARRIED), wasm.set(carry)]),
    halves.map(({ diagonalSum }) => [pairs.constant(BIAS_NOT_CARRIED), wasm.set(diagonalSum)]),
    places,
  ];
}

/** What a place gets of the multiples of the prime that made the nine low places zero. */
function reductionAt({ multiples }: Half, place: number, { powers }: SparsePrime): Code {
  return powers.map(({ limb, bit, isNegative }) => {
    const multiple = multiples[place - limb];
    if (multiple === undefined) return [];
    const term = [wasm.get(multiple), wasm.address(bit), pairs.shiftLeft];
    return [term, isNegative === true ? pairs.subtract : pairs.add];
  });
}

/** Makes of a sum in a low place, but for what is above the limb, the multiple of the prime that takes it off. */
function multipleOf({ less }: SparsePrime): Code {
  return less === 1n ? [] : [words.constant(Number(inverseOfLowLimb(less))), words.multiply];
}

/** Takes the multiple off a sum. One that is the limb itself takes off nothing that is carried. */
function takeOff(sum: number, multiple: number, { less }: SparsePrime): Code {
  if (less === 1n) return [];
  const shifts = range(0, LIMB_BITS).filter((bit) => ((less >> BigInt(bit)) & 1n) === 1n);
  const terms = shifts.map((shift) => [
    [wasm.get(multiple), shift === 0 ? [] : [wasm.address(shift), pairs.shiftLeft], pairs.subtract],
  ]);
  return [wasm.get(sum), terms, wasm.set(sum)];
}

/** The octets of the low words of four 64-bit integers. */
const LOW_WORDS = [0, 8, 16, 24].flatMap((first) => range(first, 4));

function storeLimb(out: number, index: number, halves: readonly Half[]): Code {
  const limbs = halves.map(({ limb }) => wasm.get(limb));
  return [wasm.get(out), limbs, vector.shuffle(LOW_WORDS), vector.store(index * 16)];
}

/** The pairs of different limbs whose products belong to a place. */
function pairsAt(place: number): (readonly [number, number])[] {
  return range(0, LIMBS).flatMap((i) =>
    i < place - i && place - i < LIMBS ? [[i, place - i] as const] : [],
  );
}

/** What an instruction makes of two locals. */
function both(left: number, right: number, apply: Code): Code {
  return [wasm.get(left), wasm.get(right), apply];
}

function difference(left: number, right: number, out: number): Code {
  return [both(left, right, words.subtract), wasm.set(out)];
}

function loadQuad(pointer: number, limbs: readonly number[]): Code {
  return limbs.map((limb, i) => [wasm.get(pointer), vector.load(i * 16), wasm.set(limb)]);
}

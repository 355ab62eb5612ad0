import { joining, meeting, quadLimbByLimb } from './addition-code.ts';
import type { Curve } from './curve.ts';
import { digitsOf, recoding } from './digit-code.ts';
import {
  difference,
  multiplication,
  reduceBy,
  reduceBySparsePrime,
  reduction,
  repeatedly,
  squaring,
  sum,
} from './field-code.ts';
import { gathering } from './gathering-code.ts';
import { octetsLoad, octetsStore } from './octets-code.ts';
import { QUAD_SIZE, quadMultiplication, quadSquaring } from './quad-code.ts';
import { selection } from './selection-code.ts';
import { wasm, type WasmFunction } from './wasm-assembler.ts';
import { createMemory, instantiate, type WasmMemory } from './wasm-engine.ts';

/** Signatures that are worked on together: more would hardly be faster. */
export const CAPACITY = 512;
/** Digits of scalars that are secret, and of others. */
export const SECRET_DIGITS = digitsOf(7);
export const PUBLIC_DIGITS = digitsOf(9);
/** Octets of one digit of all. */
export const SECRET_DIGIT_STRIDE = CAPACITY;
export const PUBLIC_DIGIT_STRIDE = CAPACITY * 2;

/** From here on, memory is the caller's; what is below, nobody else looks at. */
export const FREE = 2 * QUAD_SIZE;

/**
 * Arithmetic on integers and points, named by their addresses in a memory of its own. Integers are times Montgomery's radix.
 */
export interface Arithmetic extends ArithmeticFunctions {
  readonly curve: Curve;
  readonly memory: WasmMemory;
  /** The memory by words and by octets. */
  readonly words: Int32Array;
  readonly octets: Uint8Array;
}

interface ArithmeticFunctions {
  /** out, a, b: the Montgomery product modulo the field prime. */
  readonly multiply: (out: number, a: number, b: number) => void;
  /** out, a, count: the Montgomery product of an integer and itself, of that and itself, ...: so many times. */
  readonly squareTimes: (out: number, a: number, count: number) => void;
  /** out, a, b: the Montgomery product modulo the group order. */
  readonly multiplyScalars: (out: number, a: number, b: number) => void;
  readonly squareScalarTimes: (out: number, a: number, count: number) => void;
  /** out, a, b: limb by limb, a factor for one product. */
  readonly add: (out: number, a: number, b: number) => void;
  readonly subtract: (out: number, a: number, b: number) => void;
  /** out, a: what products are, brought between 0 and the modulus. */
  readonly reduceCoordinate: (out: number, a: number) => void;
  readonly reduceScalar: (out: number, a: number) => void;
  /** out, octets: 32 octets as an integer. */
  readonly loadOctets: (out: number, octets: number) => void;
  /** octets, a: the 32 octets of a normal integer. */
  readonly storeOctets: (octets: number, a: number) => void;
  /** The same for four integers modulo the field prime. */
  readonly multiplyQuads: (out: number, a: number, b: number) => void;
  readonly squareQuads: (out: number, a: number) => void;
  readonly addQuads: (out: number, a: number, b: number) => void;
  readonly subtractQuads: (out: number, a: number, b: number) => void;
  /** out, scalar: its digits (`recoding`). */
  readonly recodeSecret: (out: number, scalar: number) => void;
  readonly recode: (out: number, scalar: number) => void;
  /** out, row, digits, count: points of a table (`selection`, `gathering`). */
  readonly select: (out: number, row: number, digits: number, count: number) => void;
  readonly gather: (out: number, row: number, digits: number, count: number) => void;
  /** sum, point, trace, product or inverse, count: additions of quads of points (`meeting`, `joining`). */
  readonly meet: (sum: number, point: number, trace: number, product: number, count: number) => void;
  readonly join: (sum: number, point: number, trace: number, inverse: number, count: number) => void;
}

/** With `size` octets of memory after `FREE`; undefined where this process runs no WebAssembly, or none with vectors. */
export function createArithmetic(curve: Curve, size: number): Arithmetic | undefined {
  const memory = createMemory(FREE + size);
  if (memory === undefined) return undefined;
  const functions = instantiate(curve, () => functionsOf(curve), memory);
  if (functions === undefined) return undefined;
  const { buffer } = memory;
  const views = { words: new Int32Array(buffer), octets: new Uint8Array(buffer) };
  return { curve, memory, ...views, ...(functions as ArithmeticFunctions) };
}

/** Those that others call, by their places in the list. */
const QUADS = { multiply: 0, square: 1 };
const [SQUARE, SQUARE_SCALAR] = [2, 3];

const functionsOf = ({ field, order, octetOrder }: Curve): readonly WasmFunction[] => [
  quadMultiplication('multiplyQuads', field),
  quadSquaring('squareQuads', field),
  squaring('square', reduceBySparsePrime(field)),
  squaring('squareScalar', reduceBy(order)),
  repeatedly('squareTimes', SQUARE),
  repeatedly('squareScalarTimes', SQUARE_SCALAR),
  quadLimbByLimb('addQuads', wasm.words.add),
  quadLimbByLimb('subtractQuads', wasm.words.subtract),
  meeting('meet', QUADS),
  joining('join', field, QUADS, 0),
  multiplication('multiply', reduceBySparsePrime(field)),
  multiplication('multiplyScalars', reduceBy(order)),
  difference('subtract'),
  sum('add'),
  reduction('reduceCoordinate', field.prime),
  reduction('reduceScalar', order),
  octetsLoad('loadOctets', octetOrder),
  octetsStore('storeOctets', octetOrder),
  recoding('recodeSecret', order, SECRET_DIGITS, SECRET_DIGIT_STRIDE),
  recoding('recode', order, PUBLIC_DIGITS, PUBLIC_DIGIT_STRIDE),
  selection('select', SECRET_DIGITS),
  gathering('gather', PUBLIC_DIGITS),
];

import { joining, meeting, quadLimbByLimb } from './addition-code.ts';
import type { Curve } from './curve.ts';
import { digitsOf, recoding } from './digit-code.ts';
import {
  difference,
  multiplication,
  reduceBy,
  reduceBySparsePrime,
  reduction,
  squaring,
  sum,
} from './field-code.ts';
import { gathering } from './gathering-code.ts';
import { QUAD_SIZE, quadMultiplication, quadSquaring } from './quad-code.ts';
import { selection } from './selection-code.ts';
import { assemble, wasm, type WasmFunction } from './wasm-assembler.ts';

/** Signatures that are worked on together: more would hardly be faster. */
export const CAPACITY = 256;
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
export interface Arithmetic {
  readonly curve: Curve;
  readonly words: Int32Array;
  /** out, a, b: the Montgomery product modulo the field prime. */
  readonly multiply: (out: number, a: number, b: number) => void;
  /** out, a: the Montgomery product of an integer and itself. */
  readonly square: (out: number, a: number) => void;
  /** out, a, b: the Montgomery product modulo the group order. */
  readonly multiplyScalars: (out: number, a: number, b: number) => void;
  readonly squareScalar: (out: number, a: number) => void;
  /** out, a, b: limb by limb, a factor for one product. */
  readonly add: (out: number, a: number, b: number) => void;
  readonly subtract: (out: number, a: number, b: number) => void;
  /** out, a: what products are, brought between 0 and the modulus. */
  readonly reduceCoordinate: (out: number, a: number) => void;
  readonly reduceScalar: (out: number, a: number) => void;
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

/** What Node's types leave out. */
interface WebAssemblyEngine {
  readonly validate: (code: Uint8Array) => boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: Omit<Arithmetic, 'curve' | 'words'> & {
      readonly memory: { readonly buffer: ArrayBuffer };
    };
  };
}

/** With `size` octets of memory after `FREE`; undefined where this process runs no WebAssembly, or none with vectors. */
export function createArithmetic(curve: Curve, size: number): Arithmetic | undefined {
  const { WebAssembly: engine } = globalThis as { WebAssembly?: WebAssemblyEngine };
  const code = assemble(Math.ceil((FREE + size) / 0x10000), functionsOf(curve));
  if (engine?.validate(code) !== true) return undefined;
  const { memory, ...functions } = new engine.Instance(new engine.Module(code)).exports;
  return { curve, words: new Int32Array(memory.buffer), ...functions };
}

/** Those that others call, by their places in the list. */
const CALLED = { multiply: 0, square: 1 };

const functionsOf = ({ field, order }: Curve): readonly WasmFunction[] => [
  quadMultiplication('multiplyQuads', field),
  quadSquaring('squareQuads', field),
  quadLimbByLimb('addQuads', wasm.words.add),
  quadLimbByLimb('subtractQuads', wasm.words.subtract),
  meeting('meet', CALLED),
  joining('join', field, CALLED, 0),
  multiplication('multiply', reduceBySparsePrime(field)),
  squaring('square', reduceBySparsePrime(field)),
  multiplication('multiplyScalars', reduceBy(order)),
  squaring('squareScalar', reduceBy(order)),
  difference('subtract'),
  sum('add'),
  reduction('reduceCoordinate', field.prime),
  reduction('reduceScalar', order),
  recoding('recodeSecret', order, SECRET_DIGITS, SECRET_DIGIT_STRIDE),
  recoding('recode', order, PUBLIC_DIGITS, PUBLIC_DIGIT_STRIDE),
  selection('select', SECRET_DIGITS),
  gathering('gather', PUBLIC_DIGITS),
];

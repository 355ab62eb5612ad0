import {
  coordinate,
  difference,
  FIELD_LIMBS,
  INTEGER_SIZE,
  multiplication,
  oddRepresentative,
  ORDER_LIMBS,
  reduceByFieldPrime,
  reduceByGroupOrder,
  reduction,
  squaring,
  sum,
} from './field-code.ts';
import { selection } from './selection-code.ts';
import { assemble, wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/** Octets of a point: its coordinates x and y. */
export const POINT_SIZE = 2 * INTEGER_SIZE;
/** Octets of a point that others are added to: after it comes what `meet` leaves for `join`. */
export const SUM_SIZE = POINT_SIZE + 2 * INTEGER_SIZE;
const DENOMINATOR = POINT_SIZE;
const PRODUCT_BEFORE = POINT_SIZE + INTEGER_SIZE;

/** Integers that the functions work with: zero, and three that nobody else looks at. From `FREE` on, memory is the caller's. */
const ZERO = 0;
const QUOTIENT = INTEGER_SIZE;
const SLOPE = 2 * INTEGER_SIZE;
const SPARE = 3 * INTEGER_SIZE;
export const FREE = 4 * INTEGER_SIZE;

/**
 * Arithmetic on integers and points, named by their addresses in a memory of its own. Integers are times Montgomery's radix.
 *
 * Points are added in affine coordinates. That takes a quotient each, but all of them share one inverse: `meet` multiplies the denominator of an
 * addition into a running product; once that is inverted, `join` makes the additions, the last one first, and takes each denominator off the
 * inverse again.
 */
export interface Arithmetic {
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
  /** out, a: a scalar as the digits of `select`. */
  readonly markDigits: (out: number, a: number) => void;
  /** out, row, scalar, shift: the point of a table's row that a digit says (`selection`). */
  readonly select: (out: number, row: number, scalar: number, shift: number) => void;
  /** sum, point, product. The product becomes zero where the formula does not hold: for a point and itself or its opposite. */
  readonly meet: (sum: number, point: number, product: number) => void;
  /** sum, point, inverse. */
  readonly join: (sum: number, point: number, inverse: number) => void;
}

/** What Node's types leave out. */
interface WebAssemblyEngine {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: Omit<Arithmetic, 'words'> & { readonly memory: { readonly buffer: ArrayBuffer } };
  };
}

/** With `size` octets of memory after `FREE`; undefined where this process runs no WebAssembly. */
export function createArithmetic(size: number): Arithmetic | undefined {
  const { WebAssembly: engine } = globalThis as { WebAssembly?: WebAssemblyEngine };
  if (engine === undefined) return undefined;
  const module = new engine.Module(assemble(Math.ceil((FREE + size) / 0x10000), FUNCTIONS));
  const { memory, ...functions } = new engine.Instance(module).exports;
  return { words: new Int32Array(memory.buffer), ...functions };
}

const [MULTIPLY, SQUARE, SUBTRACT, COORDINATE] = [0, 1, 2, 3];
const [SUM, POINT, RUNNING] = [0, 1, 2];

const address = (base: number, offset = 0): Code => [
  ...wasm.get(base),
  ...wasm.address(offset),
  ...wasm.addAddress,
];
const fixed = wasm.address;
const multiply = (out: Code, a: Code, b: Code): Code => [...out, ...a, ...b, ...wasm.call(MULTIPLY)];
const subtract = (out: Code, a: Code, b: Code): Code => [...out, ...a, ...b, ...wasm.call(SUBTRACT)];
const coordinateOf = (out: Code, a: Code, b: Code, c: Code): Code => [
  ...out,
  ...a,
  ...b,
  ...c,
  ...wasm.call(COORDINATE),
];
const square = (out: Code, a: Code): Code => [...out, ...a, ...wasm.call(SQUARE)];
const PAIRS = INTEGER_SIZE >> 3;
const copy = (to: Code, from: Code): Code => [
  ...Array.from({ length: PAIRS }, (_, i) => [
    ...to,
    ...from,
    ...wasm.loadPair(8 * i),
    ...wasm.storePair(8 * i),
  ]).flat(),
  ...to,
  ...from,
  ...wasm.load(8 * PAIRS),
  ...wasm.store(8 * PAIRS),
];

const x = (base: number): Code => address(base);
const y = (base: number): Code => address(base, INTEGER_SIZE);

const FUNCTIONS: readonly WasmFunction[] = [
  multiplication('multiply', reduceByFieldPrime),
  squaring('square', reduceByFieldPrime),
  difference('subtract'),
  coordinate('coordinate'),
  multiplication('multiplyScalars', reduceByGroupOrder),
  squaring('squareScalar', reduceByGroupOrder),
  sum('add'),
  reduction('reduceCoordinate', FIELD_LIMBS),
  reduction('reduceScalar', ORDER_LIMBS),
  oddRepresentative('markDigits'),
  selection('select'),
  {
    name: 'meet',
    parameters: 3,
    locals: 0,
    code: [
      ...subtract(address(SUM, DENOMINATOR), x(POINT), x(SUM)),
      ...copy(address(SUM, PRODUCT_BEFORE), address(RUNNING)),
      ...multiply(address(RUNNING), address(RUNNING), address(SUM, DENOMINATOR)),
    ],
  },
  {
    name: 'join',
    parameters: 3,
    locals: 0,
    code: [
      ...multiply(fixed(QUOTIENT), address(RUNNING), address(SUM, PRODUCT_BEFORE)),
      ...multiply(address(RUNNING), address(RUNNING), address(SUM, DENOMINATOR)),
      ...subtract(fixed(SLOPE), y(POINT), y(SUM)),
      ...multiply(fixed(SLOPE), fixed(SLOPE), fixed(QUOTIENT)),
      // x = slope^2 - x1 - x2
      ...square(fixed(SPARE), fixed(SLOPE)),
      ...coordinateOf(fixed(SPARE), fixed(SPARE), x(SUM), x(POINT)),
      // y = slope (x1 - x) - y1
      ...subtract(fixed(QUOTIENT), x(SUM), fixed(SPARE)),
      ...copy(x(SUM), fixed(SPARE)),
      ...multiply(fixed(QUOTIENT), fixed(QUOTIENT), fixed(SLOPE)),
      ...coordinateOf(y(SUM), fixed(QUOTIENT), y(SUM), fixed(ZERO)),
    ],
  },
];

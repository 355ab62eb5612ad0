/**
 * WebAssembly code, in any grouping: an instruction, or several in a row. Octets are characters, which engines put together far faster than numbers: to
 * make the code is a good part of what it takes to get ready.
 */
export type Code = string | readonly Code[];

const octet = (value: number): string => String.fromCharCode(value);
/** An instruction on vectors. */
const simd = (number: number): string => octet(0xfd) + unsigned(number);

/** The instructions in use (WebAssembly Core Specification, section 5.4). */
export const wasm = {
  get: (local: number): Code => octet(0x20) + unsigned(local),
  set: (local: number): Code => octet(0x21) + unsigned(local),
  /** Sets a local and leaves the value. */
  keep: (local: number): Code => octet(0x22) + unsigned(local),
  /** A constant address; what is written with addresses also does for counts and shifts. */
  address: (value: number): Code => octet(0x41) + signed(BigInt(value)),
  addAddress: octet(0x6a),
  subtractAddress: octet(0x6b),
  multiplyAddress: octet(0x6c),
  andAddress: octet(0x71),
  xorAddress: octet(0x73),
  shiftAddressRight: octet(0x76),
  constant: (value: bigint): Code => octet(0x42) + signed(value),
  add: octet(0x7c),
  subtract: octet(0x7d),
  multiply: octet(0x7e),
  and: octet(0x83),
  or: octet(0x84),
  xor: octet(0x85),
  shiftLeft: octet(0x86),
  shiftRight: octet(0x87),
  shiftRightUnsigned: octet(0x88),
  /** The signed 32-bit integer at an address, as one of 64 bits. */
  load: (offset: number): Code => octet(0x34) + octet(2) + unsigned(offset),
  /** Stores the low 32 bits, 16 bits, 8 bits. */
  store: (offset: number): Code => octet(0x3e) + octet(2) + unsigned(offset),
  store16: (offset: number): Code => octet(0x3d) + octet(1) + unsigned(offset),
  store8: (offset: number): Code => octet(0x3c) + octet(0) + unsigned(offset),
  /** The unsigned 16-bit integer at an address, as an address. */
  loadAddress16: (offset: number): Code => octet(0x2f) + octet(1) + unsigned(offset),
  /** Does the code as often as a parameter says, which is at least once, and counts that down to zero. */
  repeat: (count: number, code: Code): Code => [
    [octet(0x03), octet(0x40), code],
    [wasm.get(count), wasm.address(1), wasm.subtractAddress, wasm.keep(count)],
    [octet(0x0d), unsigned(0), octet(0x0b)],
  ],
  /** Adds to an address in a parameter. */
  advance: (pointer: number, by: number): Code => [
    wasm.get(pointer),
    wasm.address(by),
    wasm.addAddress,
    wasm.set(pointer),
  ],
  call: (index: number): Code => octet(0x10) + unsigned(index),
  /** Vectors of 128 bits. */
  vector: {
    load: (offset: number): Code => simd(0) + octet(2) + unsigned(offset),
    store: (offset: number): Code => simd(11) + octet(2) + unsigned(offset),
    and: simd(78),
    or: simd(80),
    xor: simd(81),
    /** The octets of two vectors, one after the other, that `indices` name. */
    shuffle: (indices: readonly number[]): Code => simd(13) + characters(indices),
  },
  /** Vectors of sixteen octets. */
  octets: {
    constant: (value: number): Code => vectorOf(new Uint8Array(16).fill(value)),
    indices: (indices: readonly number[]): Code => vectorOf(Uint8Array.from(indices)),
    /** All ones where the first, with its sign, is less than the second; else zero. */
    isLess: simd(37),
    /** The octets of the first that the second has the indices of: zero where that is 16 or more. */
    pick: simd(14),
  },
  /** Vectors of four 32-bit integers. */
  words: {
    constant: (value: number): Code => vectorOf(new Int32Array(4).fill(value)),
    add: simd(174),
    subtract: simd(177),
    multiply: simd(181),
    shiftLeft: simd(171),
    /** With its sign. */
    shiftRight: simd(172),
    replaceLane: (lane: number): Code => simd(28) + octet(lane),
    /** Loads the word at an address into a vector that is already there; that for the first lane is not, and the others become zero. */
    loadLane: (lane: number, offset: number): Code =>
      lane === 0
        ? simd(92) + octet(2) + unsigned(offset)
        : simd(86) + octet(2) + unsigned(offset) + octet(lane),
  },
  /** Vectors of two 64-bit integers. */
  pairs: {
    constant: (value: bigint): Code => vectorOf(new BigUint64Array(2).fill(value)),
    splat: simd(18),
    extractLane: (lane: number): Code => simd(29) + octet(lane),
    replaceLane: (lane: number): Code => simd(30) + octet(lane),
    /** A 64-bit integer in memory, twice. */
    loadSplat: (offset: number): Code => simd(10) + octet(3) + unsigned(offset),
    add: simd(206),
    subtract: simd(209),
    shiftLeft: simd(203),
    /** Without a sign: engines have no fast shift with one. */
    shiftRight: simd(205),
    /** The products of the first two or the last two of four signed 32-bit integers each. */
    multiplyLow: simd(220),
    multiplyHigh: simd(221),
  },
} as const;

/**
 * A function without results that takes `parameters` addresses. After those, its locals are `addresses`, then `locals` 64-bit integers, then `vectors`
 * of 128 bits.
 */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly addresses?: number;
  readonly locals: number;
  readonly vectors?: number;
  readonly code: Code;
}

/** A module that imports its memory, `given.memory`, and exports functions, which call each other by their place in the list. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const module = [
    characters([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    section(
      1,
      list(functions.map(({ parameters }) => [octet(0x60), list(Array(parameters).fill(I32)), NONE])),
    ),
    section(2, list([[name('given'), name('memory'), MEMORY, octet(0), octet(1)]])),
    section(3, list(functions.map((_, index) => unsigned(index)))),
    section(7, list(functions.map((code, index) => [name(code.name), FUNCTION, unsigned(index)]))),
    section(10, list(functions.map(bodyOf))),
  ];
  return Buffer.from(joined(module), 'latin1');
}

const I32 = octet(0x7f);
const I64 = octet(0x7e);
const V128 = octet(0x7b);
const NONE = octet(0);
/** Kinds of what comes in and goes out. */
const [FUNCTION, MEMORY] = [octet(0), octet(2)] as const;

function section(id: number, content: Code): Code {
  return [octet(id), sized(content)];
}

function name(text: string): Code {
  return sized(text);
}

function bodyOf({ addresses = 0, locals, vectors = 0, code }: WasmFunction): Code {
  const groups = [
    [unsigned(addresses), I32],
    [unsigned(locals), I64],
    [unsigned(vectors), V128],
  ];
  return sized([list(groups), code, octet(0x0b)]);
}

function vectorOf({ buffer }: { readonly buffer: ArrayBufferLike }): Code {
  return simd(12) + characters([...new Uint8Array(buffer)]);
}

/** Items after how many they are. */
function list(items: readonly Code[]): Code {
  return [unsigned(items.length), items];
}

/** Octets after how many they are. */
function sized(code: Code): Code {
  const text = joined(code);
  return unsigned(text.length) + text;
}

function joined(code: Code): string {
  return typeof code === 'string' ? code : (code as readonly unknown[]).flat(Infinity).join('');
}

function characters(octetValues: readonly number[]): string {
  return String.fromCharCode(...octetValues);
}

/** LEB128 (section 5.2.2). */
function unsigned(value: number): string {
  return value < 0x80 ? octet(value) : octet((value & 0x7f) | 0x80) + unsigned(value >>> 7);
}

function signed(value: bigint): string {
  if (value >= -0x40n && value < 0x40n) return octet(Number(value) & 0x7f);
  return octet(Number(value & 0x7fn) | 0x80) + signed(value >> 7n);
}

/** So many numbers in a row: locals, octets. */
export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

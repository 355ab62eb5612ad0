/** Octets of WebAssembly code, in any grouping: an instruction, or several in a row. */
export type Code = readonly (number | Code)[];

/** The instructions in use (WebAssembly Core Specification, section 5.4). */
export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  /** Sets a local and leaves the value. */
  keep: (local: number): Code => [0x22, ...unsigned(local)],
  /** A constant address; what is written with addresses also does for counts and shifts. */
  address: (value: number): Code => [0x41, ...signed(BigInt(value))],
  addAddress: [0x6a],
  subtractAddress: [0x6b],
  multiplyAddress: [0x6c],
  andAddress: [0x71],
  xorAddress: [0x73],
  shiftAddressRight: [0x76],
  constant: (value: bigint): Code => [0x42, ...signed(value)],
  add: [0x7c],
  subtract: [0x7d],
  multiply: [0x7e],
  and: [0x83],
  or: [0x84],
  xor: [0x85],
  shiftLeft: [0x86],
  shiftRight: [0x87],
  shiftRightUnsigned: [0x88],
  /** The signed 32-bit integer at an address, as one of 64 bits. */
  load: (offset: number): Code => [0x34, 2, ...unsigned(offset)],
  /** Stores the low 32 bits, 16 bits, 8 bits. */
  store: (offset: number): Code => [0x3e, 2, ...unsigned(offset)],
  store16: (offset: number): Code => [0x3d, 1, ...unsigned(offset)],
  store8: (offset: number): Code => [0x3c, 0, ...unsigned(offset)],
  /** The unsigned 16-bit integer at an address, as an address. */
  loadAddress16: (offset: number): Code => [0x2f, 1, ...unsigned(offset)],
  /** Does the code as often as a parameter says, which is at least once, and counts that down to zero. */
  repeat: (count: number, code: Code): Code => [
    [0x03, 0x40, code],
    [wasm.get(count), wasm.address(1), wasm.subtractAddress, wasm.keep(count)],
    [0x0d, 0, 0x0b],
  ],
  /** Adds to an address in a parameter. */
  advance: (pointer: number, by: number): Code => [
    wasm.get(pointer),
    wasm.address(by),
    wasm.addAddress,
    wasm.set(pointer),
  ],
  call: (index: number): Code => [0x10, ...unsigned(index)],
  /** Vectors of 128 bits. */
  vector: {
    load: (offset: number): Code => [0xfd, 0, 2, ...unsigned(offset)],
    store: (offset: number): Code => [0xfd, 11, 2, ...unsigned(offset)],
    and: [0xfd, 78],
    or: [0xfd, 80],
    xor: [0xfd, 81],
    /** The octets of two vectors, one after the other, that `indices` name. */
    shuffle: (indices: readonly number[]): Code => [0xfd, 13, ...indices],
  },
  /** Vectors of sixteen octets. */
  octets: {
    constant: (value: number): Code => vectorOf(new Uint8Array(16).fill(value)),
    indices: (indices: readonly number[]): Code => vectorOf(Uint8Array.from(indices)),
    /** All ones where the first, with its sign, is less than the second; else zero. */
    isLess: [0xfd, 37],
    /** The octets of the first that the second has the indices of: zero where that is 16 or more. */
    pick: [0xfd, 14],
  },
  /** Vectors of four 32-bit integers. */
  words: {
    constant: (value: number): Code => vectorOf(new Int32Array(4).fill(value)),
    add: [0xfd, ...unsigned(174)],
    subtract: [0xfd, ...unsigned(177)],
    multiply: [0xfd, ...unsigned(181)],
    shiftLeft: [0xfd, ...unsigned(171)],
    /** With its sign. */
    shiftRight: [0xfd, ...unsigned(172)],
    replaceLane: (lane: number): Code => [0xfd, 28, lane],
    /** Loads the word at an address into a vector that is already there; that for the first lane is not, and the others become zero. */
    loadLane: (lane: number, offset: number): Code =>
      lane === 0 ? [0xfd, 92, 2, ...unsigned(offset)] : [0xfd, 86, 2, ...unsigned(offset), lane],
  },
  /** Vectors of two 64-bit integers. */
  pairs: {
    constant: (value: bigint): Code => vectorOf(new BigUint64Array(2).fill(value)),
    splat: [0xfd, 18],
    extractLane: (lane: number): Code => [0xfd, 29, lane],
    replaceLane: (lane: number): Code => [0xfd, 30, lane],
    /** A 64-bit integer in memory, twice. */
    loadSplat: (offset: number): Code => [0xfd, 10, 3, ...unsigned(offset)],
    add: [0xfd, ...unsigned(206)],
    subtract: [0xfd, ...unsigned(209)],
    shiftLeft: [0xfd, ...unsigned(203)],
    /** Without a sign: engines have no fast shift with one. */
    shiftRight: [0xfd, ...unsigned(205)],
    /** The products of the first two or the last two of four signed 32-bit integers each. */
    multiplyLow: [0xfd, ...unsigned(220)],
    multiplyHigh: [0xfd, ...unsigned(221)],
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
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    octetsOf([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(functions.map(({ parameters }) => [0x60, list(Array(parameters).fill(I32)), 0]))),
      section(2, list([[name('given'), name('memory'), MEMORY, 0, 1]])),
      section(3, list(functions.map((_, index) => unsigned(index)))),
      section(7, list(functions.map((code, index) => [name(code.name), FUNCTION, unsigned(index)]))),
      section(10, list(functions.map(bodyOf))),
    ]),
  );
}

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
/** Kinds of what comes in and goes out. */
const [FUNCTION, MEMORY] = [0, 2] as const;

function section(id: number, content: Code): Code {
  return [id, sized(content)];
}

function name(text: string): Code {
  return list([...Buffer.from(text)]);
}

function bodyOf({ addresses = 0, locals, vectors = 0, code }: WasmFunction): Code {
  const groups = [
    [unsigned(addresses), I32],
    [unsigned(locals), I64],
    [unsigned(vectors), V128],
  ];
  return sized([list(groups), code, 0x0b]);
}

function vectorOf({ buffer }: { readonly buffer: ArrayBufferLike }): Code {
  return [0xfd, 12, ...new Uint8Array(buffer)];
}

/** Items after how many they are; octets after how many they are. */
function list(items: Code): Code {
  return [unsigned(items.length), items];
}

function sized(code: Code): Code {
  return list(octetsOf(code));
}

function octetsOf(code: Code, octets: number[] = []): number[] {
  for (const item of code)
    if (typeof item === 'number') octets.push(item);
    else octetsOf(item, octets);
  return octets;
}

/** LEB128 (section 5.2.2). */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = rest === ((low & 0x40) === 0 ? 0n : -1n);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

/** So many numbers in a row: locals, octets. */
export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Octets of WebAssembly code: an instruction, or several in a row. */
export type Code = readonly number[];

/** The instructions in use (WebAssembly Core Specification, section 5.4). */
export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  /** A constant address. */
  address: (value: number): Code => [0x41, ...signed(BigInt(value))],
  addAddress: [0x6a],
  constant: (value: bigint): Code => [0x42, ...signed(value)],
  add: [0x7c],
  subtract: [0x7d],
  multiply: [0x7e],
  and: [0x83],
  or: [0x84],
  xor: [0x85],
  shiftLeft: [0x86],
  shiftRight: [0x87],
  /** The low 32 bits of a 64-bit integer, and a 32-bit integer as one of 64. */
  narrow: [0xa7],
  widen: [0xad],
  /** The signed 32-bit integer at an address, as one of 64 bits. */
  load: (offset: number): Code => [0x34, 2, ...unsigned(offset)],
  /** Stores the low 32 bits. */
  store: (offset: number): Code => [0x3e, 2, ...unsigned(offset)],
  /** 64 bits as they are. */
  loadPair: (offset: number): Code => [0x29, 2, ...unsigned(offset)],
  storePair: (offset: number): Code => [0x37, 2, ...unsigned(offset)],
  call: (index: number): Code => [0x10, ...unsigned(index)],
  /** Vectors of four 32-bit integers. */
  vector: {
    constant: (a: number, b: number, c: number, d: number): Code => [
      ...[0xfd, 12],
      ...new Uint8Array(Int32Array.of(a, b, c, d).buffer),
    ],
    load: (offset: number): Code => [0xfd, 0, 2, ...unsigned(offset)],
    store: (offset: number): Code => [0xfd, 11, 2, ...unsigned(offset)],
    /** Four times the same. */
    of: [0xfd, 17],
    /** All ones where both are the same, else zero. */
    equal: [0xfd, 55],
    and: [0xfd, 78],
    or: [0xfd, 80],
    xor: [0xfd, 81],
    subtract: [0xfd, ...unsigned(177)],
  },
} as const;

/** A function without results that takes `parameters` addresses. After those, its locals are `locals` 64-bit integers, then `vectors` of 128 bits. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly locals: number;
  readonly vectors?: number;
  readonly code: Code;
}

/** A module with a memory of so many pages of 64 KiB, exported as `memory`, and functions that call each other by their place in the list. */
export function assemble(pages: number, functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const exported = (name: string, kind: number, index: number): Code => [
    ...list([...Buffer.from(name)].map((octet) => [octet])),
    kind,
    ...unsigned(index),
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list(functions.map(({ parameters }) => [0x60, ...list(Array<Code>(parameters).fill([I32])), 0])),
    ),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(
      7,
      list([exported('memory', 2, 0), ...functions.map(({ name }, index) => exported(name, 0, index))]),
    ),
    ...section(
      10,
      list(
        functions.map(({ locals, vectors = 0, code }) => {
          const groups = [
            [...unsigned(locals), I64],
            [...unsigned(vectors), V128],
          ];
          const body = [...list(groups), ...code, 0x0b];
          return [...unsigned(body.length), ...body];
        }),
      ),
    ),
  ]);
}

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

/** LEB128 (section 5.2.2). */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): Code {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = rest === ((low & 0x40) === 0 ? 0n : -1n);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

/**
 * What a WebAssembly function does with what it reads from memory, found by following every value through its instructions.
 *
 * A value is secret as soon as it is read from memory or comes of one that is. Time and cache tell nothing of it as long as no address, no branch
 * and no operand of an instruction whose time varies is secret.
 */
export interface Leak {
  readonly function: string;
  /** What the secret decides. */
  readonly kind: 'address' | 'branch' | 'argument' | 'operand';
  /** Where in the function's code, in octets. */
  readonly at: number;
}

/** What an instruction takes off the stack and puts on it, and what it does with secrets. */
interface Effect {
  readonly takes: number;
  readonly gives: number;
  /** Octets that follow it, beside an offset in memory. */
  readonly octets?: number;
  /** Whether an offset in memory follows: the first that it takes is an address. */
  readonly memory?: 'load' | 'store';
  readonly leak?: Leak['kind'];
}

const binary: Effect = { takes: 2, gives: 1 };
const unary: Effect = { takes: 1, gives: 1 };
const load: Effect = { takes: 1, gives: 1, memory: 'load' };
const store: Effect = { takes: 2, gives: 0, memory: 'store' };

const range = (from: number, to: number, effect: Effect): [number, Effect][] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, effect]);

/** Core Specification, section 5.4; those with a LEB128 operand of another kind are in `follow`. Divisions are not here: none may be used. */
const PLAIN = new Map<number, Effect>([
  ...range(0x28, 0x35, load),
  ...range(0x36, 0x3e, store),
  [0x45, unary],
  ...range(0x46, 0x4f, binary),
  [0x50, unary],
  ...range(0x51, 0x5a, binary),
  ...range(0x6a, 0x6c, binary),
  ...range(0x71, 0x78, binary),
  ...range(0x7c, 0x7e, binary),
  ...range(0x83, 0x8a, binary),
  [0xa7, unary],
  [0xac, unary],
  [0xad, unary],
]);

/** Vectors: 0xfd and a number. */
const VECTOR = new Map<number, Effect>([
  ...range(0, 10, load),
  [11, store],
  [12, { takes: 0, gives: 1, octets: 16 }],
  [13, { takes: 2, gives: 1, octets: 16 }],
  [14, binary],
  ...range(15, 18, unary),
  [27, { takes: 1, gives: 1, octets: 1 }],
  [28, { takes: 2, gives: 1, octets: 1 }],
  [29, { takes: 1, gives: 1, octets: 1 }],
  [30, { takes: 2, gives: 1, octets: 1 }],
  ...range(35, 64, binary),
  [77, unary],
  ...range(78, 81, binary),
  [82, { takes: 3, gives: 1 }],
  ...range(84, 87, { takes: 2, gives: 1, memory: 'load', octets: 1 }),
  ...range(88, 91, { takes: 2, gives: 0, memory: 'store', octets: 1 }),
  [92, load],
  [93, load],
  ...range(167, 170, unary),
  ...range(171, 173, binary),
  [174, binary],
  [177, binary],
  [181, binary],
  ...range(188, 191, binary),
  ...range(199, 202, unary),
  ...range(203, 205, binary),
  [206, binary],
  [209, binary],
  [213, binary],
  ...range(214, 219, binary),
  ...range(220, 223, binary),
]);

/** Leaks of all functions of a module, which must have been made by our assembler. */
export function findLeaks(module: Uint8Array): Leak[] {
  const { parameters, names, bodies } = readModule(module);
  return bodies.flatMap((body, index) => {
    const secretLocals = new Set<number>();
    for (;;) {
      const known = secretLocals.size;
      const leaks = follow(body, names[index]!, parameters, secretLocals);
      // A loop may read what a later instruction writes: go on until nothing new becomes secret.
      if (secretLocals.size === known) return leaks;
    }
  });
}

function follow(
  code: Uint8Array,
  name: string,
  parameters: readonly number[],
  secretLocals: Set<number>,
): Leak[] {
  const leaks: Leak[] = [];
  const stack: boolean[] = [];
  const reader = new Reader(code);
  skipLocals(reader);
  const pop = (): boolean => {
    if (stack.length === 0) throw new Error(`${name}: nothing on the stack at ${reader.at}`);
    return stack.pop()!;
  };
  const apply = (effect: Effect | undefined, opcode: string): void => {
    if (effect === undefined) throw new Error(`${name}: what ${opcode} does with secrets is not known`);
    if (effect.memory !== undefined) {
      reader.unsigned();
      reader.unsigned();
    }
    reader.at += effect.octets ?? 0;
    const taken = Array.from({ length: effect.takes }, pop).reverse();
    if (effect.memory !== undefined && taken[0] === true)
      leaks.push({ function: name, kind: 'address', at: reader.at });
    if (effect.gives === 1) stack.push(effect.memory === 'load' || taken.includes(true));
  };
  while (reader.at < code.length) {
    const opcode = reader.octet();
    switch (opcode) {
      case 0x02:
      case 0x03:
        reader.octet();
        break;
      case 0x0b:
        break;
      case 0x0c:
        reader.unsigned();
        break;
      case 0x0d:
        reader.unsigned();
        if (pop()) leaks.push({ function: name, kind: 'branch', at: reader.at });
        break;
      case 0x10: {
        // All that functions take are addresses and where bits begin.
        const taken = Array.from({ length: parameters[reader.unsigned()]! }, pop);
        if (taken.includes(true)) leaks.push({ function: name, kind: 'argument', at: reader.at });
        break;
      }
      case 0x20:
        stack.push(secretLocals.has(reader.unsigned()));
        break;
      case 0x21:
      case 0x22: {
        const local = reader.unsigned();
        const isSecret = pop();
        if (isSecret) secretLocals.add(local);
        if (opcode === 0x22) stack.push(isSecret);
        break;
      }
      case 0x41:
      case 0x42:
        reader.unsigned();
        stack.push(false);
        break;
      case 0xfd: {
        const number = reader.unsigned();
        apply(VECTOR.get(number), `vector instruction ${number}`);
        break;
      }
      default:
        apply(PLAIN.get(opcode), `instruction 0x${opcode.toString(16)}`);
    }
  }
  return leaks;
}

class Reader {
  at = 0;
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  octet(): number {
    const octet = this.#octets[this.at++];
    if (octet === undefined) throw new Error('the code ends too early');
    return octet;
  }

  /** LEB128; of a signed number of up to 64 bits, only its end matters here. */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const octet = this.octet();
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return value;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.#octets.subarray(this.at - length, this.at);
  }
}

function skipLocals(reader: Reader): void {
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.unsigned();
    reader.octet();
  }
}

/** Of each function: how many parameters it has, its name, and its body. */
function readModule(module: Uint8Array): {
  readonly parameters: number[];
  readonly names: string[];
  readonly bodies: Uint8Array[];
} {
  const reader = new Reader(module);
  reader.take(8);
  const sections = new Map<number, Reader>();
  while (reader.at < module.length) {
    const id = reader.octet();
    sections.set(id, new Reader(reader.take(reader.unsigned())));
  }
  const items = <T>(id: number, read: (section: Reader) => T): T[] => {
    const section = sections.get(id)!;
    return Array.from({ length: section.unsigned() }, () => read(section));
  };
  const types = items(1, (section) => {
    section.octet();
    const parameters = section.take(section.unsigned()).length;
    section.take(section.unsigned());
    return parameters;
  });
  const names: string[] = [];
  items(7, (section) => {
    const name = Buffer.from(section.take(section.unsigned())).toString();
    const isFunction = section.octet() === 0;
    const index = section.unsigned();
    if (isFunction) names[index] = name;
  });
  return {
    parameters: items(3, (section) => types[section.unsigned()]!),
    names,
    bodies: items(10, (section) => section.take(section.unsigned())),
  };
}

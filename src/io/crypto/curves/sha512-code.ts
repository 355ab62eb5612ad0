import { range, wasm, type Code, type WasmFunction } from './wasm-assembler.ts';

/**
 * SHA-512 (FIPS 180-4) of two messages at once: a vector has a word of each. It takes the same instructions and reads the same memory for all messages
 * of a length.
 */
export const BLOCK_SIZE = 128;
export const DIGEST_SIZE = 64;
export const STATE_SIZE = 8 * 16;

const { vector, octets, pairs } = wasm;

const ROUNDS = 80;
/** Rounds until the words of the message have been used and make others. */
const WORDS = 16;
const VARIABLES = 8;

/**
 * `name(state, left, right, constants)`: takes a block of each message into the states. The constants of the rounds are 64-bit words in memory.
 */
export function compression(name: string): WasmFunction {
  const [state, left, right, constants, count] = [0, 1, 2, 3, 4];
  const message = range(5, WORDS);
  const variables = range(5 + WORDS, VARIABLES);
  const [sum, both, before, order] = range(5 + WORDS + VARIABLES, 4) as [number, number, number, number];
  const [b, c] = [variables[1]!, variables[2]!];

  const rounds = range(0, WORDS).map((round) => {
    const [a, b, , d, e, f, g, h] = variables.map((_, role) => variables[(role - round) & 7]!) as [
      ...[number, number, number, number, number, number, number, number],
    ];
    // b ^ c of a round is a ^ b of the one before.
    const [ab, bc] = round % 2 === 0 ? [both, before] : [before, both];
    return [
      [wasm.get(h), wasm.get(message[round]!), pairs.add],
      [wasm.get(constants), pairs.loadSplat(8 * round), pairs.add],
      [rotations(e, [14, 18, 41]), pairs.add],
      [wasm.get(f), wasm.get(g), vector.xor, wasm.get(e), vector.and, wasm.get(g), vector.xor, pairs.add],
      wasm.keep(sum),
      [wasm.get(d), pairs.add, wasm.set(d)],
      [wasm.get(sum), rotations(a, [28, 34, 39]), pairs.add],
      [wasm.get(a), wasm.get(b), vector.xor, wasm.keep(ab)],
      [wasm.get(bc), vector.and, wasm.get(b), vector.xor, pairs.add, wasm.set(h)],
    ];
  });
  const nextWords = message.map((word, i) => {
    const other = (distance: number): number => message[(i + distance) % WORDS]!;
    return [
      [wasm.get(word), wasm.get(other(9)), pairs.add],
      [rotations(other(1), [1, 8]), shifted(other(1), 7), vector.xor, pairs.add],
      [rotations(other(14), [19, 61]), shifted(other(14), 6), vector.xor, pairs.add],
      wasm.set(word),
    ];
  });
  const code = [
    [BIG_ENDIAN_WORDS, wasm.set(order)],
    range(0, WORDS / 2).map((pair) => [
      [wasm.get(left), vector.load(16 * pair), wasm.set(sum)],
      [wasm.get(right), vector.load(16 * pair), wasm.set(both)],
      [FIRST_WORDS, SECOND_WORDS].map((chosen, i) => [
        [wasm.get(sum), wasm.get(both), chosen, wasm.get(order), octets.pick],
        wasm.set(message[2 * pair + i]!),
      ]),
    ]),
    variables.map((local, i) => [wasm.get(state), vector.load(16 * i), wasm.set(local)]),
    [wasm.get(b), wasm.get(c), vector.xor, wasm.set(before)],
    [wasm.address(ROUNDS / WORDS - 1), wasm.set(count)],
    wasm.repeat(count, [rounds, nextWords, wasm.advance(constants, 8 * WORDS)]),
    rounds,
    variables.map((local, i) => [
      [wasm.get(state), wasm.get(state), vector.load(16 * i)],
      [wasm.get(local), pairs.add, vector.store(16 * i)],
    ]),
  ];
  return { name, parameters: 4, addresses: 1, locals: 0, vectors: WORDS + VARIABLES + 4, code };
}

/** `name(left, right, state)`: the octets of both digests. */
export function digestStore(name: string): WasmFunction {
  const [left, right, state] = [0, 1, 2];
  const [first, second] = [3, 4];
  const code = range(0, VARIABLES / 2).map((pair) => [
    [wasm.get(state), vector.load(32 * pair), wasm.set(first)],
    [wasm.get(state), vector.load(32 * pair + 16), wasm.set(second)],
    [left, right].map((out, i) => [
      [wasm.get(out), wasm.get(first), wasm.get(second), i === 0 ? FIRST_WORDS : SECOND_WORDS],
      [BIG_ENDIAN_WORDS, octets.pick, vector.store(16 * pair)],
    ]),
  ]);
  return { name, parameters: 3, locals: 0, vectors: 2, code };
}

/** The constants of the rounds and the state to begin with (sections 4.2.3 and 5.3.5): the fractions of roots of the first primes. */
export function sha512Constants(): { readonly rounds: BigUint64Array; readonly state: BigUint64Array } {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < ROUNDS; n++) if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  return {
    rounds: BigUint64Array.from(primes, (prime) => fractionOfRoot(prime, 3n)),
    state: BigUint64Array.from(primes.slice(0, VARIABLES), (prime) => fractionOfRoot(prime, 2n)),
  };
}

/** 64 bits of it, by Newton's method from above: no root is more than 8. */
function fractionOfRoot(prime: bigint, degree: bigint): bigint {
  const power = prime << (64n * degree);
  let root = 8n << 64n;
  for (;;) {
    const next = ((degree - 1n) * root + power / root ** (degree - 1n)) / degree;
    if (next >= root) return BigInt.asUintN(64, root);
    root = next;
  }
}

/** The first 64 bits of two vectors, and the second. */
const FIRST_WORDS = vector.shuffle([...range(0, 8), ...range(16, 8)]);
const SECOND_WORDS = vector.shuffle([...range(8, 8), ...range(24, 8)]);
const BIG_ENDIAN_WORDS = octets.indices([...range(0, 8).toReversed(), ...range(8, 8).toReversed()]);

/** The exclusive or of rotations to the right. */
function rotations(local: number, distances: readonly number[]): Code {
  return distances.map((distance, i) => [
    shifted(local, distance),
    [wasm.get(local), wasm.address(64 - distance), pairs.shiftLeft, vector.xor],
    i === 0 ? [] : vector.xor,
  ]);
}

function shifted(local: number, distance: number): Code {
  return [wasm.get(local), wasm.address(distance), pairs.shiftRight];
}

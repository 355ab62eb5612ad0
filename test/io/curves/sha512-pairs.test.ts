import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { paddedSize, Sha512Pairs } from '../../../src/io/crypto/curves/sha512-pairs.ts';
import { createMemory } from '../../../src/io/crypto/curves/wasm-engine.ts';

const MEMORY = 0x20000;
const memory = createMemory(MEMORY)!;
const octets = new Uint8Array(memory.buffer);
const sha512 = Sha512Pairs.create(memory, 64)!;
const FIRST = 64 + Sha512Pairs.SIZE;

/** Digests of messages that stand one after the other. */
function digestAll(messages: readonly Uint8Array[]): string[] {
  let next = FIRST;
  const placed = messages.map((message) => {
    octets.set(message, next);
    const at = next;
    const digest = at + paddedSize(message.length);
    next = digest + 64;
    return { at, length: message.length, digest };
  });
  octets.fill(0xaa, next);
  sha512.digest(placed);
  expect(octets.subarray(next).every((octet) => octet === 0xaa)).toBe(true);
  return placed.map(({ digest }) => Buffer.from(octets.subarray(digest, digest + 64)).toString('hex'));
}

const expected = (message: Uint8Array): string => createHash('sha512').update(message).digest('hex');

test('of any messages, the digests are those of another implementation', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 5 }), (messages) => {
      expect(digestAll(messages)).toEqual(messages.map(expected));
    }),
  );
});

test('of all lengths about those that need another block, beside longer and shorter ones', () => {
  for (let length = 105; length < 133; length++) {
    const messages = [length, 3, 300, length, length].map((size, i) => Buffer.alloc(size, 7 * i + length));
    expect(digestAll(messages)).toEqual(messages.map(expected));
  }
});

test('nothing of a message stays where it was worked on', () => {
  const work = (): Uint8Array => octets.slice(64, FIRST);
  sha512.forget();
  const before = work();
  digestAll([Buffer.from('a message')]);
  expect(work()).not.toEqual(before);
  sha512.forget();
  expect(work()).toEqual(before);
});

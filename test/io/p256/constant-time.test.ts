import { afterEach, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { nodeCrypto } from '../../../src/io/crypto/node-crypto.ts';
import { assemble, wasm, type WasmFunction } from '../../../src/io/crypto/p256/wasm-assembler.ts';
import { findLeaks } from '../../support/wasm-secrecy.ts';

interface Engine {
  Module: new (code: Uint8Array) => object;
}

const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
const { Module } = engine;
afterEach(() => {
  engine.Module = Module;
});

/** The code that a batch signer runs. */
async function codeOfSigner(): Promise<Uint8Array> {
  let code: Uint8Array | undefined;
  engine.Module = class extends Module {
    constructor(octets: Uint8Array) {
      super(octets);
      code = octets;
    }
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y, d } = privateKey.export({ format: 'jwk' });
  const signer = await nodeCrypto.importPrivateKey({
    kind: 'software',
    algorithm: 13,
    jwk: { kty: 'EC', crv: 'P-256', x: x!, y: y!, d: d! },
  });
  const makeBatch = await signer.batch!();
  const batch = makeBatch()!;
  batch.add(new Uint8Array(3));
  expect(batch.finish()).toHaveLength(64);
  return code!;
}

test('nothing that the code of the batch signer reads from memory decides an address or a branch', async () => {
  const code = await codeOfSigner();
  expect(code.length).toBeGreaterThan(1000);
  expect(findLeaks(code)).toEqual([]);
});

describe('what would be found', () => {
  const leaksOf = (code: readonly number[]) => {
    const other: WasmFunction = { name: 'other', parameters: 1, locals: 0, code: [] };
    return findLeaks(assemble(1, [{ name: 'f', parameters: 1, locals: 1, code }, other]));
  };
  const secret = [...wasm.get(0), ...wasm.load(0)];
  const kinds = (code: readonly number[]): string[] => leaksOf(code).map(({ kind }) => kind);

  test('a secret address to read or to write', () => {
    expect(kinds([...secret, ...wasm.narrow, ...wasm.load(0), ...wasm.set(1)])).toEqual(['address']);
    expect(kinds([...secret, ...wasm.narrow, ...wasm.constant(1n), ...wasm.store(0)])).toEqual(['address']);
  });

  test('one that comes of a secret by way of arithmetic and a local', () => {
    const code = [
      ...[...secret, ...wasm.constant(3n), ...wasm.multiply, ...wasm.set(1)],
      ...[...wasm.get(1), ...wasm.narrow, ...wasm.load(0), ...wasm.set(1)],
    ];
    expect(kinds(code)).toEqual(['address']);
  });

  test('a secret branch', () => {
    expect(kinds([0x02, 0x40, ...secret, ...wasm.narrow, 0x0d, 0, 0x0b])).toEqual(['branch']);
  });

  test('a secret argument', () => {
    expect(kinds([...secret, ...wasm.narrow, ...wasm.call(1)])).toEqual(['argument']);
  });

  test('a local that a loop makes secret after its use', () => {
    const use = [...wasm.get(1), ...wasm.narrow, ...wasm.load(0), ...wasm.set(1)];
    expect(kinds([0x03, 0x40, ...use, ...wasm.constant(1n), ...wasm.narrow, 0x0d, 0, 0x0b])).toEqual([
      'address',
    ]);
  });

  test('an instruction whose time may depend on what it works with', () => {
    const division = 0x7f;
    expect(() => leaksOf([...secret, ...secret, division, ...wasm.set(1)])).toThrow('0x7f');
  });
});

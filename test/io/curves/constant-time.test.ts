import { afterEach, describe, expect, test } from '@jest/globals';
import { nodeCrypto } from '../../../src/io/crypto/node-crypto.ts';
import {
  assemble,
  wasm,
  type Code,
  type WasmFunction,
} from '../../../src/io/crypto/curves/wasm-assembler.ts';
import { findLeaks } from '../../support/wasm-secrecy.ts';

interface Engine {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
const { Module, Instance } = engine;
afterEach(() => {
  Object.assign(engine, { Module, Instance });
});

/** The modules that a batch signer runs, and the functions in them that it calls. */
async function watchSigner(
  algorithm: number,
): Promise<{ readonly modules: Uint8Array[]; readonly called: Set<string> }> {
  const modules: Uint8Array[] = [];
  const called = new Set<string>();
  engine.Module = class extends Module {
    constructor(octets: Uint8Array) {
      super(octets);
      modules.push(Uint8Array.from(octets));
    }
  };
  engine.Instance = class {
    readonly exports: Record<string, unknown>;

    constructor(module: object, imports: object) {
      const { exports } = new Instance(module, imports);
      this.exports = Object.fromEntries(
        Object.entries(exports).map(([name, value]) => [
          name,
          typeof value !== 'function'
            ? value
            : (...addresses: number[]): unknown => {
                called.add(name);
                return Reflect.apply(value, undefined, addresses);
              },
        ]),
      );
    }
  };
  const { privateKey } = await nodeCrypto.generate(algorithm, undefined);
  const signer = await nodeCrypto.importPrivateKey(privateKey);
  const makeBatch = await signer.batch!();
  const batch = makeBatch()!;
  batch.add(new Uint8Array(3));
  expect(batch.finish()).toHaveLength(64);
  return { modules, called };
}

test.each([
  ['P-256', 13, []],
  ['Ed25519', 15, ['compress', 'storeDigests']],
])(
  'nothing that a batch signer of %s reads from memory decides an address or a branch',
  async (_, algorithm, more) => {
    const { modules, called } = await watchSigner(algorithm);
    const leaks = new Set(modules.flatMap(findLeaks).map((leak) => leak.function));
    // The verifier of public signatures reads its tables by what it finds.
    expect(leaks).toEqual(new Set(['gather']));
    expect([...called]).toEqual(expect.arrayContaining(['select', ...more]));
    expect(called).not.toContain('gather');
  },
);

/** A 64-bit integer as an address. */
const NARROW = '\xa7';
/** The beginnings of a block and of a loop, a branch on a condition, and the end of either. */
const [BLOCK, LOOP, BRANCH_IF, END] = ['\x02\x40', '\x03\x40', '\x0d\0', '\x0b'];

describe('what would be found', () => {
  const leaksOf = (code: Code) => {
    const other: WasmFunction = { name: 'other', parameters: 1, locals: 0, code: [] };
    return findLeaks(assemble([{ name: 'f', parameters: 1, locals: 1, code }, other]));
  };
  const secret = [wasm.get(0), wasm.load(0)];
  const kinds = (code: Code): string[] => leaksOf(code).map(({ kind }) => kind);

  test('a secret address to read or to write', () => {
    expect(kinds([secret, NARROW, wasm.load(0), wasm.set(1)])).toEqual(['address']);
    expect(kinds([secret, NARROW, wasm.constant(1n), wasm.store(0)])).toEqual(['address']);
  });

  test('one that comes of a secret by way of arithmetic and a local', () => {
    const code = [
      ...[secret, wasm.constant(3n), wasm.multiply, wasm.set(1)],
      ...[wasm.get(1), NARROW, wasm.load(0), wasm.set(1)],
    ];
    expect(kinds(code)).toEqual(['address']);
  });

  test('a secret branch', () => {
    expect(kinds([BLOCK, secret, NARROW, BRANCH_IF, END])).toEqual(['branch']);
  });

  test('a secret argument', () => {
    expect(kinds([secret, NARROW, wasm.call(1)])).toEqual(['argument']);
  });

  test('a local that a loop makes secret after its use', () => {
    const use = [wasm.get(1), NARROW, wasm.load(0), wasm.set(1)];
    expect(kinds([LOOP, use, wasm.constant(1n), NARROW, BRANCH_IF, END])).toEqual(['address']);
  });

  test('an instruction whose time may depend on what it works with', () => {
    const division = '\x7f';
    expect(() => leaksOf([secret, secret, division, wasm.set(1)])).toThrow('0x7f');
  });
});

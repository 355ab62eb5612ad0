import { assemble, type WasmFunction } from './wasm-assembler.ts';

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** What Node's types leave out. */
interface WebAssemblyEngine {
  readonly validate: (code: Uint8Array) => boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Memory: new (pages: { readonly initial: number }) => WasmMemory;
  readonly Instance: new (
    module: object,
    imports: { readonly given: { readonly memory: WasmMemory } },
  ) => { readonly exports: object };
}

/** Undefined where this process runs no WebAssembly. */
const engineOfProcess = (): WebAssemblyEngine | undefined =>
  (globalThis as { WebAssembly?: WebAssemblyEngine }).WebAssembly;

/** So many octets, all zero; undefined where this process runs no WebAssembly. */
export function createMemory(size: number): WasmMemory | undefined {
  const engine = engineOfProcess();
  return engine && new engine.Memory({ initial: Math.ceil(size / 0x10000) });
}

/** Compiled once, as engines take some time until code is as fast as it gets. */
const modules = new Map<unknown, object>();

/**
 * Functions that work in a memory, by their names.
 * @param key what the functions are for: those of one key are compiled once
 * @returns undefined where this process runs no WebAssembly, or none with vectors
 */
export function instantiate(
  key: unknown,
  functionsOf: () => readonly WasmFunction[],
  memory: WasmMemory,
): object | undefined {
  const engine = engineOfProcess();
  if (engine === undefined) return undefined;
  let module = modules.get(key);
  if (module === undefined) {
    const code = assemble(functionsOf());
    if (!engine.validate(code)) return undefined;
    module = new engine.Module(code);
    modules.set(key, module);
  }
  return new engine.Instance(module, { given: { memory } }).exports;
}

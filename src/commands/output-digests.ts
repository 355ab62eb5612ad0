import type { Environment } from './environment.ts';
import { ZonewrightError } from '../errors.ts';
import { joinPath } from '../keys/file-store.ts';
import { zoneFileText } from '../keys/key-name.ts';
import type { Making } from './repeated-run.ts';

/** How many outputs are remembered: several policies or machines may sign one zone in turn. */
const REMEMBERED = 8;
const SCHEMA = 'zonewright/outputs/v1';

/** An output by its SHA-256 digest in hexadecimal. */
interface Output {
  readonly sha256: string;
  readonly making?: Making | undefined;
}

/**
 * The signed zones that this tool wrote last by their digests, in `<key directory>/<zone>.outputs.json`, and what they were made from.
 *
 * A previous output with such a digest needs no verification before its signatures are used again: whoever can write the key directory can
 * sign anyway. The file is a help and nothing more: without it, signatures are verified.
 */
export class OutputDigests {
  readonly #file: string;
  readonly #environment: Environment;
  #outputs: Promise<readonly Output[]> | undefined;

  constructor(keyDirectory: string, zone: Uint8Array, environment: Environment) {
    this.#file = joinPath(keyDirectory, `${zoneFileText(zone)}outputs.json`);
    this.#environment = environment;
  }

  /** Whether this tool wrote a file with this digest, in hexadecimal. */
  async has(digest: string): Promise<boolean> {
    return (await this.#read()).some(({ sha256 }) => sha256 === digest);
  }

  /** What the output with this digest was made from, as far as that is known. */
  async making(digest: string): Promise<Making | undefined> {
    return (await this.#read()).find(({ sha256 }) => sha256 === digest)?.making;
  }

  /** What there is to tell of outputs that were made from the same. */
  async makingsFrom(fingerprint: () => string): Promise<readonly Making[]> {
    return (await this.#read()).flatMap(({ making }) => (making?.from === fingerprint() ? [making] : []));
  }

  /** Remembers an output by its digest, in hexadecimal. A key directory that cannot be written costs time at the next run, not correctness. */
  async add(sha256: string, making: Making): Promise<void> {
    const others = (await this.#read()).filter((other) => other.sha256 !== sha256);
    const outputs = [{ sha256, making }, ...others].slice(0, REMEMBERED);
    this.#outputs = Promise.resolve(outputs);
    try {
      await this.#environment.files.writeAtomic(
        this.#file,
        `${JSON.stringify({ schema: SCHEMA, outputs }, undefined, 2)}\n`,
        { durable: false },
      );
    } catch (error) {
      if (!(error instanceof ZonewrightError)) throw error;
    }
  }

  /** One run looks once: what others write meanwhile costs time at a later run, not correctness. */
  #read(): Promise<readonly Output[]> {
    return (this.#outputs ??= this.#load());
  }

  async #load(): Promise<readonly Output[]> {
    const { files } = this.#environment;
    try {
      if ((await files.status(this.#file)) === undefined) return [];
      const document: unknown = JSON.parse(await files.readText(this.#file));
      if (typeof document !== 'object' || document === null || !('outputs' in document)) return [];
      return Array.isArray(document.outputs) ? document.outputs.flatMap(readOutput) : [];
    } catch (error) {
      if (error instanceof ZonewrightError || error instanceof SyntaxError) return [];
      throw error;
    }
  }
}

function readOutput(value: unknown): Output[] {
  if (typeof value !== 'object' || value === null || !('sha256' in value)) return [];
  if (typeof value.sha256 !== 'string') return [];
  const making = 'making' in value ? value.making : undefined;
  return [{ sha256: value.sha256, making: isMaking(making) ? making : undefined }];
}

const NUMBERS: readonly (keyof Making)[] = [
  'at',
  'serial',
  'records',
  'rrsets',
  'signatures',
  'denialRecords',
  'firstExpiration',
];

function isMaking(value: unknown): value is Making {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return typeof fields['from'] === 'string' && NUMBERS.every((field) => Number.isSafeInteger(fields[field]));
}

import { toHex } from '../dns/encoding.ts';
import type { Environment } from './environment.ts';
import { ZonewrightError } from '../errors.ts';
import { joinPath } from '../keys/file-store.ts';
import { zoneFileText } from '../keys/key-name.ts';

/** How many outputs are remembered: several policies or machines may sign one zone in turn. */
const REMEMBERED = 8;
const SCHEMA = 'zonewright/outputs/v1';

/**
 * The SHA-256 digests of the signed zones that this tool wrote last, in `<key directory>/<zone>.outputs.json`.
 *
 * A previous output with such a digest needs no verification before its signatures are used again: whoever can write the key directory can
 * sign anyway. The file is a help and nothing more: without it, signatures are verified.
 */
export class OutputDigests {
  readonly #file: string;
  readonly #environment: Environment;

  constructor(keyDirectory: string, zone: Uint8Array, environment: Environment) {
    this.#file = joinPath(keyDirectory, `${zoneFileText(zone)}outputs.json`);
    this.#environment = environment;
  }

  /** Whether this tool wrote a file with this digest, in hexadecimal. */
  async has(digest: string): Promise<boolean> {
    return (await this.#read()).includes(digest);
  }

  /** Remembers an output by its digest. A key directory that cannot be written costs time at the next run, not correctness. */
  async add(digest: Uint8Array): Promise<void> {
    const text = toHex(digest);
    const known = (await this.#read()).filter((other) => other !== text);
    const sha256 = [text, ...known].slice(0, REMEMBERED);
    try {
      await this.#environment.files.writeAtomic(
        this.#file,
        `${JSON.stringify({ schema: SCHEMA, sha256 }, undefined, 2)}\n`,
        { durable: false },
      );
    } catch (error) {
      if (!(error instanceof ZonewrightError)) throw error;
    }
  }

  async #read(): Promise<readonly string[]> {
    const { files } = this.#environment;
    try {
      if ((await files.status(this.#file)) === undefined) return [];
      const document: unknown = JSON.parse(await files.readText(this.#file));
      if (typeof document !== 'object' || document === null || !('sha256' in document)) return [];
      return Array.isArray(document.sha256)
        ? document.sha256.filter((entry) => typeof entry === 'string')
        : [];
    } catch (error) {
      if (error instanceof ZonewrightError || error instanceof SyntaxError) return [];
      throw error;
    }
  }
}

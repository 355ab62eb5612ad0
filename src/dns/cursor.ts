import { inputError } from '../errors.ts';
import { MAX_NAME_LENGTH } from './name.ts';

/** Reads wire data front to back and refuses to read past its end. */
export class Cursor {
  bytes: Uint8Array;
  position: number;
  end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Moves this cursor to other data, so that one cursor serves for many records. */
  reset(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    return this;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  u8(): number {
    this.#need(1);
    return this.bytes[this.position++]!;
  }

  u16(): number {
    this.#need(2);
    const value = (this.bytes[this.position]! << 8) | this.bytes[this.position + 1]!;
    this.position += 2;
    return value;
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  /** The next `count` octets as a view. */
  take(count: number): Uint8Array {
    const start = this.position;
    this.skip(count);
    return this.bytes.subarray(start, this.position);
  }

  skip(count: number): void {
    this.#need(count);
    this.position += count;
  }

  /** The rest of the data as a view. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  /** Passes over an uncompressed domain name and returns where it starts. */
  name(): number {
    const start = this.position;
    for (;;) {
      const length = this.u8();
      if (length === 0) break;
      if (length > 63)
        throw inputError(
          'wire/compressed-name',
          'a name in RDATA must not be compressed (RFC 3597 section 4)',
        );
      this.skip(length);
    }
    if (this.position - start > MAX_NAME_LENGTH)
      throw inputError('name/too-long', 'a name is longer than 255 octets');
    return start;
  }

  #need(count: number): void {
    if (this.position + count > this.end) {
      throw inputError('wire/short', `the RDATA ends ${this.position + count - this.end} octets too early`);
    }
  }
}

/**
 * Allocates zeroed memory that workers can read without a copy. Everything that grows with the zone lives in such memory.
 */
export function allocateBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** The same for a column of 32-bit numbers. */
export function allocateUint32(length: number): Uint32Array {
  return new Uint32Array(allocateBytes(length * 4).buffer);
}

/** The same for a column of signed 32-bit numbers. */
export function allocateInt32(length: number): Int32Array {
  return new Int32Array(allocateBytes(length * 4).buffer);
}

/** The same for a column of 16-bit numbers. */
export function allocateUint16(length: number): Uint16Array {
  return new Uint16Array(allocateBytes(length * 2).buffer);
}

/** A growing run of octets, written at its end. Multi-octet integers are big-endian, as on the wire. */
export class ByteBuffer {
  /** The memory, of which the first `length` octets count. It is replaced when the buffer grows: do not keep it. */
  bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = allocateBytes(capacity);
  }

  /** Makes room for `count` further octets, so that they can be written into `bytes` directly. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = allocateBytes(Math.max(needed, Math.ceil(this.bytes.length * 1.5)));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.bytes[this.length++] = value >>> 8;
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.bytes[this.length++] = value >>> 24;
    this.bytes[this.length++] = value >>> 16;
    this.bytes[this.length++] = value >>> 8;
    this.bytes[this.length++] = value;
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start = 0, end = source.length): void {
    const count = end - start;
    this.reserve(count);
    const { bytes } = this;
    let at = this.length;
    // A copy loop beats `set(subarray())` for the short runs that names and RDATA are.
    if (count < 64) for (let i = start; i < end; i++) bytes[at++] = source[i]!;
    else bytes.set(source.subarray(start, end), at);
    this.length += count;
  }

  /** Appends the characters of an ASCII (or Latin-1) string as one octet each. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** Appends an unsigned integer in decimal digits. */
  decimal(value: number): void {
    this.reserve(20);
    const { bytes } = this;
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    let rest = value;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tens = Math.floor(rest / 10);
      bytes[at] = 48 + rest - tens * 10;
      rest = tens;
    }
    this.length += digits;
  }

  clear(): void {
    this.length = 0;
  }

  /** What was written, as a view of the memory: valid until the next write. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** What was written, as a copy of its own. */
  copy(): Uint8Array {
    return Uint8Array.from(this.view());
  }
}

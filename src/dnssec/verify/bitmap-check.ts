import { ByteBuffer } from '../../dns/byte-buffer.ts';
import { Type, typeName } from '../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../zone/zone.ts';
import { writeTypeBitmap } from '../type-bitmap.ts';

/** Compares the Type Bit Maps fields of a chain with the types that owners have. */
export class BitmapCheck {
  readonly #zone: Zone;
  readonly #ofNsec3: boolean;
  readonly #types = new Uint16Array(0x10000);
  readonly #expected = new ByteBuffer(64);
  #count = 0;

  /** @param denial the type of the records whose bitmaps are checked */
  constructor(zone: Zone, denial: typeof Type.NSEC | typeof Type.NSEC3) {
    this.#zone = zone;
    this.#ofNsec3 = denial === Type.NSEC3;
  }

  /** Expects the bitmap of an owner; of a name without records (an empty non-terminal) for rank -1. */
  expect(rank: number): void {
    this.#count = 0;
    if (rank >= 0) this.#collectTypes(rank);
    this.#expected.clear();
    writeTypeBitmap(this.#types, this.#count, this.#expected);
  }

  /** The same, as if the owner had no NSEC record. */
  expectWithoutNsec(rank: number): void {
    this.expect(rank);
    const at = this.#types.subarray(0, this.#count).indexOf(Type.NSEC);
    if (at >= 0) this.#types.copyWithin(at, at + 1, this.#count--);
    this.#expected.clear();
    writeTypeBitmap(this.#types, this.#count, this.#expected);
  }

  /** Whether `bytes[start, end)` is what is expected. */
  matches(bytes: Uint8Array, start: number, end: number): boolean {
    const { length } = this.#expected;
    if (end - start !== length) return false;
    const expected = this.#expected.bytes;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== expected[i]) return false;
    return true;
  }

  /** What is expected, as text. */
  text(): string {
    return listTypes([...this.#types.subarray(0, this.#count)]);
  }

  /**
   * The types of an owner: at a delegation NS, DS and what denies, elsewhere all (RFC 4035 section 2.3, RFC 5155 section 7.1). NSEC3 records
   * deny another name than their own, so that they and their signatures do not count.
   */
  #collectTypes(rank: number): void {
    const { rrsetTypes, ownerRrsets, ownerStatus } = this.#zone;
    const isDelegation = ownerStatus[rank] === OwnerStatus.Delegation;
    const end = ownerRrsets[rank + 1]!;
    let signed = !this.#ofNsec3;
    let rrsigAt = -1;
    for (let rrset = ownerRrsets[rank]!; rrset < end; rrset++) {
      const type = rrsetTypes[rrset]!;
      if (type === Type.RRSIG || type === Type.NSEC3) continue;
      if (isDelegation && type !== Type.NS && type !== Type.DS && type !== Type.NSEC) continue;
      if (rrsigAt < 0 && type > Type.RRSIG) rrsigAt = this.#reserve();
      if (!isDelegation || type === Type.DS || type === Type.NSEC) signed = true;
      this.#types[this.#count++] = type;
    }
    if (rrsigAt < 0) rrsigAt = this.#reserve();
    if (signed) this.#types[rrsigAt] = Type.RRSIG;
    else {
      this.#types.copyWithin(rrsigAt, rrsigAt + 1, this.#count);
      this.#count--;
    }
  }

  #reserve(): number {
    return this.#count++;
  }
}

/** The types of the Type Bit Maps field `bytes[start, end)` as text. */
export function bitmapText(bytes: Uint8Array, start: number, end: number): string {
  const types: number[] = [];
  for (let position = start; position + 2 <= end;) {
    const window = bytes[position]!;
    const length = bytes[position + 1]!;
    for (let bit = 0; bit < length * 8; bit++) {
      if ((bytes[position + 2 + (bit >>> 3)]! & (0x80 >>> (bit & 7))) !== 0) types.push((window << 8) | bit);
    }
    position += 2 + length;
  }
  return listTypes(types);
}

function listTypes(types: readonly number[]): string {
  return types.length === 0 ? 'no types' : types.map((type) => typeName(type)).join(' ');
}

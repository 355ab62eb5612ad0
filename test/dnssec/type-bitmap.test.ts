import { describe, expect, test } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { toHex } from '../../src/dns/encoding.ts';
import { bitmapHas, writeTypeBitmap } from '../../src/dnssec/type-bitmap.ts';
import { Type } from '../../src/rr/registry.ts';

function bitmap(...types: number[]): Uint8Array {
  // Octets that were in use before must not show through.
  const out = new ByteBuffer(2);
  for (let i = 0; i < 64; i++) out.u8(0xff);
  out.length = 3;
  writeTypeBitmap(Uint16Array.from([...types, 4711]), types.length, out);
  return out.view().slice(3);
}

describe('writeTypeBitmap', () => {
  test('has the example of RFC 4034 section 4.3', () => {
    const octets = bitmap(Type.A, Type.MX, Type.RRSIG, Type.NSEC, 1234);
    expect(toHex(octets).toLowerCase()).toBe(`0006400100000003041b${'00'.repeat(26)}20`);
  });

  test.each([
    ['nothing at all', [], ''],
    ['the first bit of a window', [256], '010180'],
    ['the last bit of a window', [255], `0020${'00'.repeat(31)}01`],
    ['the ends of two neighbours', [255, 256], `0020${'00'.repeat(31)}01010180`],
    ['the last type of all', [65535], `ff20${'00'.repeat(31)}01`],
    ['the ends of an octet', [8, 15], '00020081'],
    ['three windows, most left out', [1, 257, 32769], '000140010140800140'],
  ])('%s', (_, types, hex) => {
    expect(toHex(bitmap(...types)).toLowerCase()).toBe(hex);
  });
});

describe('bitmapHas', () => {
  test('finds the types that were written, and no other', () => {
    const types = [1, 15, 46, 47, 255, 256, 1234, 32769, 65535];
    const octets = bitmap(...types);
    const found: number[] = [];
    for (let type = 0; type < 65536; type++) if (bitmapHas(octets, 0, octets.length, type)) found.push(type);
    expect(found).toEqual(types);
  });

  test('looks no further than the field', () => {
    const octets = Uint8Array.of(9, 9, 0, 1, 0x40, 1, 1, 0x80);
    expect(bitmapHas(octets, 2, 5, 1)).toBe(true);
    expect(bitmapHas(octets, 2, 5, 256)).toBe(false);
    expect(bitmapHas(octets, 2, 8, 256)).toBe(true);
    expect(bitmapHas(new Uint8Array(), 0, 0, 1)).toBe(false);
  });
});

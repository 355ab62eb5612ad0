/** IPv4 blocks that the Internet does not route (RFC 6890 section 2.2.2, RFC 5771): first octets, and how many bits of them count. */
const INTERNAL: readonly (readonly [first: number, second: number, bits: number])[] = [
  [0, 0, 8],
  [10, 0, 8],
  [100, 64, 10],
  [127, 0, 8],
  [169, 254, 16],
  [172, 16, 12],
  [192, 168, 16],
  [224, 0, 3],
];

const IPV4_LENGTH = 4;

/**
 * Whether an address of 4 or 16 octets leads nowhere from the Internet: private, shared, loopback, link-local, multicast, or outside of the
 * global unicast block of IPv6 (2000::/3). Addresses for documentation are not among them: examples are full of them.
 */
export function isInternal(address: Uint8Array): boolean {
  if (address.length !== IPV4_LENGTH) return (address[0]! & 0xe0) !== 0x20;
  const start = (address[0]! << 8) | address[1]!;
  return INTERNAL.some(([first, second, bits]) => (start ^ ((first << 8) | second)) >> (16 - bits) === 0);
}

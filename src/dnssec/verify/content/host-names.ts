const HYPHEN = 0x2d;
/** The shortest label that may be of a reserved form. */
const RESERVED_LENGTH = 4;

/** The octets that labels of host names have (RFC 952, RFC 1123 section 2.1). */
const HOST_OCTET = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[a-z0-9-]/i.test(String.fromCharCode(octet)) ? 1 : 0,
);

/** Whether the labels of a name in wire form are letters, digits and hyphens. */
export function isHostName(bytes: Uint8Array, start: number): boolean {
  let position = start;
  while (bytes[position] !== 0) {
    const end = position + 1 + bytes[position]!;
    if (bytes[position + 1] === HYPHEN || bytes[end - 1] === HYPHEN) return false;
    for (let i = position + 1; i < end; i++) if (HOST_OCTET[bytes[i]!] === 0) return false;
    position = end;
  }
  return true;
}

/**
 * Whether a host name has a label like `ab--`, of which `xn--` alone has a meaning (RFC 5890 section 2.3.1), or a top-level domain of digits, of
 * which there is none (RFC 3696 section 2).
 */
export function isReservedName(bytes: Uint8Array, start: number): boolean {
  let last = start;
  for (let position = start; bytes[position] !== 0; position += bytes[position]! + 1) {
    if (isReservedLabel(bytes, position)) return true;
    last = position;
  }
  return bytes[last] !== 0 && isNumber(bytes.subarray(last + 1, last + 1 + bytes[last]!));
}

function isReservedLabel(bytes: Uint8Array, position: number): boolean {
  if (bytes[position]! < RESERVED_LENGTH) return false;
  const [first, second, third, fourth] = bytes.subarray(position + 1);
  const isAce = (first! | 0x20) === 0x78 && (second! | 0x20) === 0x6e;
  return third === HYPHEN && fourth === HYPHEN && !isAce;
}

function isNumber(label: Uint8Array): boolean {
  return label.every((octet) => octet >= 0x30 && octet <= 0x39);
}

/** Whether SOA serial (or signature time) `a` is greater than `b` in serial number arithmetic (RFC 1982 section 3.2). */
export function serialGreater(a: number, b: number): boolean {
  const distance = (a - b) >>> 0;
  return distance !== 0 && distance < 0x80000000;
}

/** The serial `increment` after `serial`, wrapping at 2^32. */
export function addToSerial(serial: number, increment: number): number {
  return (serial + increment) >>> 0;
}
